"""`inspector hold`: legal holds, which stop retention and erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inspector.cli.common import Command, Common
from inspector.cli.lifecycle import office, person_of, subject_options
from inspector.cli.output import Out, narrate, one_line
from inspector.cli.table import Column, table
from inspector.errors import Exit, UsageError
from inspector.reports.units import moment, rfc3339

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.cli.output import Json
    from inspector.lifecycle.holds import Hold


@click.group("hold")
def command() -> None:
    """Keep what a query or a person names from being erased or running out."""


@command.command("set", cls=Command)
@click.argument("query", metavar="[QUERY]", default="")
@subject_options(required=False)
@click.option(
    "--until", metavar="DATE", help="The hold ends then; without it, it stays until it is released."
)
@click.pass_obj
def set_(common: Common, query: str, subject: str | None, aliases: tuple[str, ...], until: str | None) -> int:
    """Hold what QUERY selects in every store, or everything of a person. Needs --reason."""
    from inspector.audit.record import Entry, Resource
    from inspector.lifecycle import holds
    from inspector.query.quantities import instant

    at = office(common, "holds:manage")
    if bool(query.strip()) == (subject is not None):
        raise UsageError("A hold is by a query or of a person.", "Give QUERY, or --subject ID.")
    if not at.reason:
        raise UsageError("A hold needs a reason.", "Add --reason TEXT.")
    end = instant(until) if until else None
    if until and end is None:
        raise UsageError("--until is no date.", "Write it as 2027-01-31.")
    person = person_of(at.desk, subject, aliases) if subject is not None else None
    mark = person.mark if person is not None else at.desk.log.mark(f"query: {query}")
    entry = Entry("hold.set", Resource("hold", mark), reason=at.reason,
                  subjects=(mark,) if person is not None else ())  # fmt: skip
    with at.desk.log.act(entry) as intent:
        last = int(end.low) if end is not None else 0
        made = holds.set_hold(intent, query, person, at.reason, at.desk.now(), last, at.user)
    return _print(common, [made], at.desk.now())


@command.command("release", cls=Command)
@click.argument("id", metavar="HOLD")
@click.pass_obj
def release(common: Common, id: str) -> int:
    """End a hold. Needs --reason."""
    from inspector.audit.record import Entry, Resource
    from inspector.lifecycle import holds

    at = office(common, "holds:manage")
    if not at.reason:
        raise UsageError("Releasing a hold needs a reason.", "Add --reason TEXT.")
    found = holds.one(holds.all_holds(), id)
    mark = found.person.mark if found.person is not None else at.desk.log.mark(f"query: {found.query}")
    with at.desk.log.act(Entry("hold.released", Resource("hold", mark), reason=at.reason)) as intent:
        holds.release(intent, id)
    narrate(f"The hold {id} is released.")
    return int(Exit.DONE)


@command.command("list", cls=Command)
@click.pass_obj
def list_(common: Common) -> int:
    """List the holds."""
    from inspector.lifecycle import holds

    at = office(common, "erasure:propose")
    found = holds.all_holds()
    if not found:
        narrate("There are no holds.")
    return _print(common, found, at.desk.now())


def _print(common: Common, found: Sequence[Hold], now: int) -> int:
    out = Out(no_color=common.no_color)
    if common.json:
        for hold in found:
            out.json(_json(hold, now))
    else:
        columns = [
            Column("id"),
            Column("what", least=20),
            Column("until"),
            Column("by"),
            Column("reason", least=20),
        ]
        rows = [
            [
                h.id,
                h.what,
                (moment(h.until) if h.until else "") + ("" if h.active(now) else " ended"),
                h.by,
                h.reason,
            ]
            for h in found
        ]
        for line in table(out, columns, rows):
            out.line(one_line(line))
    out.flush()
    return int(Exit.DONE)


def _json(hold: Hold, now: int) -> Json:
    return {
        "id": hold.id,
        "query": hold.query,
        "subject": hold.person.label if hold.person is not None else "",
        "reason": hold.reason,
        "since": rfc3339(hold.since),
        "until": rfc3339(hold.until) if hold.until else None,
        "active": hold.active(now),
        "by": hold.by,
    }
