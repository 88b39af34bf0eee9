"""What the tests of SQLite stores share: a folder's exact state, stores in each journal mode, whole scans."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from inspector.model import Problem, SpanHead, Trace, TraceHead
from inspector.stores.sqlite import SqliteStore, open_sqlite

Folder = dict[str, tuple[int, int, int, bytes]]


def folder_state(folder: Path) -> Folder:
    """Name -> inode, mode, mtime and content of every file."""
    return {
        each.name: (each.stat().st_ino, each.stat().st_mode, each.stat().st_mtime_ns, each.read_bytes())
        for each in sorted(folder.iterdir())
    }


@dataclass
class Scanned:
    spans: list[SpanHead] = field(default_factory=list)
    traces: list[TraceHead] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    side: int = 0

    @property
    def errors(self) -> int:
        return sum(span.status == "error" for span in self.spans)

    def trace_ids(self) -> set[str]:
        return {span.trace_id for span in self.spans} | {head.trace_id for head in self.traces}


def scan(store: SqliteStore) -> Scanned:
    found = Scanned()
    for batch in store.scan():
        found.spans += batch.spans
        found.traces += batch.traces
        found.problems += batch.problems
        found.side += batch.side
    return found


def load_all(store: SqliteStore, found: Scanned) -> list[Trace]:
    places: dict[str, list[SpanHead]] = {trace_id: [] for trace_id in found.trace_ids()}
    for span in found.spans:
        places[span.trace_id].append(span)
    return [store.load(trace_id, [span.place for span in spans]) for trace_id, spans in places.items()]


def read_whole(path: Path) -> Scanned:
    """Open, scan, load every trace, read every side record, close."""
    store = open_sqlite(path)
    found = scan(store)
    load_all(store, found)
    assert sum(1 for _ in store.side_records()) == found.side
    store.close()
    return found


def plain_copy(source: Path, folder: Path, journal: str) -> Path:
    """A copy in the given journal mode, at rest: nothing stands beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "store.db"
    shutil.copyfile(source, path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute(f"PRAGMA journal_mode={journal}").fetchone() == (journal,)
    assert [each.name for each in folder.iterdir()] == ["store.db"]
    return path


WRITER = """
import sqlite3, sys
path, statement, journal = sys.argv[1:4]
db = sqlite3.connect(path, isolation_level=None)
db.execute(f"PRAGMA journal_mode={journal}")
db.execute("PRAGMA wal_autocheckpoint=0")
if journal == "delete":
    db.execute("PRAGMA cache_size=1")
    db.execute("BEGIN IMMEDIATE")
db.execute(statement)
print("ready", flush=True)
sys.stdin.readline()
"""


def writer(path: Path, statement: str, journal: str = "wal") -> subprocess.Popen[str]:
    """Another process that has run a statement and keeps the store open: committed in WAL mode, in the midst
    of a transaction whose pages are already in the file otherwise."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), statement, journal],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def stop(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
