"""Which spans a Jaeger span refers to: one of them is its parent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.stores.formats.ids import normal_id, parent_id
from inspector.stores.formats.shape import objects_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def references(value: Mapping[str, object]) -> Iterator[tuple[int, str, str, str]]:
    """Index, type, trace and span of each reference."""
    for index, ref in objects_at(value, "references"):
        yield (
            index,
            text_at(ref, "refType") or "",
            normal_id(ref.get("traceID")),
            normal_id(ref.get("spanID")),
        )


def parent_of(value: Mapping[str, object], trace_id: str) -> str | None:
    """The first CHILD_OF of the same trace; else, as Jaeger's own tree has it, the first FOLLOWS_FROM."""
    found: dict[str, str] = {}
    for _, kind, trace, span in references(value):
        if trace in ("", trace_id) and span:
            found.setdefault(kind, span)
    return found.get("CHILD_OF") or found.get("FOLLOWS_FROM") or parent_id(value.get("parentSpanID"))
