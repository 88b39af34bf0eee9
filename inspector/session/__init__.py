"""Who is looking and what may be seen: the only door from raw values to shown ones."""

from inspector.session.session import Session

__all__ = ["Session"]
