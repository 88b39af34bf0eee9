"""`inspector unseal`: put the plain values back into a store."""

from __future__ import annotations

import click

from inspector.cli.common import Command, Common
from inspector.cli.output import Out, narrate
from inspector.cli.sealing import Sealer, agreed, report
from inspector.errors import Exit, UsageError


@click.command("unseal", cls=Command)
@click.argument("store", type=click.Path(path_type=str))
@click.option("--dry-run", is_flag=True, help="Say what would be opened and change nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_obj
def command(common: Common, store: str, dry_run: bool, yes: bool) -> int:
    """Decrypt every sealed value of STORE in place that the role's key opens. Needs --reason."""
    if not common.reason:
        raise UsageError("Unsealing a store needs a reason.", "Say why: --reason TEXT")
    at = Sealer.of(common, "fields:unseal")
    with at.planned(store, None, dry_run=dry_run) as (plan, act):
        out = Out(no_color=common.no_color)
        report(out, plan, common.json, "opened")
        out.flush()
        if plan.edits.empty:
            narrate("Nothing is to be unsealed.")
            return int(act.exit())
        if dry_run:
            return int(Exit.DONE)
        if not agreed(yes, f"Put plain values back into {plan.cells:,} places of {store}?"):
            raise UsageError("Nothing was changed.", "Answer yes, or add --yes.")
        done = act.run()
    return int(Exit.PARTIAL if plan.counts["shut"] else act.exit(done))
