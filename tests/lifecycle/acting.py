"""Act on copies of stores as the program does, with an audit log of its own."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from inspector.audit.log import AuditLog
from inspector.audit.record import Actor
from inspector.keys.signer import Ed25519Signer
from inspector.lifecycle import erasure, jobs
from inspector.lifecycle.desk import Desk
from inspector.lifecycle.plan import Terms
from inspector.lifecycle.planning import person_plan
from inspector.redaction import DEFAULT, Redactor
from inspector.session.veil import Veil
from inspector.stores import open_store
from tests.lifecycle.people import STORES, person

SIGNER = Ed25519Signer("trace-inspector/audit", b"7" * 32)
ENGINE = Redactor(DEFAULT, b"t" * 32)


def copied(name, folder: Path) -> Path:
    path = folder / Path(name).name
    shutil.copyfile(STORES / name, path)
    return path


def desk_in(folder: Path, now=time.time_ns) -> Desk:
    log = AuditLog(folder / "audit", Actor("operator"), b"k" * 32, lambda: (SIGNER,))
    return Desk(open_store, lambda path: Veil(ENGINE), log, now, lambda: (SIGNER,))


def erase(desk, paths, who, terms=None, **kwargs):
    """The job, done."""
    one = person(who, desk.log.mark(person(who).id))
    job = jobs.new_job(jobs.JobKind.ERASURE, desk.now(), list(paths))
    job.terms, job.person, job.mark = terms or Terms(), one, one.mark
    name = erasure.pseudonym(job.id, one.id)
    return erasure.perform(
        desk,
        job,
        lambda store, editor: person_plan(desk, store, editor, one, job.terms, name),
        kwargs.pop("confirmed", {}),
        **kwargs,
    )
