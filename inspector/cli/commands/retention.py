"""`inspector retention`: what has run out, and letting it go."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from inspector.cli.arguments import stores_argument
from inspector.cli.commands.retention_restore import restore
from inspector.cli.common import Command, Common
from inspector.cli.lifecycle import Office, confirmed, office, stores_of
from inspector.cli.lifecycle_text import job_json, plan_json, print_job, print_plan
from inspector.cli.output import Out, narrate, one_line
from inspector.errors import Exit, UsageError
from inspector.reports.units import moment, rfc3339
from inspector.session.store_names import store_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TypeVar

    from inspector.cli.output import Json
    from inspector.lifecycle.plan import Plan
    from inspector.lifecycle.retaining import Retention

    F = TypeVar("F", bound=Callable[..., object])


@click.group("retention")
def command() -> None:
    """Let traces go when they have run out, as the config's [retention] says."""


command.add_command(restore)


def _options(command: F) -> F:
    return click.option("--now", metavar="TIME", help="Count ages from this time instead of the clock's.")(
        command
    )


def _start(common: Common, now: str | None, permission: str) -> tuple[Office, Retention]:
    from inspector.lifecycle.plan import Terms
    from inspector.lifecycle.policy import read
    from inspector.lifecycle.retaining import Retention
    from inspector.query.quantities import instant

    then = instant(now) if now else None
    if now and then is None:
        raise UsageError("--now is no time.", "Write it as 2026-11-22T18:30Z.")
    at = office(common, permission)
    policy = read(at.config)
    if not policy.active:
        raise UsageError(
            "There is no retention policy.",
            "inspector retention init writes the recommended one to the config.",
        )
    moment_ = int(then.low) if then is not None else time.time_ns()
    return at, Retention(at.desk, policy, moment_, Terms())


def _plan(at: Office, work: Retention, stores: Sequence[Path]) -> Plan:
    from inspector.audit.record import Entry, Resource
    from inspector.lifecycle.plan import Plan

    made = []
    for path in stores:
        with at.desk.editing(path) as (store, editor):
            made.append(work.plan(store, editor))
    plan = Plan(tuple(made), work.terms)
    counts = {"stores": len(made), "traces": plan.traces}
    at.desk.log.event(
        Entry("retention.planned", Resource("store"), counts=counts, new_state={"plan": plan.hash})
    )
    return plan


@command.command("plan", cls=Command)
@stores_argument()
@_options
@click.pass_obj
def plan_(common: Common, words: tuple[str, ...], now: str | None) -> int:
    """Say what of each STORE has run out, and change nothing."""
    at, work = _start(common, now, "retention:propose")
    plan = _plan(at, work, stores_of(words, at.config))
    out = Out(no_color=common.no_color)
    out.json(plan_json(plan)) if common.json else print_plan(out, plan)
    out.flush()
    if plan.empty:
        narrate("Nothing is due.")
    return int(Exit.DONE)


@command.command("apply", cls=Command)
@stores_argument()
@_options
@click.option("--yes", is_flag=True, help="Do it without asking: for cron and timers.")
@click.option("--confirm", metavar="PHRASE", help="DELETE- and the first 8 hex of the plan's hash.")
@click.pass_obj
def apply(common: Common, words: tuple[str, ...], now: str | None, yes: bool, confirm: str | None) -> int:
    """Let go what has run out: delete, redact or archive it. Nothing due is exit 0.

    A plan that would take more than max_share of the traces isn't done by --yes: it takes --confirm.
    """
    from inspector.lifecycle import erasure, jobs

    at, work = _start(common, now, "retention:apply")
    jobs.refuse_while_open()
    stores = stores_of(words, at.config)
    plan = _plan(at, work, stores)
    out = Out(no_color=common.no_color)
    if not common.json and not plan.empty:
        print_plan(out, plan)
        out.flush()
    if confirm is None:
        work.guard()
    if not plan.empty and not yes and (confirm is None or not confirmed(confirm, plan.hash, None)):
        raise UsageError(
            "Nothing was changed: it isn't confirmed.", f"Add --yes, or --confirm DELETE-{plan.hash[:8]}."
        )
    plan.check()
    aged = _age_archives(at, work, stores)
    if plan.empty:
        narrate("Nothing is due." if not aged else f"{aged:,} archives have come to an end.")
        if common.json:
            out.json({"state": "completed", "stores": [], "archives": aged})
            out.flush()
        return int(Exit.DONE)
    due = [each for each in plan.stores if not each.empty]
    job = jobs.new_job(jobs.JobKind.RETENTION, at.desk.now(), [each.path for each in due])
    job.now, job.reason, job.terms = work.now, at.reason, work.terms
    hashes = {each.path.resolve(): each.hash for each in due}
    erasure.perform(at.desk, job, work.plan, hashes, before=work.put_by)
    out.json(job_json(job)) if common.json else print_job(out, job)
    out.flush()
    if job.state in jobs.DONE:
        return int(Exit.DONE)
    narrate(f"It is done in part. inspector erase resume {job.id} goes on.")
    return int(Exit.PARTIAL)


def _age_archives(at: Office, work: Retention, stores: Sequence[Path]) -> int:
    from inspector.audit.record import Entry, Resource
    from inspector.lifecycle import archive
    from inspector.lifecycle.retaining import ageing

    count = 0
    for path in stores:
        old = ageing(path, work.policy, work.now)
        if not old.expired and not old.cooling:
            continue
        numbers = {"archives gone": len(old.expired), "archives without personal data": len(old.cooling)}
        with at.desk.log.act(Entry("retention.applied", Resource("archive"), counts=numbers)):
            for each in old.expired:
                archive.remove(each)
            for each in old.cooling:
                archive.cool(each, path.resolve(), at.engine)
        count += len(old.expired) + len(old.cooling)
    return count


@command.command("status", cls=Command)
@stores_argument()
@_options
@click.pass_obj
def status(common: Common, words: tuple[str, ...], now: str | None) -> int:
    """Say what is overdue, what goes next and when, what is held, and what lies in archives."""
    from inspector.lifecycle import archive

    at, work = _start(common, now, "retention:propose")
    stores = stores_of(words, at.config)
    _plan(at, work, stores)
    out = Out(no_color=common.no_color)
    for path in stores:
        _, what = work.found[path.resolve()]
        logs = work.logs[path.resolve()]
        kept = archive.of_store(path.resolve())
        if common.json:
            archives: list[Json] = [
                {
                    "tier": a.tier.value,
                    "logs": a.logs,
                    "path": store_name(a.path),
                    "newest": rfc3339(a.newest),
                }
                for a in kept
            ]
            out.json(
                {
                    "store": store_name(path),
                    "overdue": {**what.reasons()},
                    "held": len(what.held),
                    "waiting": dict(what.waiting),
                    "next": {name: rfc3339(when) for name, when in what.next.items()},
                    "archives": archives,
                    "logs": {
                        "overdue": len(logs.places),
                        "held": logs.held,
                        "waiting": dict(logs.waiting),
                        "next": rfc3339(logs.next),
                    },
                }
            )
            continue
        out.line(out.bold(one_line(store_name(path))))
        for name, count in what.reasons().items():
            out.line(f"  overdue   {count:,} traces: {one_line(name)}")
        for name, when in sorted(what.next.items(), key=lambda each: each[1]):
            out.line(f"  next      {moment(when)}: {one_line(name)}")
        for why, count in what.waiting.items():
            out.line(f"  waiting   {count:,} traces: each {why}")
        if what.held:
            out.line(f"  held      {len(what.held):,} traces")
        for each in kept:
            out.line(f"  archive   {each.kind}: {one_line(store_name(each.path))}")
        if work.policy.logs.on:
            parts = (f"{len(logs.places):,} overdue", f"{logs.held:,} held" if logs.held else "",
                     f"next {moment(logs.next)}" if logs.next is not None else "",
                     *(f"{count:,} wait: each {why}" for why, count in logs.waiting.items()))  # fmt: skip
            out.line(f"  logs      {', '.join(part for part in parts if part)}")
    out.flush()
    return int(Exit.DONE)


@command.command("init", cls=Command)
@click.pass_obj
def init(common: Common) -> int:
    """Write the recommended policy to the user's config, and print lines for cron and systemd."""
    import os

    from inspector.audit.record import Entry, Resource
    from inspector.config.config import FILE_NAME
    from inspector.lifecycle.policy import RECOMMENDED
    from inspector.paths import config_folder, open_private, private_folder

    at = office(common, "retention:apply")
    if at.config.has("retention"):
        raise UsageError("The config has a [retention] section already.", "Change it there.")
    path = private_folder(config_folder()) / FILE_NAME
    before = path.read_text("utf-8") if path.exists() else ""
    at.desk.log.event(Entry("retention.changed", Resource("config"), reason=at.reason))
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "w", encoding="utf-8") as file:
        file.write(("\n" if before and not before.endswith("\n\n") else "") + RECOMMENDED)
    out = Out(no_color=common.no_color)
    out.line(f"Written to {path}. Look at it, then try: inspector retention plan STORE")
    out.line(
        "cron:     17 3 * * *  inspector retention apply STORE --yes --role operator --log retention.log"
    )
    out.line(
        "systemd:  ExecStart=inspector retention apply STORE --yes --role operator   in a service with a timer"
    )
    out.flush()
    return int(Exit.DONE)
