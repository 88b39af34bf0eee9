"""JSON lines in the shapes of `inspector show --json`: a trace a line, its spans and messages in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.reports.json import to_json
from inspector.reports.shapes import messages_json, span_json, trace_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from inspector.reports.chosen import Chosen
    from inspector.reports.json import Json
    from inspector.reports.manifest import About
    from inspector.view import ShownSpan


def write(chosen: Chosen, about: About, out: BinaryIO, names: Sequence[str] = ()) -> None:
    for each in chosen.traces():
        shape = trace_json(each.trace, (_span(span) for _, span in each.spans))
        out.write(to_json(shape).encode() + b"\n")


def _span(span: ShownSpan) -> dict[str, Json]:
    return {**span_json(span), "messages": messages_json(span.conversation)}
