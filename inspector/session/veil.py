"""The one way from a raw text or value to a shown one: through the redactor, then into segments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol, TypeAlias

from inspector.access.sealed import sealed_of
from inspector.model import Multimap
from inspector.redaction.result import RedactedList, RedactedMap, RedactedText
from inspector.session.locks import Locks
from inspector.session.pretty import compact_text
from inspector.view import Segment, ShownAttribute, ShownList, ShownMap, ShownText, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from inspector.model import Attributes, Trace, Value
    from inspector.redaction.result import Piece, RedactedValue
    from inspector.view import ShownValue

REVEAL = "reveal"
"""The operator of a value that is shown for a while; see `inspector.redaction.revealing`."""
Path: TypeAlias = tuple[str | int, ...]

DEEPEST = 100
"""Levels of nesting that are shown as structure; what lies deeper is shown as JSON text."""

UNREDACTABLE = Segment("[UNREDACTABLE]", State.UNREDACTABLE)
_ERASED = re.compile(r"\[ERASED(?: (\d{4}-\d\d-\d\d))?(?: ([^\]\n]{1,80}))?\]")


_STATES = {"encrypt": State.LOCKED, REVEAL: State.REVEALED}


class Engine(Protocol):
    """What is asked of `inspector.redaction.Redactor`."""

    def text(self, text: str, path: Path = (), section: str = "") -> RedactedText: ...

    def value(self, value: Value, path: Path = (), section: str = "") -> RedactedValue: ...

    def names(self, value: Value) -> set[str]: ...

    def stated(self, windows: Iterable[bytes]) -> set[str]: ...

    def with_names(self, names: Collection[str]) -> None: ...

    def under(self, key: bytes) -> Engine: ...


class Veil:
    """Raw in, shown out. Nothing else in the session makes a shown text of data."""

    def __init__(self, engine: Engine, locks: Locks | None = None) -> None:
        self._engine = engine
        self._names: set[str] = set()
        self.locks = locks or Locks()

    @property
    def engine(self) -> Engine:
        return self._engine

    def learn(self, trace: Trace) -> None:
        """Find the people that a name field of this trace states wherever else they stand, from now on."""
        stated = self._engine.names([trace.input, trace.output, _as_map(trace.attributes)])
        for span in trace.spans:
            stated |= self._engine.names([_as_map(span.attributes), span.input, span.output])
        self._add(stated)

    def learn_from(self, attributes: Attributes) -> None:
        """The same for some attributes of one span."""
        if attributes:
            self._add(self._engine.names(_as_map(attributes)))

    def learn_all(self, windows: Iterable[bytes]) -> bool:
        """The same for all that a store holds; whether there was a name that wasn't known."""
        before = len(self._names)
        self._add(self._engine.stated(windows))
        return len(self._names) != before

    @property
    def known(self) -> int:
        """How many names are known."""
        return len(self._names)

    def _add(self, stated: set[str]) -> None:
        if not stated <= self._names:
            self._names |= stated
            self._engine.with_names(self._names)

    def label(self, text: str, path: Path, section: str) -> RedactedText:
        if text[:1] == "{" and is_sealed(text):
            return self.locks.label(text)
        return self._engine.text(text, path, section)

    def text(self, text: str, path: Path, section: str) -> ShownText:
        if text[:1] == "{" and is_sealed(text):
            return self.locks.text(text)
        return shown_text(self._engine.text(text, path, section))

    def value(self, value: Value, path: Path, section: str) -> ShownValue:
        return _shown(self._engine.value(value, path, section), value, 0, self.locks)

    def attributes(self, attributes: Attributes, section: str, path: Path = ()) -> tuple[ShownAttribute, ...]:
        """Redacted together, so that a rule may look at an attribute's siblings; order and repeats stay."""
        if not attributes:
            return ()
        raw = _as_map(attributes)
        redacted = self._engine.value(raw, path, section)
        if not isinstance(redacted, RedactedMap) or len(redacted.pairs) != len(raw.pairs):
            return (ShownAttribute(ShownText((UNREDACTABLE,)), ShownText((UNREDACTABLE,))),)
        return tuple(
            ShownAttribute(shown_text(key), _shown(value, pair[1], 0, self.locks))
            for (key, value), pair in zip(redacted.pairs, raw.pairs, strict=True)
        )

    def redacted(self, value: Value, path: Path, section: str) -> RedactedValue:
        return self._engine.value(value, path, section)


def _as_map(attributes: Attributes) -> Multimap:
    return Multimap(tuple((a.key, a.value) for a in attributes))


def shown_text(text: RedactedText) -> ShownText:
    return ShownText(tuple(s for piece in text.pieces for s in segments(piece)))


def segments(piece: Piece) -> tuple[Segment, ...]:
    """One piece as segments; a mark that an erasure left behind becomes a segment of its own."""
    if piece.failed:
        return (UNREDACTABLE,)
    found = piece.finding
    if found is not None:
        state = _STATES.get(found.operator, State.REDACTED)
        return (Segment(piece.text, state, found.type, found.tag, found.operator, found.rule, found.level),)
    if "[ERASED" not in piece.text:
        return (Segment(piece.text),) if piece.text else ()
    out: list[Segment] = []
    at = 0
    for mark in _ERASED.finditer(piece.text):
        if mark.start() > at:
            out.append(Segment(piece.text[at : mark.start()]))
        out.append(Segment(mark[0], State.ERASED, note=" ".join(g for g in mark.groups() if g)))
        at = mark.end()
    if at < len(piece.text):
        out.append(Segment(piece.text[at:]))
    return tuple(out)


def _shown(redacted: RedactedValue, raw: Value, depth: int, locks: Locks) -> ShownValue:
    if is_sealed(raw):
        return locks.shown(raw)
    if isinstance(redacted, RedactedText):
        return shown_text(redacted)
    if redacted is None or isinstance(redacted, bool | int | float):
        return redacted
    if depth >= DEEPEST:
        return ShownText(tuple(s for p in compact_text(redacted).pieces for s in segments(p)))
    if isinstance(redacted, RedactedList):
        below = raw if isinstance(raw, list) and len(raw) == len(redacted.items) else None
        return ShownList(
            tuple(
                _shown(item, below[i] if below is not None else None, depth + 1, locks)
                for i, item in enumerate(redacted.items)
            )
        )
    values = _values(raw)
    same = len(values) == len(redacted.pairs)
    return ShownMap(
        tuple(
            (shown_text(key), _shown(value, values[i] if same else None, depth + 1, locks))
            for i, (key, value) in enumerate(redacted.pairs)
        )
    )


def _values(raw: Value) -> list[Value]:
    if isinstance(raw, dict):
        return list(raw.values())
    return [value for _, value in raw.pairs] if isinstance(raw, Multimap) else []


def is_sealed(raw: Value) -> bool:
    """Whether a value is an encrypted field, as an object or as its JSON in a string."""
    return isinstance(raw, dict | str | Multimap) and sealed_of(raw) is not None
