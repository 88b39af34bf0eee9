"""Going on with an operation that was interrupted or has failed, with what its job file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.errors import HeldBack
from inspector.lifecycle import erasure
from inspector.lifecycle.jobs import Job, JobKind
from inspector.lifecycle.planning import acting, query_plan
from inspector.lifecycle.policy import read
from inspector.lifecycle.rectify import rectify_plan
from inspector.lifecycle.retaining import Retention

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.config import Config
    from inspector.lifecycle.desk import Desk
    from inspector.lifecycle.erasure import Planner
    from inspector.stores.edits import Step


def planner_of(desk: Desk, job: Job, config: Config) -> Planner:
    """What is left to do is planned anew: the store may hold more of it by now, or less."""
    person = job.person
    if job.kind is JobKind.ERASURE and person is not None:
        name = erasure.pseudonym(job.id, person.id)
        return acting(desk, person, job.terms, name)
    if job.kind is JobKind.RECTIFY and person is not None:
        return lambda store, editor: rectify_plan(
            desk, store, editor, person, job.field, job.value, job.terms
        )
    if job.kind is JobKind.BULK:
        return lambda store, editor: query_plan(desk, store, editor, job.query, job.terms, job.now)
    if job.kind in (JobKind.SEAL, JobKind.UNSEAL):
        raise HeldBack(f"This operation is a {job.kind.value}: it takes a role's key.", f"Run {job.way_on}.")
    raise HeldBack(
        "This operation can't be resumed.", f"Give it up: inspector erase close {job.id} --reason."
    )


def resume(
    desk: Desk,
    job: Job,
    config: Config,
    report: Callable[[Path, Step], None] = lambda path, step: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Job:
    """Raises HeldBack, AuditError. The same op ids: the intents that were left open get their outcomes."""
    if job.kind is JobKind.RETENTION:
        work = Retention(desk, read(config), job.now, job.terms)
        return erasure.perform(desk, job, work.plan, {}, report, stopped, resumed=True, before=work.put_by)
    return erasure.perform(desk, job, planner_of(desk, job, config), {}, report, stopped, resumed=True)
