"""Words for what is open at the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui import format as fmt

if TYPE_CHECKING:
    from inspector.view import Unlocked


def countdown(state: Unlocked, now: int) -> str:
    """`04:41`; `now` in ns since the epoch."""
    left = max(state.until - now, 0) // 1_000_000_000
    return f"{left // 60:02}:{left % 60:02}"


def foot_of(state: Unlocked, dot: str) -> str:
    """The line under an open span."""
    unit = "value" if state.values == 1 else "values"
    records = ", ".join(f"#{seq}" for seq in state.records[-3:])
    until = fmt.clock(state.until, state.until, room=8)
    return (
        f"{state.values} {unit} revealed until {until}{dot}ctrl+l locks now{dot}"
        f"every reveal is in the audit ({records})"
    )
