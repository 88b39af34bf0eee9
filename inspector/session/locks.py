"""Sealed values on their way to the screen: locked, with what they wait for, or open for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from inspector.access.foreign import UNBOUND
from inspector.access.sealed import sealed_of
from inspector.model import Multimap
from inspector.redaction.result import Finding, Piece, RedactedText
from inspector.view import Segment, ShownList, ShownMap, ShownText, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inspector.access.sealed import Sealed
    from inspector.model import Value
    from inspector.view import ShownValue

Opened: TypeAlias = "Mapping[str, Value]"
"""What was opened, by ciphertext: a copy of a sealed value elsewhere in the span opens with it."""

LOCKED = "[ENCRYPTED]"
_WAITS = "a role that holds its key can open it"


class Locks:
    """What is known of sealed values; without `needs` only that they are."""

    def __init__(self, needs: Callable[[Sealed], str] | None = None, opened: Opened | None = None) -> None:
        self._needs = needs
        self._opened = opened or {}
        self._known: dict[tuple[str, str, str], str] = {}

    def with_opened(self, opened: Opened) -> Locks:
        made = Locks(self._needs, opened)
        made._known = self._known
        return made

    def shown(self, raw: Value) -> ShownValue:
        """A stored value that is a sealed one, as it is shown; raises ValueError for any other."""
        sealed = sealed_of(raw)
        if sealed is None:
            raise ValueError("not sealed")
        if sealed.ciphertext in self._opened:
            return revealed(self._opened[sealed.ciphertext], sealed)
        kind, level = _named(sealed)
        note = self._waits(sealed)
        return ShownText((Segment(LOCKED, State.LOCKED, type=kind, level=level, note=note),))

    def text(self, raw: str) -> ShownText:
        """The same where only a text may stand: an opened object is its JSON there."""
        shown = self.shown(raw)
        if isinstance(shown, ShownText):
            return shown
        sealed = sealed_of(raw)
        assert sealed is not None
        return _marked(_json(self._opened[sealed.ciphertext]), sealed)

    def label(self, raw: str) -> RedactedText:
        """The same as the engine would give it, for lists."""
        (segment,) = self.text(raw).segments
        operator = "reveal" if segment.state is State.REVEALED else "encrypt"
        return RedactedText((Piece(segment.text, Finding(segment.type, segment.level, operator, "")),))

    def _waits(self, sealed: Sealed) -> str:
        if self._needs is None:
            return _WAITS
        key = (sealed.dek_id, sealed.key_id, sealed.problem)
        if key not in self._known:
            self._known[key] = self._needs(sealed)
        return self._known[key]


def revealed(value: Value, sealed: Sealed) -> ShownValue:
    """An opened value: every text of it is marked, whatever the policy thinks of it."""
    if isinstance(value, list):
        return ShownList(tuple(revealed(item, sealed) for item in value))
    if isinstance(value, dict | Multimap):
        pairs = value.pairs if isinstance(value, Multimap) else value.items()
        return ShownMap(tuple((_marked(key, sealed), revealed(below, sealed)) for key, below in pairs))
    text = value if isinstance(value, str) else "null" if value is None else str(value)
    return _marked(text, sealed)


def _marked(text: str, sealed: Sealed) -> ShownText:
    kind, level = _named(sealed)
    note = ""
    if sealed.ours is None:
        kind, note = UNBOUND, f"{UNBOUND}: it may be from another place"
    return ShownText((Segment(text, State.REVEALED, type=kind, operator="unlock", level=level, note=note),))


def _named(sealed: Sealed) -> tuple[str, str]:
    """Type and level, as the envelope says."""
    ours = sealed.ours
    return ("encrypted", "") if ours is None else (ours.type or "encrypted", ours.level)


def _json(value: Value) -> str:
    import json

    plain = dict(value.pairs) if isinstance(value, Multimap) else value
    return json.dumps(plain, ensure_ascii=False)
