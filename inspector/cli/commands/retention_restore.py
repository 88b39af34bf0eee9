"""`inspector retention restore`: what rests in quarantine, in a file again."""

from __future__ import annotations

from pathlib import Path

import click

from inspector.cli.common import Command, Common
from inspector.cli.lifecycle import office
from inspector.cli.output import Out, narrate, one_line
from inspector.errors import Exit, UsageError
from inspector.session.store_names import store_name


@click.command("restore", cls=Command)
@click.argument("op", metavar="OP")
@click.option(
    "-o", "--output", required=True, metavar="OUT", help="The file to write: OTLP JSON lines, .jsonl."
)
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.pass_obj
def restore(common: Common, op: str, output: str, force: bool) -> int:
    """Write the traces that the retention run OP has put in quarantine to a file that can be opened again.

    They leave the archive as they were, nothing hidden in them. The archive rests on until its end.
    """
    from inspector.audit.record import Entry, Resource
    from inspector.cli.exporting import refuse_existing
    from inspector.cli.streams import placing
    from inspector.lifecycle.restoring import in_quarantine, restore_into
    from inspector.session.trail import fingerprint

    at = office(common, "retention:apply")
    at.require_whole(
        "retention:apply", "This role sees a part of the store, and an archive is restored whole."
    )
    target = Path(output)
    if not target.name.endswith(".jsonl"):
        raise UsageError("What is restored is JSON lines.", "Name a file that ends in .jsonl.")
    refuse_existing(target, force=force)
    found, store = in_quarantine(op)
    if target.exists() and store.exists() and target.samefile(store):
        raise UsageError("That is the store itself.", "Choose another name.")
    where = Resource("store", "", fingerprint(store), at.desk.log.mark(str(store))[:32])
    entry = Entry("retention.restored", where, reason=at.reason, new_state={"restores": op}, redacted=False)
    with at.desk.log.act(entry) as intent, placing(str(target), force=force) as place:
        count = restore_into(intent, found, store, place, target.resolve())
    out = Out(no_color=common.no_color)
    if common.json:
        out.json({"op": op, "store": store_name(store), "restored": store_name(target), "traces": count})
    else:
        out.line(one_line(store_name(target)))
        narrate(f"{count:,} traces; nothing is hidden in the file, and only you may read it.")
    out.flush()
    return int(Exit.DONE)
