"""`inspector formats`: what can be opened."""

from __future__ import annotations

import click

from inspector.cli.common import Command, Common
from inspector.cli.engine import read_config
from inspector.cli.output import Out
from inspector.cli.table import Column, table


@click.command("formats", cls=Command)
@click.pass_obj
def command(common: Common) -> None:
    """List the formats that can be opened, and which tools write them."""
    from inspector.stores import format_infos

    out = Out(no_color=common.no_color)
    infos = format_infos(read_config(common).texts("formats.plugins"))
    if common.json:
        for info in infos:
            out.json(
                {
                    "id": info.id,
                    "title": info.title,
                    "container": info.container,
                    "writers": info.writers,
                    "editable": info.editable,
                }
            )
    else:
        columns = [
            Column("FORMAT", paint=out.bold),
            Column("TITLE", least=12),
            Column("KIND"),
            Column("WRITTEN BY", least=20),
        ]
        for line in table(out, columns, [[i.id, i.title, i.container, i.writers] for i in infos]):
            out.line(line)
    out.flush()
