"""One field of a span opened and the rest as it was: two shown spans of equal shape, joined by a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from inspector.session.redactions import redactions_of
from inspector.view import ShownAttribute, ShownEvent, ShownLink, ShownList, ShownMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.view import ShownSpan, ShownValue

_NOISE = re.compile(r'"|\[\d+\]')
_OWN = ("name", "status_message", "session", "user", "service", "project", "environment", "model")


def covers(wanted: str, path: str) -> bool:
    """Whether a value at `path` belongs to what was asked for; nothing asked for is everything. Indexes and
    quotes don't count: one of a list opens them all."""
    if not wanted:
        return True
    one, other = _NOISE.sub("", wanted), _NOISE.sub("", path)
    return other == one or other.startswith(f"{one}.") or other == f"span.{one}"


def narrowed(plain: ShownSpan, lifted: ShownSpan, wanted: Sequence[str]) -> ShownSpan:
    """`plain` with the values at the wanted paths taken from `lifted`. Conversation and the stored object,
    which repeat the rest, stay as they are."""

    def asked(path: str) -> bool:
        return any(covers(one, path) for one in wanted)

    def value(a: ShownValue, b: ShownValue, path: str) -> ShownValue:
        if asked(path):
            return b
        if isinstance(a, ShownMap) and isinstance(b, ShownMap) and len(a.pairs) == len(b.pairs):
            pairs = zip(a.pairs, b.pairs, strict=True)
            return ShownMap(tuple((k, value(v, w, f"{path}.{k}")) for (k, v), (_, w) in pairs))
        if isinstance(a, ShownList) and isinstance(b, ShownList) and len(a.items) == len(b.items):
            return ShownList(tuple(value(v, w, path) for v, w in zip(a.items, b.items, strict=True)))
        return a

    def attributes(
        a: tuple[ShownAttribute, ...], b: tuple[ShownAttribute, ...], prefix: str
    ) -> tuple[ShownAttribute, ...]:
        if len(a) != len(b):
            return a
        return tuple(
            ShownAttribute(x.key, value(x.value, y.value, f"{prefix}{x.key}"))
            for x, y in zip(a, b, strict=True)
        )

    events = tuple(
        ShownEvent(x.name, x.time, attributes(x.attributes, y.attributes, f"event[{i}]."))
        for i, (x, y) in enumerate(zip(plain.events, lifted.events, strict=True))
    )
    links = tuple(
        ShownLink(x.trace_id, x.span_id, attributes(x.attributes, y.attributes, f"link[{i}]."))
        for i, (x, y) in enumerate(zip(plain.links, lifted.links, strict=True))
    )
    own = {name: getattr(lifted, name) for name in _OWN if asked(name) or asked(f"span.{name}")}
    made = replace(
        plain,
        **own,
        attributes=attributes(plain.attributes, lifted.attributes, ""),
        resource=attributes(plain.resource, lifted.resource, "resource."),
        scope_attributes=attributes(plain.scope_attributes, lifted.scope_attributes, "scope."),
        events=events,
        links=links,
        input=value(plain.input, lifted.input, "input"),
        output=value(plain.output, lifted.output, "output"),
    )
    return replace(made, redactions=redactions_of(made))
