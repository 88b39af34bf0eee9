"""`inspector cache`: the indexes that are kept of big stores."""

from __future__ import annotations

import click

from inspector.cli.common import Command, Common
from inspector.cli.output import Out, narrate
from inspector.cli.table import Column, table
from inspector.errors import UsageError
from inspector.reports.units import moment, size
from inspector.session.store_names import store_name


@click.command("cache", cls=Command)
@click.argument("action", metavar="[ls|clear]", default="ls")
@click.pass_obj
def command(common: Common, action: str) -> None:
    """List the indexes kept of big stores, or remove them: opening makes them again.

    They hold ids, times, counts and redacted labels, never what redaction hides. `index.cache_max` in the
    config bounds them; 0 keeps none.
    """
    from inspector.index import cache

    if action == "clear":
        count, freed = cache.clear()
        narrate(f"{count:,} {'index' if count == 1 else 'indexes'} removed, {size(freed)}.")
    elif action == "ls":
        _list(common)
    else:
        raise UsageError(f"The cache can't do {action}.", "Say inspector cache ls or inspector cache clear.")


def _list(common: Common) -> None:
    from inspector.index import cache

    out = Out(no_color=common.no_color)
    stores = cache.stores()
    found = [(store_name(stores.get(path, "")), path, bytes_, used) for path, bytes_, used in cache.kept()]
    if common.json:
        for store, path, bytes_, used in found:
            out.json({"store": store, "file": str(path), "bytes": bytes_, "used": moment(used)})
    else:
        columns = [Column("USED (UTC)", paint=out.dim), Column("SIZE", right=True), Column("STORE", least=20)]
        rows = [[moment(used), size(bytes_), store or "not known"] for store, _, bytes_, used in found]
        for line in table(out, columns, rows):
            out.line(line)
        narrate(f"{len(found):,} kept in {cache.folder()}, {size(sum(each[2] for each in found))}.")
    out.flush()
