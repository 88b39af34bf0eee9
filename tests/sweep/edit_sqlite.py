"""Kill an edit of a SQLite store at every call that touches its disk, and resume it.

    python -m tests.sweep.edit_sqlite [--step N]

strace ends the scene (tests/sweep/edit_sqlite_scene.py) at the Nth pwrite64, fsync, fdatasync, unlink, ftruncate,
rename or write, for every N (or every `--step`th), on a store with a rollback journal and on one with a
write-ahead log. After each: the store holds all of what was to go or nothing of it, and the same edit called again
ends as if it had never been cut off: same counts, no residue, checks as before.

Prints one line a call, and the number of points. Exit 1 at the first that doesn't hold.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.stores.rows.matrix import NAMES, build
from tests.stores.rows.scene import editor, erasure, hits, residue, texts
from tests.sweep.edit_sqlite_scene import play

CALLS = ("pwrite64", "fsync", "fdatasync", "unlink", "ftruncate", "rename", "write")
ROOT = Path(__file__).parents[2]


@dataclass
class Scene:
    """A store to be copied for each point, what is to go from it, and how the edit ends when nothing stops it."""

    folder: Path
    journal: str
    counts: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    named: int = 0
    """Cells outside of traces that name the person: they stay."""
    points: int = 0
    residue_before: int = 0

    @property
    def plan(self) -> Path:
        return self.folder / "plan.json"

    def prepare(self) -> None:
        (self.folder / "made").mkdir()
        store = self.folder / "made" / "store.db"
        build(store, self.journal, 0, "external-triggers")
        self._shrink(store)
        made = editor(store)
        edits = erasure(made, NAMES)
        made.close()
        self.plan.write_text(json.dumps({"traces": sorted(edits.traces), "words": {"support": "SUPPORT"}}))
        fresh = self.fresh()
        self.rows = _spans(fresh)
        self.counts = play(fresh, self.plan).counts
        made = editor(fresh)
        self.named = len(hits(made, NAMES))
        made.close()

    def _shrink(self, store: Path) -> None:
        """A few traces are enough, and a thousand points take long."""
        with sqlite3.connect(store) as connection:
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute(
                "DELETE FROM traces WHERE id NOT IN (SELECT trace_rowid FROM spans WHERE attributes LIKE "
                "'%usr_7f3a91c2d4%' ORDER BY length(attributes) LIMIT 6) AND id % 50 <> 0"
            )
        connection.close()
        with sqlite3.connect(store, isolation_level=None) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA secure_delete=0")
            connection.execute("CREATE TABLE once(note TEXT)")
            connection.executemany("INSERT INTO once VALUES (?)", [(NAMES[1] * 20,)] * 20)
            connection.execute("DELETE FROM once")
        connection.close()

    def fresh(self) -> Path:
        """A copy nobody has edited, and no notes of any edit."""
        shutil.rmtree(self.folder / "state", ignore_errors=True)
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        shutil.copytree(self.folder / "made", self.folder / "work")
        return self.folder / "work" / "store.db"


def _spans(store: Path) -> int:
    with sqlite3.connect(store) as connection:
        found: int = connection.execute("SELECT count(*) FROM spans").fetchone()[0]
    connection.close()
    return found


def strace(scene: Scene, store: Path, call: str, *inject: str, out: str = "/dev/null") -> None:
    argv = ["strace", "-f", "-qq", "-o", out, "-e", f"trace={call}"]
    for how in inject:
        argv += ["-e", how]
    for name in (store, f"{store}-wal", f"{store}-shm", f"{store}-journal", store.parent):
        argv += ["-P", str(name)]
    if call in ("write", "rename", "fsync", "unlink"):
        edits = scene.folder / "state" / "edits"
        argv += ["-P", str(edits)]
        argv += [part for each in _notes(store) for part in ("-P", str(edits / each))]
    argv += [sys.executable, "-m", "tests.sweep.edit_sqlite_scene", str(store), str(scene.plan)]
    subprocess.run(argv, cwd=ROOT, capture_output=True, check=False)


def _notes(store: Path) -> list[str]:
    import hashlib

    name = hashlib.sha256(f"sweep\n{store.resolve()}".encode()).hexdigest()[:32]
    return [f"{name}.json", f"{name}.new"]


def count(scene: Scene, call: str) -> int:
    trace = scene.folder / "trace"
    strace(scene, scene.fresh(), call, out=str(trace))
    return sum(f"{call}(" in line for line in trace.read_text().splitlines())


def check(scene: Scene, store: Path) -> str:
    """What doesn't hold after the kill, or an empty text."""
    rows = _whole(store)
    if rows not in (scene.rows, scene.rows - scene.counts["spans"]):
        return f"torn: {rows} spans"
    scene.residue_before += any(NAMES[1].encode() in f.read_bytes() for f in store.parent.glob("store.db*"))
    done = play(store, scene.plan)
    if done.partial:
        return f"partial: {done.partial}"
    if done.counts != scene.counts:
        return f"counts {done.counts}, not {scene.counts}"
    if _spans(store) != scene.rows - scene.counts["spans"]:
        return "rows lost or left"
    if done.checks["integrity after"] != "ok" or done.checks["found after"] != "ok":
        return str(done.checks)
    made = editor(store)
    found, files = len(hits(made, NAMES)), made.files()
    made.close()
    left = residue(files, NAMES, texts(store))
    return f"{found} hits, {left} residue" if found != scene.named or left else ""


def _whole(store: Path) -> int:
    """Spans as a reader sees them after the kill, in a copy, so that the store itself isn't recovered by us."""
    with tempfile.TemporaryDirectory() as place:
        for file in store.parent.glob("store.db*"):
            if not file.name.endswith("-shm"):
                shutil.copyfile(file, Path(place) / file.name)
        return _spans(Path(place) / "store.db")


def sweep(scene: Scene, call: str, points: range) -> str:
    for nth in points:
        store = scene.fresh()
        strace(scene, store, call, f"inject={call}:signal=KILL:when={nth}")
        wrong = check(scene, store)
        scene.points += 1
        if wrong:
            return f"{scene.journal} {call} {nth}: {wrong}"
    return ""


def run(
    step: int, journals: tuple[str, ...] = ("delete", "wal"), calls: tuple[str, ...] = CALLS
) -> tuple[int, str]:
    """Points, and what doesn't hold."""
    total = 0
    for journal in journals:
        with tempfile.TemporaryDirectory(dir=os.environ.get("SWEEP_DIR")) as place:
            os.environ["INSPECTOR_STATE_DIR"] = f"{place}/state"
            os.environ["INSPECTOR_CACHE_DIR"] = f"{place}/cache"
            scene = Scene(Path(place), journal)
            scene.prepare()
            for call in calls:
                number = count(scene, call)
                wrong = sweep(scene, call, range(1, number + 1, step))
                if wrong:
                    return total + scene.points, wrong
                sys.stdout.write(
                    f"{journal:<8} {call:<10} {len(range(1, number + 1, step))} of {number}: holds\n"
                )
                sys.stdout.flush()
            total += scene.points
            sys.stdout.write(
                f"{journal}: {scene.residue_before} of {scene.points} had residue before resuming\n"
            )
    return total, ""


def main() -> int:
    if shutil.which("strace") is None:
        sys.stdout.write("strace is needed: apt-get install strace\n")
        return 2
    step = int(sys.argv[2]) if "--step" in sys.argv else 1
    points, wrong = run(step)
    sys.stdout.write(wrong + "\n" if wrong else f"{points} points: all hold\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
