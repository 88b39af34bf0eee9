"""Who may do what, and what only a key opens. For programs that write traces: `sealing_keys`, `seal_value`.

Names load when they are first used: most commands need neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.access.producer import seal_value, sealing_keys

__all__ = ["seal_value", "sealing_keys"]


def __getattr__(name: str) -> object:
    """PEP 562."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from inspector.access import producer

    found: object = getattr(producer, name)
    return found
