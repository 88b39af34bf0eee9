"""`inspector doctor`: the production checklist."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from inspector.cli.arguments import stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.doctor import Ward, examine
from inspector.cli.output import Out, one_line
from inspector.errors import Exit

if TYPE_CHECKING:
    from inspector.cli.doctor import Line


@click.command("doctor", cls=Command)
@stores_argument("[STORE…]")
@click.pass_obj
def command(common: Common, words: tuple[str, ...]) -> int:
    """Go through what should hold in production, each line pass, warn or fail, with its fix.

    With STORE the store is looked at too: who may read it, and whether a sample of what is shown is safe.
    Exit 1 if a line failed.
    """
    from inspector.cli.auditing import open_log, role_of
    from inspector.cli.engine import effective_policy, read_config
    from inspector.cli.opening import scanned

    config = read_config(common)
    out = Out(no_color=common.no_color)
    failed = False
    with ExitStack() as stack:
        view = stack.enter_context(scanned(words, common)) if words else None
        auditing = open_log(config, role_of(common, config))
        ward = Ward(common, config, effective_policy(common, config), auditing, view)
        for line in examine(ward):
            failed = failed or line.state == "fail"
            _print(out, line, json=common.json)
    out.flush()
    return int(Exit.NOTHING if failed else Exit.DONE)


def _print(out: Out, line: Line, *, json: bool) -> None:
    if json:
        out.json({"check": line.check, "state": line.state, "what": line.what, "fix": line.fix})
        return
    paint = {"pass": out.dim, "warn": out.bold, "fail": out.red}[line.state]
    out.line(f"{paint(f'{line.state:<4}')}  {line.check:<16}  {one_line(line.what)}")
    if line.fix:
        out.line(f"{'':24}{out.dim(one_line(line.fix))}")
