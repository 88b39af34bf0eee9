"""`inspector search`: words in the redacted text of every span."""

from __future__ import annotations

import click

from inspector.cli.arguments import is_there, looks_like_path, query_option, stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.opening import unscanned
from inspector.cli.output import Out, narrate, one_line
from inspector.errors import Exit, UsageError
from inspector.reports.shapes import hit_json


@click.command("search", cls=Command)
@stores_argument("STORE… QUERY")
@query_option()
@click.option("--count", is_flag=True, help="Print only how many spans are hit.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after this many hits.")
@click.pass_obj
def command(common: Common, words: tuple[str, ...], query: str | None, count: bool, limit: int | None) -> int:
    """Find the spans that satisfy QUERY in their redacted text, from the end of each store.

    Words stand beside each other, quotes keep them together, /…/ is a regular expression, and fields such as
    kind:llm narrow down. A word with a capital letter is found as written. What is hidden can't be found.
    With --json one hit a line.
    """
    if query is None:
        if len(words) < 2:
            raise UsageError("There is nothing to search for.", "Write the words behind the store.")
        *names, query = words
        if any(not is_there(name) and not looks_like_path(name) for name in names[1:]):
            raise UsageError("The query has several words.", "Put it in quotes, or give it by -q.")
    else:
        names = list(words)
    if not query.strip():
        raise UsageError("There is nothing to search for.", "Write the words behind the store.")
    out = Out(no_color=common.no_color)
    hits = 0
    with unscanned(names, common, "traces:search") as view:
        whole = count and limit is None
        if whole:
            hits = view.count(query, lambda: False)
        for hit in () if whole else view.search(query, lambda: False):
            hits += 1
            if not count:
                if common.json:
                    out.json(hit_json(hit))
                else:
                    place = f"{hit.trace_id} {hit.span_id} {hit.path}"
                    out.line(f"{out.dim(one_line(place))}  {one_line(str(hit.snippet))}")
            if limit is not None and hits >= limit:
                break
    if count:
        out.line(str(hits))
    out.flush()
    if not hits:
        narrate("No span holds that.")
        return int(Exit.NOTHING)
    return int(Exit.DONE)
