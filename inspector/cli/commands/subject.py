"""`inspector subject`: where a person stands in stores, giving it to them, and correcting it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.arguments import stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.lifecycle import STDIN, confirmed, office, person_of, stores_of, subject_options
from inspector.cli.lifecycle_text import job_json, plan_json, print_job, print_plan
from inspector.cli.output import Out, narrate
from inspector.errors import Exit, UsageError
from inspector.session.store_names import store_name

if TYPE_CHECKING:
    from inspector.cli.output import Json
    from inspector.lifecycle.subjects import Found


@click.group("subject")
def command() -> None:
    """Find, hand out and correct what stores hold of a person."""


@command.command("search", cls=Command)
@stores_argument()
@subject_options()
@click.pass_obj
def search_(common: Common, words: tuple[str, ...], subject: str, aliases: tuple[str, ...]) -> int:
    """Say what each STORE holds of a person: how many traces, spans and records, where, in what way."""
    from inspector.audit.record import Entry, Resource
    from inspector.lifecycle.subjects import search

    at = office(common, "subjects:search")
    person = person_of(at.desk, subject, aliases)
    matcher = person.matcher()
    out = Out(no_color=common.no_color)
    any_found = False
    entry = Entry(
        "subject.search", Resource("subject", person.mark), reason=at.reason, subjects=(person.mark,)
    )
    with at.desk.log.act(entry) as intent:
        for path in stores_of(words, at.config):
            with at.desk.editing(path) as (store, editor):
                found = search(editor, matcher, sight=at.desk.sight(store))
            any_found = any_found or not found.empty
            for name, count in (("traces", len(found.traces)), ("spans", len(found.spans))):
                intent.counts[name] = intent.counts.get(name, 0) + count
            if common.json:
                out.json({"store": store_name(path), "subject": person.label, **_json(found)})
            else:
                _print(out, store_name(path), found)
    out.flush()
    return int(Exit.DONE if any_found else Exit.NOTHING)


def _json(found: Found) -> dict[str, Json]:
    return {
        "traces": len(found.traces),
        "spans": len(found.spans),
        "records": found.records,
        "unknown": found.unknown,
        "encoded": len(found.encoded),
        "classes": [
            {"class": kind.value, "traces": len(t.traces), "spans": len(t.spans), "rows": len(t.records)}
            for kind, t in found.classes.items()
        ],
    }


def _print(out: Out, path: str, found: Found) -> None:
    from inspector.cli.output import one_line

    out.line(out.bold(one_line(path)))
    out.line(f"  {len(found.traces):,} traces, {len(found.spans):,} spans, {found.records:,} records")
    for kind, tally in found.classes.items():
        parts = ((len(tally.traces), "traces"), (len(tally.spans), "spans"), (len(tally.records), "rows"))
        out.line(f"  {kind.value:<15} {', '.join(f'{n:,} {name}' for n, name in parts if n)}")


@command.command("export", cls=Command)
@stores_argument()
@subject_options()
@click.option("-o", "--output", required=True, metavar="OUT", help="The zip to write (.zip, or .zip.age).")
@click.option("--to", "recipient", metavar="AGE-RECIPIENT", help="Encrypt it to this age public key.")
@click.option("--request", metavar="REF", default="", help="The request's reference.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.pass_obj
def export_(
    common: Common,
    words: tuple[str, ...],
    subject: str,
    aliases: tuple[str, ...],
    output: str,
    recipient: str | None,
    request: str,
    force: bool,
) -> int:
    """Write all that each STORE holds of a person into one zip for them: a page, JSON and a manifest.

    Other people's data and secrets are hidden in it. Look through it before you hand it over: a name that no
    field of the store states is found by nobody.
    """
    from inspector.cli.subject_export import Wanted, export

    at = office(common, "subjects:export")
    at.require_whole("subjects:export", "This role sees a part of the store, and a person is given all.")
    wanted = Wanted(tuple(stores_of(words, at.config)), Path(output), recipient, at.redacted(request), force)
    done = export(at, person_of(at.desk, subject, aliases), wanted)
    if done is None:
        narrate("Nothing is held of this person there; no file was written.")
        return int(Exit.NOTHING)
    out = Out(no_color=common.no_color)
    if common.json:
        out.json(done.as_json())
    else:
        from inspector.cli.output import one_line

        out.line(one_line(output))
        narrate(done.sentence())
    out.flush()
    return int(Exit.PARTIAL if done.counts["lost"] else Exit.DONE)


@command.command("rectify", cls=Command)
@stores_argument()
@subject_options()
@click.option("--field", required=True, metavar="PATH", help="The field to correct, as user.name.")
@click.option(
    "--value", required=True, metavar="TEXT", help="The right value; - reads it from standard input."
)
@click.option("--request", metavar="REF", default="", help="The request's reference.")
@click.option(
    "--confirm", metavar="PHRASE", help="DELETE- and the id, or the first 8 hex of the plan's hash."
)
@click.pass_obj
def rectify(
    common: Common,
    words: tuple[str, ...],
    subject: str,
    aliases: tuple[str, ...],
    field: str,
    value: str,
    request: str,
    confirm: str | None,
) -> int:
    """Write the right value into a field of every record that is the person's.

    With both --subject - and --value -, the last line of standard input is the value. Without --confirm it says
    what would change.
    """
    from inspector.lifecycle import erasure, jobs
    from inspector.lifecycle.plan import Plan, Terms
    from inspector.lifecycle.rectify import rectify_plan

    at = office(common, "subjects:rectify", "subjects:search")
    subject, aliases, value = _read(subject, aliases, value)
    person = at.desk.person(subject, aliases)
    terms, made = Terms(), []
    for path in stores_of(words, at.config):
        with at.desk.editing(path) as (store, editor):
            made.append(rectify_plan(at.desk, store, editor, person, field, value, terms))
    plan = Plan(tuple(made), terms)
    out = Out(no_color=common.no_color)
    if confirm is None or not common.json:
        if common.json:
            out.json(plan_json(plan, person.label, "rectify"))
        else:
            print_plan(out, plan, person.label, act="rectify")
        out.flush()
    if plan.empty:
        narrate("No such field of this person holds another value.")
        return int(Exit.NOTHING)
    if confirm is None:
        narrate(f"Nothing was changed. Repeat it with --confirm DELETE-{plan.hash[:8]}.")
        return int(Exit.DONE)
    if not confirmed(confirm, plan.hash, person):
        raise UsageError("Nothing was changed: the phrase is another.", f"Type DELETE-{plan.hash[:8]}.")
    plan.check()
    job = jobs.new_job(jobs.JobKind.RECTIFY, at.desk.now(), [each.path for each in made])
    job.person, job.mark, job.field, job.value = person, person.mark, field, value
    job.request, job.reason = at.redacted(request), at.reason
    erasure.perform(
        at.desk,
        job,
        lambda store, editor: rectify_plan(at.desk, store, editor, person, field, value, terms),
        {each.path.resolve(): each.hash for each in made},
    )
    out.json(job_json(job)) if common.json else print_job(out, job)
    out.flush()
    return int(Exit.DONE if job.state in jobs.DONE else Exit.PARTIAL)


def _read(subject: str, aliases: tuple[str, ...], value: str) -> tuple[str, tuple[str, ...], str]:
    """What stands on standard input in place of the options that ask for it."""
    if subject != STDIN:
        narrate("The shell's history keeps the id; --subject - reads it from standard input.")
    if subject != STDIN and value != STDIN:
        return subject, aliases, value
    lines = [line.strip() for line in sys.stdin if line.strip()]
    if value == STDIN:
        if not lines:
            raise UsageError("No value was given.", "Write it as the last line of standard input.")
        value = lines.pop()
    if subject == STDIN:
        if not lines:
            raise UsageError("No id was given.", "Write it as the first line of standard input.")
        subject, aliases = lines[0], (*lines[1:], *aliases)
    return subject, aliases, value
