"""Carrying out a sealing, or its reverse, as a job: killed anywhere, it is taken up by its op id.

In a database the very edits that were begun are kept with the job, sealed values included, so that what was
committed is not sealed again and old bytes are cleared. A text store is exchanged whole: what is left to do in
it is planned anew.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.audit.record import Entry, Resource
from inspector.errors import HeldBack, InspectorError, StoreError
from inspector.lifecycle import edits_file, jobs, ours, proof
from inspector.lifecycle.erasure import SEALINGS, let_go
from inspector.lifecycle.jobs import Job, JobKind, JobState
from inspector.lifecycle.seal import SealPlan, still_there
from inspector.session.store_names import store_name
from inspector.session.trail import fingerprint
from inspector.stores.edits import Editable
from inspector.stores.rows import journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.intent import Intent
    from inspector.lifecycle.desk import Desk
    from inspector.lifecycle.sealed import Object
    from inspector.lifecycle.wish import Wish
    from inspector.model import Place
    from inspector.stores.base import Store
    from inspector.stores.edits import Cell, Editor

    Planner = Callable[[Store, Editor], SealPlan]


@dataclass(frozen=True, slots=True)
class Sealed:
    """`left`: places that still hold a value inside a longer text. `partial` is a sentence where it isn't all
    done, or isn't proved."""

    left: int = 0
    partial: str = ""


def new_job(
    desk: Desk, kind: JobKind, path: Path, plan: SealPlan, reason: str, wish: Wish | None = None
) -> Job:
    job = jobs.new_job(kind, desk.now(), [path])
    job.wish, job.reason, job.values = wish, reason, tuple(sorted(plan.values))
    return job


def perform(
    desk: Desk, job: Job, store: Store, editor: Editor, plan: SealPlan, *, resumed: bool = False
) -> Sealed:
    """Inside `jobs.alone`. What fails before anything was begun leaves nothing to be resumed."""
    each = job.stores[0]
    refusals = editor.preview(plan.edits).refusals
    if refusals:
        raise HeldBack(refusals[0], "Clear that, then try again.")
    each.started, each.state, each.error = True, JobState.RUNNING, ""
    if store.info.format.container == "sqlite" and each.edits is None:
        each.edits = edits_file.to_json(plan.edits, ())
    jobs.save(job)
    try:
        with desk.log.act(_entry(desk, job, plan, resumed=resumed)) as intent:
            let_go(store)
            done = _act(desk, job, editor, plan, intent)
    except InspectorError as error:
        each.state = JobState.FAILED if _begun(store, editor, each.op_id) else JobState.CLOSED
        each.error = error.what
        jobs.save(job)
        raise
    each.state, each.error = JobState.PARTIAL if done.partial else JobState.COMPLETED, done.partial
    jobs.save(job)
    return done


def resume(desk: Desk, job: Job, planner: Planner) -> Sealed:
    """Inside `jobs.alone`. Raises HeldBack, StoreError, AuditError."""
    each = job.stores[0]
    with desk.editing(each.path) as (store, editor):
        if each.edits is not None and journal.begun(each.op_id, each.path):
            plan = _kept(each.edits)
        else:
            plan, each.edits = planner(store, editor), None
        job.values = tuple(sorted({*job.values, *plan.values}))
        return perform(desk, job, store, editor, plan, resumed=True)


def _kept(edits: Object) -> SealPlan:
    def never(_places: frozenset[Place]) -> Callable[[Cell], bytes | None]:
        raise StoreError("The notes of this operation are another's.", "Give it up: inspector erase close.")

    plan = SealPlan(edits_file.from_json(edits, never))
    plan.cells = len(plan.edits.rewrites)
    return plan


def _begun(store: Store, editor: Editor, op_id: str) -> bool:
    if store.info.format.container == "sqlite":
        return journal.begun(op_id, store.info.path.resolve())
    return len([path for path in editor.files() if path.exists()]) > 1


def _entry(desk: Desk, job: Job, plan: SealPlan, *, resumed: bool) -> Entry:
    each = job.stores[0]
    return Entry(
        SEALINGS[job.kind],
        Resource("store", "", fingerprint(each.path), desk.log.mark(str(each.path))[:32]),
        op_id=each.op_id,
        reason=job.reason,
        counts={"values": _values(plan), "cells": plan.cells},
        new_state={"resumed": True} if resumed else {},
    )


def _values(plan: SealPlan) -> int:
    return sum(plan.counts.values()) - plan.counts["shut"]


def _act(desk: Desk, job: Job, editor: Editor, plan: SealPlan, intent: Intent) -> Sealed:
    """Edit and proof, both inside the intent, so that a kill leaves it open."""
    path = job.stores[0].path
    if plan.keep is not None:
        intent.counts["keys of persons made"] = plan.keep()
    done = editor.carry_out(plan.edits, intent, lambda step: None, lambda: False)
    ours.clean(path)
    intent.counts.update({"values": _values(plan), "cells": plan.cells})
    left, sentence = _proved(desk, path, job.values)
    if left:
        intent.counts["inside longer texts"] = left
    partial = done.partial or sentence
    intent.partial = bool(partial)
    return Sealed(left, partial)


def _proved(desk: Desk, path: Path, values: tuple[str, ...]) -> tuple[int, str]:
    """An unsealing hides nothing, so that there is nothing to prove of it."""
    if not values:
        return 0, ""
    with closing(desk.open(path)) as store:
        if not isinstance(store, Editable):
            raise StoreError(
                f"{store_name(path)}: the store can't be looked through again.", "Seal it once more."
            )
        with closing(store.editor()) as editor:
            sentence = proof.of_values(store, editor, values).sentence
            return still_there(editor, values), sentence.replace("was erased", "was sealed")
