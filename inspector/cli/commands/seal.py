"""`inspector seal`: encrypt fields of a store in place."""

from __future__ import annotations

import click

from inspector.cli.common import Command, Common
from inspector.cli.output import Out, narrate
from inspector.cli.sealing import Sealer, agreed, report
from inspector.errors import Exit, UsageError

_LEVELS = ("internal", "confidential", "restricted")


@click.command("seal", cls=Command)
@click.argument("store", type=click.Path(path_type=str))
@click.option(
    "--fields", metavar="PATHS", help="Field paths, separated by commas; else those of [encryption] fields."
)
@click.option("--types", metavar="TYPES", help="Types of sensitive values, as card,ssn,credential.")
@click.option(
    "--level", type=click.Choice(_LEVELS), help="Seal all of it at this level instead of each type's own."
)
@click.option(
    "--per-subject/--per-level",
    default=None,
    help="A key for each person, so that keys destroy --subject ends one person's values ([encryption] per_subject).",
)
@click.option("--dry-run", is_flag=True, help="Say what would be sealed and change nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_obj
def command(
    common: Common,
    store: str,
    fields: str | None,
    types: str | None,
    level: str | None,
    per_subject: bool | None,
    dry_run: bool,
    yes: bool,
) -> int:
    """Encrypt values of STORE in place, so that only a role's key opens them.

    A text is sealed whole, with every copy of it in its span or trace. Where a value stands inside a longer text
    it stays, and is counted. Needs a role that may seal, whose key this machine holds. Where an earlier run was
    interrupted, that is finished first.
    """
    at = Sealer.of(common, "fields:seal")
    wish = at.wish(fields, types, level, per_subject)
    with at.planned(store, wish, dry_run=dry_run) as (plan, act):
        out = Out(no_color=common.no_color)
        report(out, plan, common.json, "sealed")
        out.flush()
        if plan.edits.empty:
            narrate("Nothing is to be sealed.")
            return int(act.exit())
        if dry_run:
            return int(Exit.DONE)
        if not agreed(yes, f"Seal {sum(plan.counts.values()):,} values in {plan.cells:,} places of {store}?"):
            raise UsageError("Nothing was changed.", "Answer yes, or add --yes.")
        done = act.run()
    if done.left:
        narrate(
            f"{done.left:,} places still hold one of the values inside a longer text; inspector erase finds them."
        )
    return int(act.exit(done))
