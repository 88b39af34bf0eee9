"""`inspector info`: what a store is, and exact counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inspector.cli.arguments import stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.opening import scanned
from inspector.cli.output import Out, one_line
from inspector.errors import UsageError
from inspector.reports.shapes import summary_json
from inspector.reports.units import moment, size

if TYPE_CHECKING:
    from inspector.view import StoreSummary


@click.command("info", cls=Command)
@stores_argument()
@click.pass_obj
def command(common: Common, words: tuple[str, ...]) -> None:
    """Say what each STORE is and count what it holds.

    Reads the whole store and writes nothing. Places that can't be read are counted under problems.
    """
    if not words:
        raise UsageError("No store is named.", "Name a file, a folder, or - for standard input.")
    out = Out(no_color=common.no_color)
    with scanned(words, common) as view:
        summaries = view.summaries()
        for number, summary in enumerate(summaries):
            if common.json:
                out.json(summary_json(summary))
            else:
                if number:
                    out.line()
                _print(out, summary)
    out.flush()


def _print(out: Out, s: StoreSummary) -> None:
    out.line(out.bold(one_line(str(s.name))))
    facts = [
        ("format", f"{s.format}  {s.schema}".rstrip()),
        ("size", size(s.bytes)),
        ("traces", f"{s.traces:,}"),
        ("spans", f"{s.spans:,}"),
        ("errors", f"{s.errors:,}"),
        ("beside spans", f"{s.side_records:,} records" if s.side_records else ""),
        ("oldest", moment(s.oldest)),
        ("newest", moment(s.newest)),
        ("writable", "yes" if s.writable else "no"),
        ("note", s.banner),
        ("problems", f"{sum(p.count for p in s.problems):,}" if s.problems else "none"),
    ]
    for name, value in facts:
        if value:
            out.line(f"  {out.dim(f'{name:<13}')}{one_line(value)}")
    for problem in s.problems:
        times = f" ({problem.count:,} times)" if problem.count > 1 else ""
        out.line(f"    {out.red(one_line(problem.where))}: {one_line(problem.what)}{times}")
