"""`inspector ls`: the list of traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inspector.cli.arguments import query_option, stores_and_query, stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.opening import scanned
from inspector.cli.output import Out, narrate
from inspector.cli.table import Column, table
from inspector.errors import Exit, UsageError
from inspector.reports.shapes import row_json
from inspector.reports.units import duration, moment, money
from inspector.view import Sort

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.view import ShownText, TraceRow

LIMIT = 1_000
_UPWARDS = {
    *("trace", "trace_id", "name", "kind", "status", "session", "user"),
    *("project", "environment", "service", "model", "tag", "tags", "store"),
}


@click.command("ls", cls=Command)
@stores_argument("STORE… [QUERY]")
@query_option()
@click.option(
    "--limit", type=click.IntRange(min=0), default=LIMIT, show_default=True, help="Print at most this many."
)
@click.option(
    "--sort",
    metavar="FIELD",
    default="start",
    show_default=True,
    help="Sort by start, dur, name, spans, errors, tokens, cost, …: numbers and times downwards, "
    "texts upwards; FIELD:asc and FIELD:desc say which.",
)
@click.pass_obj
def command(common: Common, words: tuple[str, ...], query: str | None, limit: int, sort: str) -> int:
    """List the traces of each STORE, newest first.

    QUERY is plain words, each of which must stand in the trace's redacted row; with several stores give it
    by -q. With --json one object a trace and line.
    """
    names, wanted = stores_and_query(words, query)
    out = Out(no_color=common.no_color)
    with scanned(names, common) as view:
        rows = view.rows(wanted, sort_order(sort))
        view.filtered(wanted, rows.count)
        shown = rows.page(0, min(limit, rows.count))
        if common.json:
            for row in shown:
                out.json(row_json(row))
        else:
            several = len(view.summaries()) > 1
            for line in table(out, _columns(out), [_cells(row, several) for row in shown]):
                out.line(line)
        out.flush()
        return _afterword(rows.count, len(shown), wanted, common)


def sort_order(text: str) -> Sort:
    """`FIELD`, `FIELD:asc` or `FIELD:desc`; whether there is such a field is found out where it is used."""
    field, colon, direction = text.partition(":")
    if colon and direction not in ("asc", "desc"):
        raise UsageError("A sort order is asc or desc.", "Write it as FIELD:asc or FIELD:desc.")
    return Sort(field, direction == "desc" if colon else field not in _UPWARDS)


def _afterword(count: int, shown: int, query: str, common: Common) -> int:
    if count == 0:
        narrate("No trace matches." if query else "The store holds no traces.")
        return int(Exit.NOTHING if query else Exit.DONE)
    if shown < count and not common.json:
        narrate(f"{shown:,} of {count:,} traces; --limit prints more.")
    return int(Exit.DONE)


def _columns(out: Out) -> list[Column]:
    return [
        Column("START (UTC)", paint=out.dim),
        Column("TRACE", least=8),
        Column("NAME", least=12, paint=out.bold),
        Column("DURATION", right=True),
        Column("SPANS", right=True),
        Column("ERRORS", right=True, paint=out.red),
        Column("TOKENS", right=True, extra=True),
        Column("COST", right=True, extra=True),
        Column("MODEL", least=10, extra=True),
        Column("SERVICE", least=10, extra=True),
        Column("USER", least=10, extra=True),
        Column("STORE", least=8, paint=out.dim),
    ]


def _cells(row: TraceRow, several: bool) -> Sequence[str]:
    return [
        moment(row.start),
        str(row.trace_id),
        str(row.name) or "(no name)",
        duration(row.duration),
        f"{row.spans:,}",
        f"{row.errors:,}" if row.errors else "",
        "" if row.tokens is None else f"{row.tokens:,}",
        money(row.cost),
        _or_blank(row.model),
        _or_blank(row.service),
        _or_blank(row.user),
        str(row.store) if several else "",
    ]


def _or_blank(text: ShownText | None) -> str:
    return "" if text is None else str(text)
