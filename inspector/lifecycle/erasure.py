"""Carrying out a plan, store by store: intent, edit, proof, certificate, outcome. Can be killed at any point."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from inspector import __version__
from inspector.audit.record import Entry, Resource
from inspector.errors import HeldBack, InspectorError, NotAStore, PartlyDone
from inspector.keys.local import local_key
from inspector.lifecycle import archive, beside, certificate, edits_file, jobs, ours, proof, rotated
from inspector.lifecycle.jobs import DONE, Job, JobKind, JobState, StoreJob
from inspector.lifecycle.matcher import Pseudonym
from inspector.lifecycle.plan import ALWAYS, StorePlan
from inspector.lifecycle.planning import replacing
from inspector.session.trail import fingerprint
from inspector.stores.edits import Done, Editable, Edits, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from inspector.intent import Intent
    from inspector.lifecycle.desk import Desk
    from inspector.lifecycle.sealed import Json, Object
    from inspector.model import Place
    from inspector.stores.base import Store
    from inspector.stores.edits import Cell, Editor

    Planner = Callable[[Store, Editor], StorePlan]
    Before = Callable[[Store, StorePlan, str], Mapping[str, int]]
    """Done inside the intent before anything is deleted: writes archives. Given the op id; returns counts."""
    Report = Callable[[Path, Step], None]

_PSEUDONYMS: Final = "pseudonyms"
_ACTIONS: Final = {
    JobKind.ERASURE: "erasure.executed",
    JobKind.BULK: "erasure.executed",
    JobKind.RETENTION: "retention.applied",
    JobKind.RECTIFY: "subject.rectified",
}


SEALINGS: Final = {JobKind.SEAL: "store.sealed", JobKind.UNSEAL: "store.unsealed"}


def pseudonym(job_id: str, subject: str) -> Pseudonym:
    return Pseudonym.of(local_key(_PSEUDONYMS), subject, job_id)


def perform(
    desk: Desk,
    job: Job,
    planner: Planner,
    confirmed: Mapping[Path, str],
    report: Report = lambda path, step: None,
    stopped: Callable[[], bool] = lambda: False,
    *,
    resumed: bool = False,
    before: Before = lambda store, plan, op_id: {},
) -> Job:
    """Do what is left to do of a job; `confirmed` are the hashes of the plans that a person has agreed to.

    Raises HeldBack before anything is begun where something is in the way; what fails in a store stands in
    the job, and the other stores go on. Raises AuditError where an intent can't be written.
    """
    with jobs.alone():
        jobs.refuse_while_open(beside=job.id)
        jobs.save(job)
        for each in job.stores:
            if each.state in DONE:
                continue
            if stopped():
                break
            try:
                _store(
                    desk,
                    job,
                    each,
                    planner,
                    confirmed.get(each.path),
                    report,
                    stopped,
                    before,
                    resumed=resumed,
                )
            except InspectorError as error:
                each.error = f"{error.what} {error.fix}".strip()
                if each.state is JobState.RUNNING:
                    each.state = JobState.FAILED
                jobs.save(job)
                if len(job.stores) == 1:
                    raise
            except BaseException:
                # Stopped by a key or a fault of ours: what is begun stays to be resumed.
                jobs.save(job)
                raise
        jobs.save(job)
        _conclude(desk, job)
    return job


def _conclude(desk: Desk, job: Job) -> None:
    if job.kind in (JobKind.RETENTION, JobKind.RECTIFY):
        return
    name = "erasure.completed" if job.state is JobState.COMPLETED else "erasure.failed"
    counts = {state.value: sum(each.state is state for each in job.stores) for state in JobState}
    entry = Entry(name, Resource("subject", job.mark), op_id=job.id, request=job.request,
                  counts={k: v for k, v in counts.items() if v}, subjects=_marks(job))  # fmt: skip
    desk.log.event(entry)


def _marks(job: Job) -> tuple[str, ...]:
    return (job.mark,) if job.mark else ()


def _store(
    desk: Desk,
    job: Job,
    each: StoreJob,
    planner: Planner,
    confirmed: str | None,
    report: Report,
    stopped: Callable[[], bool],
    before: Before,
    *,
    resumed: bool,
) -> None:
    if resumed and _gone(job, each.path):
        _conclude_empty(desk, job, each, report)
        return
    with desk.editing(each.path) as (store, editor):
        plan = planner(store, editor)
        if resumed and each.edits is not None:
            plan = replace(plan, edits=_begun(job, each.edits))
        plan.check()
        if confirmed is not None and not resumed and plan.hash != confirmed:
            raise HeldBack(
                f"{each.path}: the store changed since the plan was made.",
                "Look at a new plan and confirm that.",
            )
        began = desk.now()
        each.started, each.state, each.error = True, JobState.RUNNING, ""
        if store.info.format.container == "sqlite":
            each.edits = edits_file.to_json(plan.edits, plan.cells)
        jobs.save(job)
        with desk.log.act(_entry(desk, job, each, plan, resumed=resumed)) as intent:
            try:
                put_by = before(store, plan, each.op_id) if plan.goes else {}
                let_go(store)
                done = editor.carry_out(plan.edits, intent, lambda step: report(each.path, step), stopped)
                done.counts.update(put_by)
                _remove_emptied(job, each.path, done, intent)
                _finish(desk, job, each, plan, done, intent, began, report)
            except BaseException:
                jobs.save(job)
                raise
    each.state = JobState.PARTIAL if each.error else JobState.COMPLETED
    jobs.save(job)


def _begun(job: Job, kept: Object) -> Edits:
    def again(places: frozenset[Place]) -> Callable[[Cell], bytes | None]:
        if job.person is None:
            raise HeldBack("This operation can't be resumed.", "Give it up: inspector erase close.")
        return replacing(places, job.person.matcher(), pseudonym(job.id, job.person.id))

    return edits_file.from_json(kept, again)


def let_go(store: Store) -> None:
    """Reading ends before a database is written: a log that this process has open for reading alone can't be
    written by it either."""
    if store.info.format.container == "sqlite":
        store.close()


def _remove_emptied(job: Job, path: Path, done: Done, intent: Intent) -> None:
    """A rotated file of which retention has left nothing goes itself: nobody writes to it any more."""
    if job.kind is JobKind.RETENTION and _emptied(path) and rotated.was_rotated(path):
        from inspector.stores.edit_swap import remove_emptied

        if remove_emptied(path, intent):
            done.counts["rotated file"] = 1
            done.after = []
            done.method += "; the empty file was removed"


def _gone(job: Job, path: Path) -> bool:
    """Whether all of a store went before the interruption: nothing can be planned in it any more."""
    removed = job.kind is JobKind.RETENTION and rotated.was_rotated(path) and not path.exists()
    return removed or _emptied(path)


def _emptied(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except OSError:
        return False


def _conclude_empty(desk: Desk, job: Job, each: StoreJob, report: Report) -> None:
    plan = StorePlan(each.path, "", "", Edits(), 0, 0, 0, 0, {}, uncovered=(ALWAYS,))
    began = desk.now()
    with desk.log.act(_entry(desk, job, each, plan, resumed=True)) as intent:
        done = Done(method="rewritten beside it and exchanged; nothing was left of it")
        if each.path.exists():
            _remove_emptied(job, each.path, done, intent)
        _finish(desk, job, each, plan, done, intent, began, report)
    each.state = JobState.PARTIAL if each.error else JobState.COMPLETED
    jobs.save(job)


def _entry(desk: Desk, job: Job, each: StoreJob, plan: StorePlan, *, resumed: bool) -> Entry:
    action = "erasure.resumed" if resumed else _ACTIONS[job.kind]
    where = Resource("store", job.mark, fingerprint(each.path), desk.log.mark(str(each.path))[:32])
    counts = {"traces": plan.traces, "spans": plan.spans, "rows": plan.rows, "replaced": plan.replaced}
    return Entry(
        action,
        where,
        op_id=each.op_id,
        reason=job.reason,
        request=job.request,
        counts={name: n for name, n in counts.items() if n},
        previous_state={"plan": plan.hash, "mode": job.terms.mode.value},
        subjects=_marks(job),
    )


def _finish(
    desk: Desk,
    job: Job,
    each: StoreJob,
    plan: StorePlan,
    done: Done,
    intent: Intent,
    began: int,
    report: Report,
) -> None:
    """Proof, our own files, certificate; all inside the intent, so that a kill leaves it open."""
    matcher = job.person.matcher() if job.person is not None else None
    removed = ours.clean(each.path, matcher.hits if matcher is not None else lambda text: False)
    if matcher is not None and job.kind is JobKind.ERASURE and desk.limit is None:
        for held in beside.quarantined(each.path, matcher):
            archive.remove(held)
            removed["quarantined"] = removed.get("quarantined", 0) + 1
    proved = _proved(desk, job, each, plan, report)
    partial = done.partial or proved.sentence
    counts = {**done.counts, **{f"our {kind} files": n for kind, n in removed.items()}}
    facts = _facts(desk, job, each, plan, done, proved, partial, intent, began)
    made = certificate.issue({**facts, "counts": dict(counts)}, desk.signers())
    each.certificate = str(certificate.keep(made, each.op_id))
    each.counts, each.error = dict(done.counts), partial
    intent.counts.update(done.counts)
    intent.new_state["certificate"] = made.digest
    intent.partial = bool(partial)


def _proved(desk: Desk, job: Job, each: StoreJob, plan: StorePlan, report: Report) -> proof.Proof:
    """Nothing to be proved of where the store is gone as a whole, or only corrected."""
    if job.kind is JobKind.RECTIFY or not each.path.exists():
        return proof.Proof()

    def step(done: int, total: int) -> None:
        report(each.path, Step("prove", done, total))

    try:
        opened = desk.open(each.path)
    except NotAStore:
        # All of it went: what is left of the file holds no trace.
        return proof.of_file(each.path, job.person, plan.edits.traces, step)
    with closing(opened) as store:
        if not isinstance(store, Editable):
            return proof.Proof()
        with closing(store.editor()) as editor:
            if job.person is not None:
                return proof.of_person(store, editor, job.person, step, desk.sight(store))
            return proof.of_traces(store, editor, plan.edits.traces, step)


def _facts(
    desk: Desk,
    job: Job,
    each: StoreJob,
    plan: StorePlan,
    done: Done,
    proved: proof.Proof,
    partial: str,
    intent: Intent,
    began: int,
) -> Object:
    actor = desk.log.actor
    around = desk.log.around
    after = {file.path: file for file in done.after}
    files: list[Json] = [
        {"path": file.path.name, "before": file.sha256, "bytes_before": file.size,
         "after": after[file.path].sha256 if file.path in after else "",
         "bytes_after": after[file.path].size if file.path in after else 0}
        for file in done.before
    ]  # fmt: skip
    classes: list[Json] = [
        {"class": c.name, "traces": c.traces, "spans": c.spans, "rows": c.rows} for c in plan.classes
    ]
    uncovered: list[Json] = list(plan.uncovered)
    if plan.unknown:
        uncovered.append(f"{plan.unknown:,} places could not be decrypted: unknown, not zero")
    return {
        "operation": each.op_id,
        "kind": job.kind.value,
        "subject": job.mark,
        "request": job.request,
        "basis": job.basis,
        "mode": job.terms.mode.value,
        "started": time_text(began),
        "finished": time_text(desk.now()),
        "program": f"inspector {__version__}",
        "operator": {
            "user": around.user if around is not None else "",
            "role": actor.role,
            "role is": "asserted" if actor.asserted else f"proved by key {actor.key_id}",
        },
        "store": str(each.path),
        "format": plan.format,
        "method": done.method,
        "classes": classes,
        "reasons": dict(plan.reasons),
        "files": files,
        "checks": dict(done.checks),
        "residue": dict(proved.residue),
        "shared": proved.shared,
        "second_search": proved.second,
        "uncovered": uncovered,
        "partial": partial,
        "plan": plan.hash,
        "audit_seq": intent.seq,
    }


def time_text(ns: int) -> str:
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC).isoformat().replace("+00:00", "Z")


def close(desk: Desk, job: Job, reason: str) -> Job:
    """Give an operation up; its open intents get an outcome that says so."""
    if not job.open:
        raise HeldBack("This operation is finished.", "There is nothing to close.")
    for each in job.stores:
        if each.state in DONE:
            continue
        action = SEALINGS.get(job.kind, "erasure.resumed")
        entry = Entry(action, Resource("store", job.mark, fingerprint(each.path)), op_id=each.op_id,
                      reason=reason, request=job.request, new_state={"closed": True}, subjects=_marks(job))  # fmt: skip
        with desk.log.act(entry) as intent:
            intent.partial = True
        each.state, each.error = JobState.CLOSED, reason
    with suppress(FileNotFoundError):
        jobs.save(job)
    return job


def raise_unless_complete(job: Job) -> None:
    """Raises PartlyDone for what isn't all done."""
    if job.state in DONE:
        return
    why = next((each.error for each in job.stores if each.error), "it was stopped")
    raise PartlyDone(f"It is done in part: {why}.".replace("..", "."), f"{job.way_on} goes on.")
