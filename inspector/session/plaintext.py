"""Plaintext for the clipboard: only what is open already, only for a role that may, and recorded before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.record import Entry
from inspector.errors import Denied, NotFound
from inspector.session.narrowing import covers
from inspector.session.redactions import texts_of
from inspector.view import State

if TYPE_CHECKING:
    from inspector.session.session import Session
    from inspector.session.trail import Trail
    from inspector.view import TraceKey

_PERMISSION = "clipboard:plaintext"


def copied(session: Session, trail: Trail, key: TraceKey, index: int, path: str) -> str:
    """Raises Denied (recorded), NotFound where nothing there is open, AuditError."""
    unveiling = session.unveiling
    span = session.span(key, index)
    where = trail.store(session.stores()[key.store].info.path, "trace", session.identity(key)[0])
    entry = Entry("clipboard.copy", where, fields=(path,) if path else (), redacted=False)
    if unveiling is None or not unveiling.identity.may(_PERMISSION):
        error = Denied(f"This role may not copy plaintext ({_PERMISSION}).", "y copies the redacted text.")
        trail.withheld(entry, _PERMISSION, error.what)
        raise error
    texts = [text for at, text in texts_of(span) if covers(path, at)]
    values = [text for text in texts if any(s.state is State.REVEALED for s in text.segments)]
    if not values:
        raise NotFound("Nothing of this is open.", "Open it first: u for the field, U for the span.")
    with trail.log.act(entry) as intent:
        intent.counts["values"] = len(values)
        return "\n".join(str(text) for text in values)
