"""What of a span is to be sealed: texts with every copy of them, numbers and booleans where a field names them.

Each is bound to the place that `access.places` asks by. A resource is shared by many spans: its values are bound
to their key alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from inspector.access.envelope import Where
from inspector.access.sealed import canonical, sealed_of
from inspector.model import Multimap
from inspector.query.fieldpath import ATTRIBUTES, EVENT, INPUT, LINK, OUTPUT, RESOURCE, SPAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.lifecycle.wish import Wish
    from inspector.model import Attributes, Span, Trace, Value
    from inspector.query.fieldpath import PathSet
    from inspector.session.veil import Veil

    Way = tuple[str | int, ...]
    Owner = tuple[str, str]

SHORTEST: Final = 2


@dataclass(frozen=True, slots=True)
class Target:
    """A value that is to be sealed. `subject` is the person it is about, where each has a key of their own."""

    where: Where
    type: str
    level: str
    value: Value = field(repr=False)
    subject: str = field(default="", repr=False)


@dataclass(slots=True)
class Targets:
    """By (trace, span): texts by themselves, other scalars by their key; and those of resources."""

    texts: dict[Owner, dict[str, Target]] = field(default_factory=lambda: defaultdict(dict))
    scalars: dict[Owner, dict[str, Target]] = field(default_factory=lambda: defaultdict(dict))
    shared_texts: dict[str, Target] = field(default_factory=dict)
    shared_scalars: dict[str, Target] = field(default_factory=dict)
    spans: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __iter__(self) -> Iterator[Target]:
        for group in (*self.texts.values(), *self.scalars.values(), self.shared_texts, self.shared_scalars):
            yield from group.values()

    def owners(self, trace_id: str, span_id: str) -> list[Owner]:
        """A span, or every span of a trace that has something to be sealed."""
        return [(trace_id, span_id)] if span_id else [(trace_id, each) for each in self.spans[trace_id]]

    def add(self, trace: Trace, wish: Wish, paths: PathSet, veil: Veil) -> None:
        subject = _only([ref.id for span in trace.spans for ref in span.subjects]) if wish.by_subject else ""
        for span in trace.spans:
            theirs = subject or (next((r.id for r in span.subjects), "") if wish.by_subject else "")
            if self._add(span, theirs, wish, paths, veil):
                self.spans[span.trace_id].append(span.span_id)

    def _add(self, span: Span, subject: str, wish: Wish, paths: PathSet, veil: Veil) -> bool:
        owner = (span.trace_id, span.span_id)
        for section, way, value in _values(span):
            shared = section == RESOURCE
            texts = self.shared_texts if shared else self.texts[owner]
            scalars = self.shared_scalars if shared else self.scalars[owner]
            key = key_of(section, way)
            if value is None or value in texts or (key in scalars and not isinstance(value, str)):
                continue
            if isinstance(value, str) and (len(value) < SHORTEST or sealed_of(value) is not None):
                continue
            kind, level = _wanted(section, way, value, wish, paths, veil)
            if not kind:
                continue
            where = Where("", "", key) if shared else Where(*owner, key)
            target = Target(where, kind, wish.level or level, value, "" if shared else subject)
            if isinstance(value, str):
                texts[value] = target
            else:
                scalars[key] = target
        return bool(self.texts[owner] or self.scalars[owner])


def key_of(section: str, way: Way) -> str:
    """The key that a value is bound to."""
    return canonical(way) if section == ATTRIBUTES else f"{section}.{canonical(way)}".rstrip(".")


def _only(ids: list[str]) -> str:
    """The one person that a trace is about, or none where it is about several."""
    return ids[0] if ids and len(set(ids)) == 1 else ""


def _wanted(
    section: str, way: Way, value: str | int | float, wish: Wish, paths: PathSet, veil: Veil
) -> tuple[str, str]:
    """Its type and level, or two empty texts."""
    text = value if isinstance(value, str) else str(value)
    findings = [p.finding for p in veil.label(text, way, section).pieces if p.finding is not None]
    first = next(iter(findings), None)
    if paths.matching(way, section):
        return (first.type, _sealable(first.level)) if first is not None else ("field", "confidential")
    for finding in findings if isinstance(value, str) else ():
        if any(finding.type == t or finding.type.startswith(f"{t}.") for t in wish.types):
            return finding.type, _sealable(finding.level)
    return "", ""


def _sealable(level: str) -> str:
    return "internal" if level == "public" else level


def _values(span: Span) -> Iterator[tuple[str, Way, str | int | float]]:
    """Section, way and scalar."""
    yield SPAN, ("name",), span.name
    yield SPAN, ("status_message",), span.status_message
    yield from ((ATTRIBUTES, *found) for found in _below(span.attributes))
    for event in span.events:
        yield from ((EVENT, *found) for found in _below(event.attributes))
    for link in span.links:
        yield from ((LINK, *found) for found in _below(link.attributes))
    yield from ((RESOURCE, *found) for found in _below(span.resource))
    for section, value in ((INPUT, span.input), (OUTPUT, span.output)):
        yield from ((section, *found) for found in _inside((), value))


def _below(attributes: Attributes) -> Iterator[tuple[Way, str | int | float]]:
    for attribute in attributes:
        yield from _inside((attribute.key,), attribute.value)


def _inside(way: Way, value: Value) -> Iterator[tuple[Way, str | int | float]]:
    if isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        yield way, value
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _inside((*way, i), item)
    elif isinstance(value, dict | Multimap) and sealed_of(value) is None:
        for key, below in value.pairs if isinstance(value, Multimap) else value.items():
            yield from _inside((*way, key), below)
