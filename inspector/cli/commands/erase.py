"""`inspector erase`: plan, run and bulk; what goes on with them and asks for them stands beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inspector.cli.arguments import query_option, stores_and_query, stores_argument
from inspector.cli.commands.erase_operations import OPERATIONS
from inspector.cli.commands.erase_requests import REQUESTS
from inspector.cli.common import Command, Common
from inspector.cli.erasing import HASHED, PHRASE, asking, demand, progress, receipt, show_before, subject_plan
from inspector.cli.lifecycle import office, person_of, stores_of, subject_options
from inspector.cli.lifecycle_text import plan_json, print_plan
from inspector.cli.output import Out, narrate
from inspector.errors import Exit, UsageError

if TYPE_CHECKING:
    from inspector.cli.erasing import Asked


@click.group("erase")
def command() -> None:
    """Erase a person, or whatever a query selects, and prove it."""


for _each in (*OPERATIONS, *REQUESTS):
    command.add_command(_each)


@command.command("plan", cls=Command)
@stores_argument()
@subject_options()
@asking(person=True)
@click.option("--samples", is_flag=True, help="Show a few of the texts that were found, redacted.")
@click.pass_obj
def plan_(
    common: Common,
    asked: Asked,
    words: tuple[str, ...],
    subject: str,
    aliases: tuple[str, ...],
    samples: bool,
) -> int:
    """Say what erasing a person from each STORE would do, and change nothing."""
    at = office(common, "subjects:search")
    person = person_of(at.desk, subject, aliases)
    stores = stores_of(words, at.config)
    plan = subject_plan(at, stores, person, asked.terms, samples=samples or common.json)
    out = Out(no_color=common.no_color)
    if common.json:
        out.json(plan_json(plan, person.label))
    else:
        print_plan(out, plan, person.label, samples=samples)
        narrate(f"Nothing was changed. inspector erase run takes --confirm DELETE-{plan.hash[:8]}.")
    out.flush()
    return int(Exit.NOTHING if plan.empty and not any(each.unknown for each in plan.stores) else Exit.DONE)


@command.command("run", cls=Command)
@stores_argument()
@subject_options()
@asking(person=True)
@click.option("--confirm", metavar="PHRASE", help=PHRASE)
@click.pass_obj
def run(
    common: Common,
    asked: Asked,
    words: tuple[str, ...],
    subject: str,
    aliases: tuple[str, ...],
    confirm: str | None,
) -> int:
    """Erase a person from each STORE in place, prove it and write a certificate."""
    from inspector.lifecycle import approvals, erasure, jobs
    from inspector.lifecycle.beside import readable
    from inspector.lifecycle.planning import acting

    at = office(common, "erasure:execute", "subjects:search")
    jobs.refuse_while_open()
    person = person_of(at.desk, subject, aliases)
    allowed = approvals.check(person.mark, asked.request, at.config.whole("erasure.approvals"))
    stores = stores_of(words, at.config)
    stores += [path for path in readable(stores) if path not in stores]
    job = jobs.new_job(jobs.JobKind.ERASURE, at.desk.now(), stores)
    job.terms, job.person, job.mark = asked.terms, person, person.mark
    job.request, job.basis, job.reason = at.redacted(asked.request), at.redacted(asked.basis), at.reason
    plan = subject_plan(at, stores, person, asked.terms, job.id)
    show_before(common, plan, person)
    if plan.empty:
        narrate("Nothing of this person was found.")
        return int(Exit.NOTHING)
    plan.check()
    demand(confirm, plan, person, piped=subject == "-")
    name = erasure.pseudonym(job.id, person.id)
    erasure.perform(
        at.desk,
        job,
        acting(at.desk, person, asked.terms, name, plan.stores),
        {each.path.resolve(): each.hash for each in plan.stores},
        progress(),
    )
    if allowed is not None and job.state is jobs.JobState.COMPLETED:
        approvals.done(allowed)
    return receipt(common, job)


@command.command("bulk", cls=Command)
@stores_argument("STORE… [QUERY]")
@query_option()
@asking(person=False)
@click.option("--confirm", metavar="PHRASE", help=HASHED)
@click.pass_obj
def bulk(common: Common, asked: Asked, words: tuple[str, ...], query: str | None, confirm: str | None) -> int:
    """Delete every trace that QUERY selects: without --confirm it says what would go, and changes nothing."""
    from inspector.lifecycle import erasure, jobs
    from inspector.lifecycle.plan import Plan
    from inspector.lifecycle.planning import of_query, query_plan

    names, wanted = stores_and_query(words, query)
    if not wanted.strip():
        raise UsageError("No query is given.", "Write one, as start:2024-01-01..2024-02-01 or tag:demo.")
    at = office(common, "erasure:propose" if confirm is None else "erasure:execute")
    stores, terms = stores_of(names, at.config), asked.terms
    plan = Plan(tuple(of_query(at.desk, path, wanted, terms) for path in stores), terms)
    if confirm is None:
        out = Out(no_color=common.no_color)
        out.json(plan_json(plan)) if common.json else print_plan(out, plan)
        out.flush()
        narrate(f"Nothing was changed. Repeat it with --confirm DELETE-{plan.hash[:8]}.")
        return int(Exit.NOTHING if plan.empty else Exit.DONE)
    show_before(common, plan, None)
    if plan.empty:
        narrate("No trace matches.")
        return int(Exit.NOTHING)
    plan.check()
    demand(confirm, plan, None, piped=False)
    job = jobs.new_job(jobs.JobKind.BULK, at.desk.now(), stores)
    job.query, job.terms, job.now = wanted, terms, at.desk.now()
    job.request, job.basis, job.reason = at.redacted(asked.request), at.redacted(asked.basis), at.reason
    erasure.perform(
        at.desk,
        job,
        lambda store, editor: query_plan(at.desk, store, editor, wanted, terms, job.now),
        {each.path.resolve(): each.hash for each in plan.stores},
        progress(),
    )
    return receipt(common, job)
