"""What the sweep of sealing kills: whole runs on small stores, with keys of the scene's own."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import orjson

from inspector.access.envelope import open_
from inspector.access.sealed import sealed_of
from inspector.access.sealing import SealingKeys
from inspector.audit.verify import verify
from inspector.errors import HeldBack
from inspector.lifecycle import jobs, sealing
from inspector.lifecycle.jobs import JobKind
from inspector.lifecycle.seal import plan_seal, plan_unseal
from inspector.lifecycle.selection import Structure
from inspector.lifecycle.wish import Wish
from inspector.stores import open_store
from tests.lifecycle.acting import desk_in
from tests.sweep import lifecycle_scene
from tests.sweep.lifecycle_scene import CALLS, NOW, TRUST, forked, spans_of, stores_in

ACTS = ("seal", "unseal")
KINDS = lifecycle_scene.KINDS
WISH = Wish(types=("email",))
KIND = {"seal": JobKind.SEAL, "unseal": JobKind.UNSEAL}
DEK = b"d" * 32
KEYS = SealingKeys(
    "5d1c3b0a97e2f468", dict.fromkeys(("internal", "confidential", "restricted"), (b"dekdekid", DEK))
)


class Opener:
    """What opens for the scene; keeps what it has opened."""

    def __init__(self):
        self.opened = []

    def check(self):
        pass

    def open(self, sealed, where):
        plain = orjson.loads(open_(sealed.ours, DEK, where, sealed.key_id))
        self.opened.append(plain)
        return plain


def make(kind, folder: Path) -> Path:
    path = lifecycle_scene.make(kind, folder)
    if kind == "otlp":
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    if kind == "phoenix":
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("DELETE FROM traces WHERE id NOT IN (SELECT id FROM traces LIMIT 3)")
            db.execute("VACUUM")
    return path


def planner(desk, act, opener=None):
    def plan(store, editor):
        structure = Structure.of(store, desk.veil(store.info.path))
        if act == "seal":
            return plan_seal(structure.veil, structure, editor, WISH, KEYS)
        return plan_unseal(structure, editor, opener or Opener())

    return plan


def planned(folder: Path, act, opener=None):
    desk = desk_in(folder, lambda: NOW)
    with desk.editing(stores_in(folder)[0]) as (store, editor):
        return planner(desk, act, opener)(store, editor)


def play(folder: Path, act) -> None:
    os.environ["INSPECTOR_STATE_DIR"] = str(folder / "state")
    desk, path = desk_in(folder, lambda: NOW), stores_in(folder)[0]
    with jobs.alone(), desk.editing(path) as (store, editor):
        plan = planner(desk, act)(store, editor)
        assert not plan.edits.empty
        job = sealing.new_job(desk, KIND[act], path, plan, "", WISH if act == "seal" else None)
        done = sealing.perform(desk, job, store, editor, plan)
        assert not done.partial, done.partial


class Whole:
    """A run that nobody kills, and what others are held against."""

    def __init__(self, kind, act, folder: Path) -> None:
        self.act, self.source = act, folder / "source"
        path = make(kind, self.source)
        if act == "unseal":
            assert forked(lambda: play(self.source, "seal")) == 0
            shutil.rmtree(self.source / "state")
            shutil.rmtree(self.source / "audit")
        self.values = planned(self.source, "seal").values if act == "seal" else set()
        whole, trace = folder / "whole", folder / "trace"
        shutil.copytree(self.source, whole)
        status = forked(lambda: play(whole, act), "-o", str(trace), "-e", f"trace={','.join(CALLS)}")
        assert status == 0, "the scene itself fails"
        text = trace.read_text(errors="replace")
        self.calls = {call: text.count(f" {call}(") for call in CALLS}
        self.spans = spans_of(whole)
        after = (whole / path.name).read_bytes()
        self.gone = [value.encode() for value in self.values if value.encode() not in after]
        self.opened = sorted(map(repr, self.opens(whole)))
        assert self.calls and (act == "unseal" or (self.gone and self.opened))

    def opens(self, folder: Path):
        opener = Opener()
        plan = planned(folder, "unseal", opener)
        assert plan.counts["shut"] == 0
        return opener.opened

    def point(self, call, nth, folder: Path) -> str:
        """Kill one run at one call, take it up again, and say what doesn't hold, or nothing."""
        shutil.copytree(self.source, folder)
        status = forked(lambda: play(folder, self.act), "-o", "/dev/null", "-e", f"trace={call}",
                        "-e", f"inject={call}:signal=KILL:when={nth}")  # fmt: skip
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            return f"it wasn't killed ({status})"
        out = folder / "said"
        if forked(lambda: out.write_text(self.settled(folder))) != 0 or not out.exists():
            return "it can't be taken up again"
        return out.read_text()

    def settled(self, folder: Path) -> str:
        os.environ["INSPECTOR_STATE_DIR"] = str(folder / "state")
        desk, path = desk_in(folder, lambda: NOW), stores_in(folder)[0]
        with closing(open_store(path)):
            pass
        begun = jobs.begun_on(path, KIND[self.act])
        if begun and (folder / "audit").is_dir():
            before = verify(folder / "audit", TRUST)
            if not before.open_intents and before.records < 2 and not self.unchanged(path):
                return "the store was changed without an intent in the log"
        if begun:
            try:
                jobs.refuse_while_open()
            except HeldBack as error:
                if "inspector " + self.act not in error.fix:
                    return "what is in the way isn't said"
            else:
                return "new work isn't held back"
            with jobs.alone():
                done = sealing.resume(desk, begun[0], planner(desk, self.act))
            if done.partial:
                return f"in part: {done.partial}"
        elif self.unchanged(path):
            play(folder, self.act)
        return self.wrong(folder)

    def unchanged(self, path: Path) -> bool:
        return path.read_bytes() == (self.source / path.name).read_bytes()

    def wrong(self, folder: Path) -> str:
        if spans_of(folder) != self.spans:
            return "spans were lost or doubled"
        opened = self.opens(folder)
        if sorted(map(repr, opened)) != self.opened:
            return "values don't open, or others do"
        if any(sealed_of(plain) is not None for plain in opened):
            return "a value was sealed twice"
        if not planned(folder, self.act).edits.empty:
            return "there is still something to do"
        files = [each for each in folder.iterdir() if each.is_file()]
        left = {each.name for each in files for value in self.gone if value in each.read_bytes()}
        if left:
            return f"plain bytes are left in {left}"
        if any(each.name.startswith(".") or each.suffix in (".tmp", ".old") for each in files):
            return "a file is left behind"
        if any(job.open or job.values for job in jobs.all_jobs()):
            return "a job isn't completed, or keeps values"
        after = verify(folder / "audit", TRUST)
        return f"the log: {after.bad or 'an intent is open'}" if after.bad or after.open_intents else ""
