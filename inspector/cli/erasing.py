"""What the commands that erase have in common: the options, the plan, the confirmation, the receipt."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click

from inspector.cli.lifecycle import Office, confirmed
from inspector.cli.lifecycle_text import job_json, print_job, print_plan
from inspector.cli.output import Out, narrate
from inspector.errors import Exit, UsageError
from inspector.view_acts import MODES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.cli.common import Common
    from inspector.lifecycle.jobs import Job
    from inspector.lifecycle.person import Person
    from inspector.lifecycle.plan import Plan, Terms
    from inspector.stores.edits import Step

P = ParamSpec("P")
PHRASE = "DELETE- and the id, or the first 8 hex of the plan's hash."
HASHED = "DELETE- and the first 8 hex of the plan's hash."


@dataclass(frozen=True, slots=True)
class Asked:
    """How it is to be done, and why: as it was typed."""

    terms: Terms
    request: str
    basis: str


_REQUEST = (
    click.option("--request", metavar="REF", default="", help="The request's reference."),
    click.option("--basis", metavar="TEXT", default="", help="The legal basis, for the certificate."),
)
_READERS = click.option(
    "--past-readers", is_flag=True,
    help="Go on where a program that reads the store keeps old bytes; certified as partial.",
)  # fmt: skip
_TERMS = (
    click.option("--mode", type=click.Choice(MODES), default="delete", show_default=True,
                 help="Delete the person's traces or spans, or replace their ids by one name."),
    click.option("--include-metadata/--keep-metadata", "metadata", default=True,
                 help="Whether records beside spans go too, or only lose the person's words."),
    click.option("--orphans", type=click.Choice(("reparent", "remove")), default="reparent",
                 show_default=True, help="What becomes of the children of erased spans."),
)  # fmt: skip


def asking(*, person: bool) -> Callable[[Callable[Concatenate[Asked, P], int]], Callable[P, int]]:
    """The options of an erasure, handed over as one value in front of all others; `person`: also those that only
    the erasure of a person has."""
    options = (*(_TERMS if person else ()), _READERS, *_REQUEST)

    def add(command: Callable[Concatenate[Asked, P], int]) -> Callable[P, int]:
        @wraps(command)
        def asked(*args: P.args, **kwargs: P.kwargs) -> int:
            from inspector.lifecycle.plan import Mode, Terms
            from inspector.stores.edits import Orphans

            given = {name: kwargs.pop(name) for name in ("past_readers", "request", "basis")}
            terms = Terms(past_readers=given["past_readers"] is True)
            if person:
                mode, orphans = Mode(str(kwargs.pop("mode"))), Orphans(str(kwargs.pop("orphans")))
                terms = Terms(mode, kwargs.pop("metadata") is True, orphans, terms.past_readers)
            return command(Asked(terms, str(given["request"]), str(given["basis"])), *args, **kwargs)

        made: Callable[P, int] = asked
        for option in reversed(options):
            made = option(made)
        return made

    return add


def subject_plan(
    at: Office,
    stores: Sequence[Path],
    person: Person,
    terms: Terms,
    job_id: str = "",
    *,
    samples: bool = False,
) -> Plan:
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
        made = Plan(
            tuple(of_person(at.desk, path, person, terms, name, samples=samples) for path in stores), terms
        )
        intent.counts = {
            "stores": len(made.stores),
            "traces": made.traces,
            "spans": sum(each.spans for each in made.stores),
        }
    return made


def show_before(common: Common, plan: Plan, person: Person | None) -> None:
    """On standard error where standard output is for a program."""
    if not common.json:
        out = Out(no_color=common.no_color)
        print_plan(out, plan, person.label if person is not None else "")
        out.flush()


def demand(confirm: str | None, plan: Plan, person: Person | None, *, piped: bool) -> None:
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


def progress() -> Callable[[Path, Step], None]:
    """A line that is written over, for people who watch."""
    if not sys.stderr.isatty():
        return lambda path, step: None

    def show(path: Path, step: Step) -> None:
        share = f" {step.done * 100 // step.total}%" if step.total else ""
        sys.stderr.write(f"\r\x1b[K{step.phase}{share}")
        sys.stderr.flush()

    return show


def receipt(common: Common, job: Job) -> int:
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
