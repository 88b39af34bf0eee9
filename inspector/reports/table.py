"""Spans as rows of a table: for CSV and Parquet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.query.fieldpath import parse
from inspector.reports.json import to_json
from inspector.reports.shapes import value_json
from inspector.reports.units import milliseconds, rfc3339
from inspector.view import ShownText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from inspector.query.fieldpath import FieldPath
    from inspector.reports.chosen import Chosen
    from inspector.view import ShownSpan, ShownTrace, ShownValue

    Cell: TypeAlias = "str | int | float | None"


def _text(value: ShownText | None) -> str | None:
    return None if value is None else str(value)


def _value(value: ShownValue) -> str | None:
    """A value in one cell: texts as they are, all else as JSON."""
    if value is None:
        return None
    return str(value) if isinstance(value, ShownText) else to_json(value_json(value))


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


COLUMNS: dict[str, Callable[[ShownTrace, ShownSpan], Cell]] = {
    "trace_id": lambda t, s: str(s.trace_id),
    "span_id": lambda t, s: str(s.span_id),
    "parent_id": lambda t, s: _text(s.parent_id),
    "trace": lambda t, s: str(t.row.name),
    "name": lambda t, s: str(s.name),
    "kind": lambda t, s: s.kind,
    "start": lambda t, s: rfc3339(s.start),
    "end": lambda t, s: rfc3339(s.end),
    "duration_ms": lambda t, s: milliseconds(s.duration),
    "status": lambda t, s: s.status,
    "status_message": lambda t, s: str(s.status_message) or None,
    "service": lambda t, s: _text(s.service),
    "project": lambda t, s: _text(s.project),
    "environment": lambda t, s: _text(s.environment),
    "session": lambda t, s: _text(s.session),
    "user": lambda t, s: _text(s.user),
    "model": lambda t, s: _text(s.model),
    "tokens_input": lambda t, s: s.tokens_input,
    "tokens_output": lambda t, s: s.tokens_output,
    "tokens": lambda t, s: s.tokens,
    "cost": lambda t, s: _finite(s.cost),
    "tags": lambda t, s: ", ".join(map(str, s.tags)) or None,
    "input": lambda t, s: _value(s.input),
    "output": lambda t, s: _value(s.output),
    "attributes": lambda t, s: to_json({str(a.key): value_json(a.value) for a in s.attributes}),
    "events": lambda t, s: len(s.events),
    "redactions": lambda t, s: len(s.redactions),
    "store": lambda t, s: str(t.row.store),
}

NUMBERS: dict[str, type] = {
    "duration_ms": float,
    "cost": float,
    **dict.fromkeys(("tokens_input", "tokens_output", "tokens", "events", "redactions"), int),
}
"""Columns that aren't text."""
DEFAULT = tuple(name for name in COLUMNS if name not in ("attributes",))


@dataclass(frozen=True, slots=True)
class Column:
    """A field of COLUMNS, or any attribute by its path."""

    name: str
    path: FieldPath | None = None

    def cell(self, trace: ShownTrace, span: ShownSpan) -> Cell:
        if self.path is None:
            return COLUMNS[self.name](trace, span)
        found = [a for a in span.attributes if self.path.matches((str(a.key),))]
        return _value(found[0].value) if found else None


def columns(names: Sequence[str]) -> list[Column]:
    """Raises QueryError for what is neither a field nor a path."""
    return [Column(n) if n in COLUMNS else Column(n, parse(n)) for n in names or DEFAULT]


def rows(chosen: Chosen, wanted: Sequence[Column]) -> Iterator[list[Cell]]:
    for each in chosen.traces():
        for _, span in each.spans:
            yield [column.cell(each.trace, span) for column in wanted]
