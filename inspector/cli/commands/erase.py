"""`inspector erase`: plan, run, resume, close, verify, bulk; requests and their approval."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.arguments import query_option, stores_and_query, stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.lifecycle import Office, confirmed, office, person_of, stores_of, subject_options
from inspector.cli.lifecycle_text import (
    job_json,
    plan_json,
    print_job,
    print_plan,
    print_requests,
    request_json,
)
from inspector.cli.output import Out, narrate
from inspector.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from inspector.lifecycle.jobs import Job
    from inspector.lifecycle.person import Person
    from inspector.lifecycle.plan import Plan, Terms
    from inspector.stores.edits import Step

    F = TypeVar("F", bound=Callable[..., object])

MODES = ("delete", "delete-spans", "pseudonymise")


@click.group("erase")
def command() -> None:
    """Erase a person, or whatever a query selects, and prove it."""


def _terms_options(command: F) -> F:
    for option in (
        click.option("--past-readers", is_flag=True,
                     help="Go on where a program that reads the store keeps old bytes; certified as partial."),
        click.option("--orphans", type=click.Choice(("reparent", "remove")), default="reparent",
                     show_default=True, help="What becomes of the children of erased spans."),
        click.option("--include-metadata/--keep-metadata", "metadata", default=True,
                     help="Whether records beside spans go too, or only lose the person's words."),
        click.option("--mode", type=click.Choice(MODES), default="delete", show_default=True,
                     help="Delete the person's traces or spans, or replace their ids by one name."),
    ):  # fmt: skip
        command = option(command)
    return command


def _request_options(command: F) -> F:
    command = click.option(
        "--basis", metavar="TEXT", default="", help="The legal basis, for the certificate."
    )(command)
    return click.option("--request", metavar="REF", default="", help="The request's reference.")(command)


def _terms(mode: str, metadata: bool, orphans: str, past_readers: bool) -> Terms:
    from inspector.lifecycle.plan import Mode, Terms
    from inspector.stores.edits import Orphans

    return Terms(Mode(mode), metadata, Orphans(orphans), past_readers)


@command.command("plan", cls=Command)
@stores_argument()
@subject_options()
@_terms_options
@_request_options
@click.option("--samples", is_flag=True, help="Show a few of the texts that were found, redacted.")
@click.pass_obj
def plan_(
    common: Common,
    words: tuple[str, ...],
    subject: str,
    aliases: tuple[str, ...],
    mode: str,
    metadata: bool,
    orphans: str,
    past_readers: bool,
    request: str,
    basis: str,
    samples: bool,
) -> int:
    """Say what erasing a person from each STORE would do, and change nothing."""

    desk_ = office(common, "subjects:search")
    person = person_of(desk_.desk, subject, aliases)
    plan = _plan(
        desk_, stores_of(words, desk_.config), person, _terms(mode, metadata, orphans, past_readers), ""
    )
    out = Out(no_color=common.no_color)
    if common.json:
        out.json(plan_json(plan, person.label))
    else:
        print_plan(out, plan, person.label, samples=samples)
        narrate(f"Nothing was changed. inspector erase run takes --confirm DELETE-{plan.hash[:8]}.")
    out.flush()
    return int(Exit.NOTHING if plan.empty and not any(each.unknown for each in plan.stores) else Exit.DONE)


def _plan(at: Office, stores: Sequence[Path], person: Person, terms: Terms, job_id: str) -> Plan:
    """Audited as the search for a person that it is."""
    from inspector.audit.record import Entry, Resource
    from inspector.lifecycle.erasure import pseudonym
    from inspector.lifecycle.plan import Plan
    from inspector.lifecycle.planning import of_person

    entry = Entry(
        "subject.search", Resource("subject", person.mark), reason=at.reason, subjects=(person.mark,)
    )
    with at.desk.log.act(entry) as intent:
        name = pseudonym(job_id, person.id)
        made = Plan(tuple(of_person(at.desk, path, person, terms, name) for path in stores), terms)
        intent.counts = {
            "stores": len(made.stores),
            "traces": made.traces,
            "spans": sum(each.spans for each in made.stores),
        }
    return made


@command.command("run", cls=Command)
@stores_argument()
@subject_options()
@_terms_options
@_request_options
@click.option(
    "--confirm", metavar="PHRASE", help="DELETE- and the id, or the first 8 hex of the plan's hash."
)
@click.pass_obj
def run(
    common: Common,
    words: tuple[str, ...],
    subject: str,
    aliases: tuple[str, ...],
    mode: str,
    metadata: bool,
    orphans: str,
    past_readers: bool,
    request: str,
    basis: str,
    confirm: str | None,
) -> int:
    """Erase a person from each STORE in place, prove it and write a certificate."""
    from inspector.lifecycle import approvals, erasure, jobs
    from inspector.lifecycle.beside import readable
    from inspector.lifecycle.planning import person_plan

    at = office(common, "erasure:execute", "subjects:search")
    jobs.refuse_while_open()
    person = person_of(at.desk, subject, aliases)
    allowed = approvals.check(person.mark, request, at.config.whole("erasure.approvals"))
    terms = _terms(mode, metadata, orphans, past_readers)
    stores = stores_of(words, at.config)
    stores += [path for path in readable(stores) if path not in stores]
    job = jobs.new_job(jobs.JobKind.ERASURE, at.desk.now(), stores)
    job.terms, job.person, job.mark = terms, person, person.mark
    job.request, job.basis, job.reason = at.redacted(request), at.redacted(basis), at.reason
    plan = _plan(at, stores, person, terms, job.id)
    _show_before(common, plan, person)
    if plan.empty:
        narrate("Nothing of this person was found.")
        return int(Exit.NOTHING)
    plan.check()
    _demand(confirm, plan, person, piped=subject == "-")
    name = erasure.pseudonym(job.id, person.id)
    erasure.perform(
        at.desk,
        job,
        lambda store, editor: person_plan(at.desk, store, editor, person, terms, name),
        {each.path.resolve(): each.hash for each in plan.stores},
        _progress(),
    )
    if allowed is not None and job.state is jobs.JobState.COMPLETED:
        approvals.done(allowed)
    return _receipt(common, job)


def _show_before(common: Common, plan: Plan, person: Person | None) -> None:
    """On standard error where standard output is for a program."""
    if not common.json:
        out = Out(no_color=common.no_color)
        print_plan(out, plan, person.label if person is not None else "")
        out.flush()


def _demand(confirm: str | None, plan: Plan, person: Person | None, *, piped: bool) -> None:
    """Raises UsageError unless the phrase was given, or is typed now."""
    if confirm is None and sys.stdin.isatty() and sys.stderr.isatty() and not piped:
        wanted = "DELETE- and the id" if person is not None else f"DELETE-{plan.hash[:8]}"
        confirm = click.prompt(f"Type {wanted} to go on", default="", show_default=False, err=True)
    if not confirm or not confirmed(confirm, plan.hash, person):
        raise UsageError(
            "Nothing was erased: it isn't confirmed."
            if not confirm
            else "Nothing was erased: the phrase is another.",
            f"Repeat it with --confirm DELETE-{plan.hash[:8]}, or DELETE- and the person's id.",
        )


def _progress() -> Callable[[Path, Step], None]:
    """A line that is written over, for people who watch."""
    if not sys.stderr.isatty():
        return lambda path, step: None

    def show(path: Path, step: Step) -> None:
        share = f" {step.done * 100 // step.total}%" if step.total else ""
        sys.stderr.write(f"\r\x1b[K{step.phase}{share}")
        sys.stderr.flush()

    return show


def _receipt(common: Common, job: Job) -> int:
    from inspector.lifecycle.jobs import DONE

    out = Out(no_color=common.no_color)
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    if common.json:
        out.json(job_json(job))
    else:
        print_job(out, job)
    out.flush()
    if job.state in DONE:
        return int(Exit.DONE)
    narrate(f"It is done in part. {job.way_on} goes on.")
    return int(Exit.PARTIAL)


@command.command("resume", cls=Command)
@click.argument("op", metavar="OP")
@click.pass_obj
def resume(common: Common, op: str) -> int:
    """Go on with the operation OP where it was interrupted, or do again what failed."""
    from inspector.lifecycle import jobs
    from inspector.lifecycle.resuming import resume as go_on

    at = office(common, "erasure:resume")
    job = jobs.load(op)
    if not job.open:
        narrate("This operation is finished.")
        return _receipt(common, job)
    return _receipt(common, go_on(at.desk, job, at.config, _progress()))


@command.command("close", cls=Command)
@click.argument("op", metavar="OP")
@click.pass_obj
def close(common: Common, op: str) -> int:
    """Give the operation OP up: it isn't resumed any more. Needs --reason."""
    from inspector.lifecycle import erasure, jobs

    at = office(common, "erasure:resume")
    if not at.reason:
        raise UsageError("Giving an operation up needs a reason.", "Add --reason TEXT.")
    job = erasure.close(at.desk, jobs.load(op), at.reason)
    return _receipt(common, job)


@command.command("verify", cls=Command)
@click.argument("name", metavar="CERTIFICATE")
@click.option("--key", "keys", multiple=True, metavar="KEY", help="The signer's verifier key, as text.")
@click.pass_obj
def verify_(common: Common, name: str, keys: tuple[str, ...]) -> int:
    """Check the signature of CERTIFICATE (a .note file, or an operation's id), and that the audit log knows it."""
    from inspector.cli.commands.audit import trust_of
    from inspector.keys.signer import signature_holds
    from inspector.lifecycle import certificate
    from inspector.lifecycle.certificate_text import markdown
    from inspector.lifecycle.verifying import known_to

    at = office(common, "traces:read")
    path = Path(name) if Path(name).exists() else certificate.folder() / f"{Path(name).name}.note"
    found = certificate.read(path)
    trust, source = trust_of(at.auditing, keys)
    signed = certificate.signed_by(found, trust.keys, signature_holds)
    audited = known_to(at.desk.log.folder, found)
    ok = (signed or not found.signed) and audited
    out = Out(no_color=common.no_color)
    if common.json:
        out.json({"ok": ok, "signed": found.signed, "signature_holds": signed, "audited": audited,
                  "key": source, "certificate": found.facts})  # fmt: skip
    else:
        out.line(markdown(found).rstrip())
        out.line()
        said = f"holds ({source})" if signed else "DOES NOT HOLD" if found.signed else "none: it isn't signed"
        out.line(f"signature: {said}")
        out.line(
            f"audit log: {'knows this very certificate' if audited else 'DOES NOT KNOW this certificate'}"
        )
    out.flush()
    return int(Exit.DONE if ok else Exit.NOTHING)


@command.command("bulk", cls=Command)
@stores_argument("STORE… [QUERY]")
@query_option()
@_request_options
@click.option(
    "--past-readers", is_flag=True, help="Go on where a reader keeps old bytes; certified as partial."
)
@click.option("--confirm", metavar="PHRASE", help="DELETE- and the first 8 hex of the plan's hash.")
@click.pass_obj
def bulk(
    common: Common,
    words: tuple[str, ...],
    query: str | None,
    request: str,
    basis: str,
    past_readers: bool,
    confirm: str | None,
) -> int:
    """Delete every trace that QUERY selects: without --confirm it says what would go, and changes nothing."""
    from inspector.lifecycle import erasure, jobs
    from inspector.lifecycle.plan import Plan, Terms
    from inspector.lifecycle.planning import of_query, query_plan

    names, asked = stores_and_query(words, query)
    if not asked.strip():
        raise UsageError("No query is given.", "Write one, as start:2024-01-01..2024-02-01 or tag:demo.")
    at = office(common, "erasure:propose" if confirm is None else "erasure:execute")
    stores = stores_of(names, at.config)
    terms = replace(Terms(), past_readers=past_readers)
    plan = Plan(tuple(of_query(at.desk, path, asked, terms) for path in stores), terms)
    if confirm is None:
        out = Out(no_color=common.no_color)
        out.json(plan_json(plan)) if common.json else print_plan(out, plan)
        out.flush()
        narrate(f"Nothing was changed. Repeat it with --confirm DELETE-{plan.hash[:8]}.")
        return int(Exit.NOTHING if plan.empty else Exit.DONE)
    _show_before(common, plan, None)
    if plan.empty:
        narrate("No trace matches.")
        return int(Exit.NOTHING)
    plan.check()
    _demand(confirm, plan, None, piped=False)
    job = jobs.new_job(jobs.JobKind.BULK, at.desk.now(), stores)
    job.query, job.terms, job.now = asked, terms, at.desk.now()
    job.request, job.basis, job.reason = at.redacted(request), at.redacted(basis), at.reason
    erasure.perform(
        at.desk,
        job,
        lambda store, editor: query_plan(at.desk, store, editor, asked, terms, job.now),
        {each.path.resolve(): each.hash for each in plan.stores},
        _progress(),
    )
    return _receipt(common, job)


@command.command("request", cls=Command)
@stores_argument()
@subject_options()
@_request_options
@click.pass_obj
def request_(
    common: Common, words: tuple[str, ...], subject: str, aliases: tuple[str, ...], request: str, basis: str
) -> int:
    """Ask for an erasure that somebody else approves and an operator runs. The id itself isn't kept."""
    from inspector.lifecycle import approvals

    at = office(common, "erasure:propose")
    person = person_of(at.desk, subject, aliases)
    made = approvals.ask(
        at.desk.log,
        person.mark,
        [str(path) for path in stores_of(words, at.config)],
        ref=at.redacted(request),
        basis=at.redacted(basis),
        reason=at.reason,
        by=at.user,
        now=at.desk.now(),
        due=at.config.duration("erasure.due") or 0,
    )
    return _print_requests(common, at, [made])


def _print_requests(common: Common, at: Office, requests: Sequence[object]) -> int:
    from inspector.lifecycle.approvals import Request

    out = Out(no_color=common.no_color)
    found = [each for each in requests if isinstance(each, Request)]
    if common.json:
        for each in found:
            out.json(request_json(each, at.desk.now()))
    else:
        print_requests(out, found, at.desk.now())
    out.flush()
    return int(Exit.DONE)


@command.command("approve", cls=Command)
@click.argument("id", metavar="REQUEST")
@click.pass_obj
def approve(common: Common, id: str) -> int:
    """Allow a request that somebody else has made."""
    from inspector.lifecycle import approvals

    at = office(common, "erasure:approve")
    return _print_requests(common, at, [approvals.approve(at.desk.log, approvals.one(id), at.user)])


@command.command("reject", cls=Command)
@click.argument("id", metavar="REQUEST")
@click.pass_obj
def reject(common: Common, id: str) -> int:
    """Refuse a request. Needs --reason."""
    from inspector.lifecycle import approvals

    at = office(common, "erasure:approve")
    if not at.reason:
        raise UsageError("A refusal needs a reason.", "Add --reason TEXT.")
    return _print_requests(common, at, [approvals.reject(at.desk.log, approvals.one(id), at.reason)])


@command.command("list", cls=Command)
@click.option("--all", "everything", is_flag=True, help="Also what is finished.")
@click.pass_obj
def list_(common: Common, everything: bool) -> int:
    """List requests with their due dates, and operations with their states."""
    from inspector.lifecycle import approvals, jobs

    at = office(common, "erasure:propose")
    out = Out(no_color=common.no_color)
    ended = (approvals.RequestState.DONE, approvals.RequestState.REJECTED)
    requests = [r for r in approvals.all_requests() if everything or r.state not in ended]
    operations = [job for job in jobs.all_jobs() if everything or job.open]
    if common.json:
        for each in requests:
            out.json({"request": request_json(each, at.desk.now())})
        for job in operations:
            out.json({"operation": job_json(job)})
    else:
        print_requests(out, requests, at.desk.now())
        for job in operations:
            print_job(out, job)
    out.flush()
    if not requests and not operations:
        narrate("Nothing is open.")
    return int(Exit.DONE)
