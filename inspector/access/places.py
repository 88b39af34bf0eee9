"""Where the sealed values of a span are: the path that each is shown at, and the place that it may be bound to.

Who seals binds to these places, who opens asks by them. Many spans share a resource: its values are bound to their
key alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.access.envelope import Where
from inspector.access.sealed import sealed_in, sealed_of, sealed_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.access.sealed import Sealed
    from inspector.model import Span

    Found = tuple[str, Sealed, str]


def sealed_places(span: Span) -> Iterator[tuple[str, Sealed, Where]]:
    """Every sealed value of a span, copies included."""
    for path, sealed, key in _own(span):
        yield path, sealed, Where(span.trace_id, span.span_id, key)
    for key, sealed in sealed_in(span.resource):
        yield f"resource.{key}", sealed, Where("", "", f"resource.{key}")


def _own(span: Span) -> Iterator[Found]:
    for key, text in (("span.name", span.name), ("span.status_message", span.status_message)):
        sealed = sealed_of(text)
        if sealed is not None:
            yield key, sealed, key
    for key, sealed in sealed_in(span.attributes):
        yield key, sealed, key
    for i, event in enumerate(span.events):
        for key, sealed in sealed_in(event.attributes):
            yield f"event[{i}].{key}", sealed, f"event.{key}"
    for i, link in enumerate(span.links):
        for key, sealed in sealed_in(link.attributes):
            yield f"link[{i}].{key}", sealed, f"link.{key}"
    for section, value in (("input", span.input), ("output", span.output)):
        for key, sealed in sealed_values(value):
            path = f"{section}.{key}".rstrip(".")
            yield path, sealed, path
