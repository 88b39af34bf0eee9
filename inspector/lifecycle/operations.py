"""Erasure and retention as the screen drives them; implements `inspector.view_acts.Operations`."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.audit.record import Entry, Resource
from inspector.errors import Denied, HeldBack, NotFound, UsageError
from inspector.lifecycle import approvals, beside, erasure, jobs, ours
from inspector.lifecycle.plan import Mode, Plan, Terms, counts_text
from inspector.lifecycle.plan_file import markdown, write_plan_file
from inspector.lifecycle.planning import acting, of_person
from inspector.lifecycle.policy import read
from inspector.lifecycle.retaining import Retention
from inspector.session.store_names import store_name
from inspector.view import sanitise
from inspector.view_acts import Doing, FoundAs, Line, Receipt, ShownPlan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.config import Config
    from inspector.lifecycle.desk import Desk
    from inspector.lifecycle.jobs import Job
    from inspector.lifecycle.person import Person
    from inspector.lifecycle.plan import StorePlan
    from inspector.stores.edits import Step


@dataclass(frozen=True, slots=True)
class _Pending:
    """A plan that was shown, with what it takes to carry it out."""

    plan: Plan
    job: Job
    person: Person | None
    retention: Retention | None
    allowed: approvals.Request | None
    shown: ShownPlan


class StoreOperations:
    """Over the stores that are open. `require` raises Denied after recording it; `redacted` is for what people
    type."""

    def __init__(
        self,
        desk: Desk,
        stores: Sequence[Path],
        config: Config,
        require: Callable[[str], None],
        redacted: Callable[[str], str],
    ) -> None:
        self._desk = desk
        self._stores = list(stores)
        self._config = config
        self._require = require
        self._redacted = redacted
        self._plans: list[_Pending | None] = []

    def may(self, permission: str) -> bool:
        try:
            self._require(permission)
        except Denied:
            return False
        return True

    def plan_erasure(
        self, subject: str, aliases: Sequence[str], mode: str, request: str, stopped: Callable[[], bool]
    ) -> ShownPlan:
        for permission in ("erasure:execute", "subjects:search"):
            self._require(permission)
        jobs.refuse_while_open()
        desk = self._desk
        person = desk.person(subject, [alias for alias in aliases if alias.strip()])
        allowed = approvals.check(person.mark, request, self._config.whole("erasure.approvals"))
        stores = [*self._stores, *beside.readable(self._stores)]
        job = jobs.new_job(jobs.JobKind.ERASURE, desk.now(), stores)
        job.terms, job.person, job.mark = Terms(Mode(mode)), person, person.mark
        job.request = self._redacted(request)
        name = erasure.pseudonym(job.id, person.id)
        entry = Entry("subject.search", Resource("subject", person.mark), subjects=(person.mark,))
        with desk.log.act(entry) as intent:
            made = [of_person(desk, path, person, job.terms, name, stopped) for path in stores]
            intent.counts["traces"] = sum(each.traces for each in made)
        if stopped():
            raise HeldBack("Stopped: nothing was planned.", "Plan again when you want to.")
        plan = Plan(tuple(made), job.terms)
        head = [Line("subject", f"subject {person.label} · {len(person.aliases)} aliases")]
        head.append(Line("request", job.request or "none given", "plain" if job.request else "dim"))
        head.append(Line("mode", mode))
        phrase = "DELETE- and the person's id"
        return self._shown(plan, job, person, allowed, "Erase a person", head, phrase)

    def plan_retention(self, stopped: Callable[[], bool]) -> ShownPlan:
        self._require("retention:apply")
        jobs.refuse_while_open()
        policy = read(self._config)
        if not policy.active:
            raise UsageError(
                "There is no retention policy.", "inspector retention init writes the recommended one."
            )
        desk = self._desk
        work = Retention(desk, policy, desk.now(), Terms())
        made = []
        for path in self._stores:
            with desk.editing(path) as (store, editor):
                made.append(work.plan(store, editor, stopped))
        plan = Plan(tuple(made), work.terms)
        desk.log.event(Entry("retention.planned", Resource("store"), counts={"traces": plan.traces}))
        due = [each for each in made if not each.empty] or made
        job = jobs.new_job(jobs.JobKind.RETENTION, desk.now(), [each.path for each in due])
        job.now, job.terms = work.now, work.terms
        phrase = f"DELETE-{plan.hash[:8]}"
        head = [Line("policy", f"{len(policy.rules)} rules, {len(policy.fields)} fields")]
        head += [Line("next", text, "dim") for text in _next(work)]
        return self._shown(plan, job, work, None, "Let run out what is due", head, phrase)

    def confirms(self, handle: int, phrase: str) -> bool:
        pending = self._pending(handle)
        wanted = f"DELETE-{pending.person.id if pending.person is not None else pending.plan.hash[:8]}"
        return hmac.compare_digest(phrase.encode(), wanted.encode())

    def write_plan(self, handle: int) -> str:
        self._require("reports:export")
        pending = self._pending(handle)
        stores = [each.path for each in pending.plan.stores]
        mark = pending.plan.hash
        entry = Entry("report.export", Resource("plan"), new_state={"plan": mark})
        with self._desk.log.act(entry) as intent:
            made = write_plan_file(intent, Path.cwd(), markdown(pending.shown, mark), mark, stores)
        return sanitise(made.name)

    def overdue(self, stopped: Callable[[], bool]) -> str:
        """A sentence if something of the open stores has run out, as far as that was seen until `stopped`."""
        policy = read(self._config)
        if not policy.active:
            return ""
        work = Retention(self._desk, policy, self._desk.now(), Terms())
        count = 0
        for path in self._stores:
            with self._desk.editing(path) as (store, editor):
                count += work.count(store, editor, stopped)
            if stopped():
                break
        least = "At least " if stopped() else ""
        return f"Retention is overdue. {least}{count:,} traces have run out." if count else ""

    def perform(
        self, handle: int, phrase: str, report: Callable[[Doing], None], stopped: Callable[[], bool]
    ) -> Receipt:
        pending = self._pending(handle)
        if not self.confirms(handle, phrase):
            raise Denied("Nothing was erased: the phrase is another.", f"Type {'DELETE- and the id'}.")
        pending.plan.check()
        self._plans[handle] = None
        desk, job, person, work = self._desk, pending.job, pending.person, pending.retention

        def step(_path: Path, step: Step) -> None:
            report(Doing(step.phase, step.done, step.total))

        hashes = {each.path.resolve(): each.hash for each in pending.plan.stores}
        if work is not None:
            erasure.perform(desk, job, work.plan, hashes, step, stopped, before=work.put_by)
        elif person is not None:
            name = erasure.pseudonym(job.id, person.id)
            planner = acting(desk, person, job.terms, name, pending.plan.stores)
            erasure.perform(desk, job, planner, hashes, step, stopped)
        if pending.allowed is not None and job.state is jobs.JobState.COMPLETED:
            approvals.done(pending.allowed)
        return _receipt(job)

    def _pending(self, handle: int) -> _Pending:
        found = self._plans[handle] if 0 <= handle < len(self._plans) else None
        if found is None:
            raise NotFound("This plan is used up.", "Plan again.")
        return found

    def _shown(
        self,
        plan: Plan,
        job: Job,
        acting_for: Person | Retention,
        allowed: approvals.Request | None,
        title: str,
        head: list[Line],
        phrase: str,
    ) -> ShownPlan:
        shown = ShownPlan(
            handle=len(self._plans),
            title=title,
            facts=[*head, *(line for each in plan.stores for line in _facts(each))],
            found=[
                FoundAs(sanitise(c.name), c.traces, c.spans, c.rows, sanitise(", ".join(c.where)))
                for each in plan.stores
                for c in each.classes
            ],
            not_covered=list(
                dict.fromkeys(sanitise(text) for each in plan.stores for text in each.uncovered)
            ),
            samples=[sanitise(text) for each in plan.stores for c in each.classes for text in c.samples],
            act=_act(plan),
            phrase=phrase,
            blocked=_blocked(plan),
            empty=plan.empty,
        )
        person, retention = (None, acting_for) if isinstance(acting_for, Retention) else (acting_for, None)
        self._plans.append(_Pending(plan, job, person, retention, allowed, shown))
        return shown


def _next(work: Retention) -> list[str]:
    from inspector.lifecycle.erasure import time_text

    soon = sorted((when, name) for _, what in work.found.values() for name, when in what.next.items())
    return [f"{time_text(when)}  {sanitise(name)}" for when, name in soon[:4]]


def _facts(plan: StorePlan) -> list[Line]:
    from inspector.lifecycle.erasure import time_text

    name = sanitise(store_name(plan.path.name))
    goes = counts_text(plan.counts) or "nothing"
    out = [Line(name, f"{goes}{f', {plan.replaced:,} places rewritten' if plan.replaced else ''}", "head")]
    out += [Line("", f"{count:,} traces: {sanitise(reason)}") for reason, count in plan.reasons.items()]
    if plan.oldest is not None and plan.newest is not None:
        out.append(Line("oldest … newest", f"{time_text(plan.oldest)[:10]} … {time_text(plan.newest)[:10]}"))
    out.append(
        Line("legal holds", "; ".join(plan.holds) or "none in the way", "bad" if plan.holds else "good")
    )
    disk = f"needs {plan.disk_needed / 1e6:,.1f} MB, {plan.disk_free / 1e6:,.0f} MB free"
    out.append(Line("disk", disk, "good" if plan.fits_disk else "bad"))
    if plan.unknown:
        out.append(Line("undecryptable", f"{plan.unknown:,}: unknown, never counted as zero", "warn"))
    if plan.ours:
        out.append(Line("ours", ours.sentence(plan.ours)))
    return out


def _act(plan: Plan) -> str:
    spans, rows = (sum(getattr(each, name) for each in plan.stores) for name in ("spans", "rows"))
    replaced = sum(each.replaced for each in plan.stores)
    if plan.terms.mode is Mode.PSEUDONYMISE:
        return f"Replace in {replaced:,} places"
    parts = ((plan.traces, "traces"), (spans, "spans"), (rows, "rows"))
    words = ", ".join(f"{n:,} {name}" for n, name in parts if n)
    return f"Erase {words}" if words else f"Change {replaced:,} places" if replaced else "Nothing to erase"


def _blocked(plan: Plan) -> str:
    try:
        plan.check()
    except HeldBack as error:
        return sanitise(f"{error.what} {error.fix}")
    return ""


def _receipt(job: Job) -> Receipt:
    lines = [Line("operation", job.id)]
    for each in job.stores:
        good = each.state is jobs.JobState.COMPLETED
        lines.append(Line(sanitise(store_name(each.path.name)), each.state.value, "good" if good else "bad"))
        lines += [Line("", sanitise(counts_text({name: count}))) for name, count in each.counts.items()]
        if each.error:
            lines.append(Line("", sanitise(each.error), "bad"))
        if each.certificate:
            lines.append(Line("certificate", sanitise(each.certificate), "dim"))
    complete = job.state is jobs.JobState.COMPLETED
    if not complete:
        lines.append(Line("", f"inspector erase resume {job.id} goes on.", "warn"))
    return Receipt(complete, lines)
