"""`inspector seal`: encrypt fields of a store in place."""

from __future__ import annotations

from pathlib import Path

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
@click.option("--whole", is_flag=True, help="Write the whole store as it is into an age file; needs -o.")
@click.option(
    "-o", "--output", type=click.Path(path_type=str), metavar="FILE", help="With --whole: the new file."
)
@click.option("--for", "whose", metavar="ROLE", help="With --whole: who opens it; else the role in use.")
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
    whole: bool,
    output: str | None,
    whose: str | None,
    dry_run: bool,
    yes: bool,
) -> int:
    """Encrypt values of STORE in place, so that only a role's key opens them.

    A text is sealed whole, with every copy of it in its span or trace. Where a value stands inside a longer text
    it stays, and is counted. Needs a role that may seal, whose key this machine holds. Where an earlier run was
    interrupted, that is finished first.

    With --whole nothing of STORE is changed: it is written, as it is, into an age file that the keys of a role and
    the recipients of recovery open. inspector FILE --role ROLE looks into it.
    """
    at = Sealer.of(common, "fields:seal")
    if whole or output is not None:
        return _whole(at, store, output, whose)
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


def _whole(at: Sealer, store: str, output: str | None, whose: str | None) -> int:
    from inspector.access.roles import role_named
    from inspector.cli.wholes import seal_whole

    if output is None:
        raise UsageError("The age file has no name.", "Add -o FILE.")
    identity = at.office.auditing.identity
    chosen = role_named(identity.roles, whose or identity.name).name
    size = seal_whole(at.office, Path(store), Path(output), chosen)
    narrate(f"{output} has {size:,} bytes and opens for {chosen}. {store} is still there, open.")
    return int(Exit.DONE)
