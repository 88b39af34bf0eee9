"""What the sweep kills: whole erasures and retention runs on small stores, played in a process of its own.

The process is forked with everything imported and waits until strace has hold of it: a run costs what it does.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from inspector.audit.verify import Trust, verify
from inspector.config import load
from inspector.errors import InspectorError
from inspector.keys.signer import signature_holds
from inspector.lifecycle import archive, erasure, jobs
from inspector.lifecycle.plan import Mode, Terms
from inspector.lifecycle.policy import read
from inspector.lifecycle.resuming import resume
from inspector.lifecycle.retaining import Retention
from inspector.lifecycle.subjects import search
from inspector.query.quantities import instant
from inspector.stores import open_store
from inspector.stores.edits import digest
from tests.lifecycle.acting import SIGNER, desk_in, erase
from tests.lifecycle.people import STORES, person

TRUST = Trust(((SIGNER.name, SIGNER.public),), signature_holds)
CALLS = (
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "ftruncate",
)
ACTS = ("delete", "delete-spans", "pseudonymise", "retention", "archive")
KINDS = ("otlp", "phoenix")
NOW = int(instant("2026-11-22T18:30Z").low)
POLICIES = {
    "retention": '[retention]\ndefault = "100d"\nquarantine = "7d"\n',
    "archive": '[retention.tiers.traces]\nhot = "100d"\nwarm = "1y"\n',
}


def make(kind: str, folder: Path) -> Path:
    """A small store that was really written, with the person, a decoy and old traces in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "otlp":
        path = folder / "store.jsonl"
        lines = (STORES / "otlp/openinference.otlp.jsonl").read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:60]))
        return path
    path = folder / "store.db"
    shutil.copyfile(STORES / "phoenix/phoenix.db", path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = OFF")
        keep = "SELECT trace_rowid FROM spans WHERE attributes LIKE '%usr_7f3a91c2d4%' LIMIT 120"
        db.execute(f"DELETE FROM traces WHERE id NOT IN ({keep})")
        db.execute("VACUUM")
    return path


def play(folder: Path, act: str) -> None:
    os.environ["INSPECTOR_STATE_DIR"] = str(folder / "state")
    path = stores_in(folder)[0]
    if act in POLICIES:
        work = retention(folder, act)
        job = jobs.new_job(jobs.JobKind.RETENTION, NOW, [path])
        job.now = NOW
        erasure.perform(work.desk, job, work.plan, {}, before=work.put_by)
    else:
        erase(desk_in(folder, lambda: NOW), [path], "S1", Terms(Mode(act)))


def retention(folder: Path, act: str) -> Retention:
    return Retention(desk_in(folder, lambda: NOW), read(config(folder, act)), NOW, Terms())


def config(folder: Path, act: str):
    if act not in POLICIES:
        return load()
    file = folder / "policy.toml"
    if not file.exists():
        file.write_text(POLICIES[act])
    return load(policy=file)


def forked(work, *strace: str) -> int:
    """Run in a child, under strace if arguments for it are given; the child's status as `waitpid` has it."""
    ready, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(go)
        os.read(ready, 1)
        code = 1
        try:
            work()
            code = 0
        except InspectorError as error:
            os.write(2, f"{error.what}\n".encode())
        finally:
            os._exit(code)
    os.close(ready)
    tracer = None
    if strace:
        tracer = subprocess.Popen(
            ["strace", "-f", "-p", str(pid), *strace], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        while b"attached" not in (os.read(tracer.stderr.fileno(), 4096) or b"attached"):
            select.select([tracer.stderr], [], [], 0.05)
    os.write(go, b"x")
    os.close(go)
    _, status = os.waitpid(pid, 0)
    if tracer is not None:
        tracer.stderr.close()
        tracer.wait(10)
    return status


def counted(kind: str, act: str, folder: Path) -> dict[str, int]:
    """How often each call is made in a whole run, and the run's outcome as what others are held against."""
    make(kind, folder)
    config(folder, act)
    trace = folder / "trace"
    status = forked(lambda: play(folder, act), "-o", str(trace), "-e", f"trace={','.join(CALLS)}")
    assert status == 0, "the scene itself fails"
    text = trace.read_text(errors="replace")
    return {call: text.count(f" {call}(") for call in CALLS}


def spans_of(folder: Path) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for path in stores_in(folder):
        if path.stat().st_size:
            with closing(open_store(path)) as store:
                found += [(head.trace_id, head.span_id) for batch in store.scan() for head in batch.spans]
    return sorted(found)


def stores_in(folder: Path) -> list[Path]:
    return [path for path in folder.glob("store.*") if path.suffix in (".jsonl", ".db")]


def settled(folder: Path, act: str, expected: list[tuple[str, str]]) -> str:
    """Take up what a kill left and say what doesn't hold, or nothing."""
    os.environ["INSPECTOR_STATE_DIR"] = str(folder / "state")
    desk = desk_in(folder, lambda: NOW)
    path = stores_in(folder)[0]
    changed = digest(path.read_bytes()) != (folder / "digest").read_text()
    with closing(open_store(path)):
        pass
    open_jobs = [job for job in jobs.all_jobs() if job.open]
    begun = [each for job in open_jobs for each in job.stores if each.started]
    if begun and (folder / "audit").is_dir():
        before = verify(folder / "audit", TRUST)
        if before.bad is not None and before.bad.kind.name != "UNSIGNED":
            return f"the log: {before.bad}"
        if changed and not before.open_intents and not _ended(before):
            return "the store was changed without an intent in the log"
    if open_jobs:
        resume(desk, open_jobs[0], config(folder, act))
    elif spans_of(folder) != expected or act == "pseudonymise":
        play(folder, act)
    if spans_of(folder) != expected:
        return "spans were lost or doubled"
    if act not in POLICIES:
        with closing(open_store(path)) as store, closing(store.editor()) as editor:
            if search(editor, person("S1").matcher()).cells:
                return "the person is still found"
    left = [p.name for p in folder.iterdir() if p.name.startswith(".") or p.suffix in (".tmp", ".old")]
    if left:
        return f"left behind: {left}"
    if any(not job.open and job.state is not jobs.JobState.COMPLETED for job in jobs.all_jobs()):
        return "a job isn't completed"
    if any(each.path.name.startswith(".") for each in archive.of_store(path)):
        return "half an archive is left"
    after = verify(folder / "audit", TRUST)
    if after.bad is not None or after.open_intents:
        return f"the log afterwards: {after.bad or 'an intent is open'}"
    return ""


def _ended(report: object) -> bool:
    """The outcome was written and the job's own file not yet."""
    return getattr(report, "records", 0) >= 2


def point(kind: str, act: str, call: str, nth: int, folder: Path, expected: list[tuple[str, str]]) -> str:
    """Kill one run at one call and take it up again."""
    path = make(kind, folder)
    (folder / "digest").write_text(digest(path.read_bytes()))
    config(folder, act)
    status = forked(lambda: play(folder, act), "-o", "/dev/null", "-e", f"trace={call}",
                    "-e", f"inject={call}:signal=KILL:when={nth}")  # fmt: skip
    if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
        return f"it wasn't killed ({status})"
    out = folder / "said"

    def settle() -> None:
        out.write_text(settled(folder, act, expected))

    if forked(settle) != 0 or not out.exists():
        return "it can't be taken up again"
    return out.read_text()
