"""Opening leaves no trace: the store's folder is byte-identical afterwards, whatever state it was in."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_cases import folder_state, plain_copy, read_whole, scan, stop, writer

from inspector.errors import StoreError
from inspector.paths import cache_folder
from inspector.stores.sqlite import open_sqlite
from inspector.stores.sqlite_open import Opened, Way, sweep

NEW = "UPDATE spans SET name = 'changed by the log' WHERE id <= 100"


def spools() -> list[Path]:
    root = cache_folder() / "opened"
    return list(root.iterdir()) if root.exists() else []


@pytest.fixture
def phoenix(stores: Path) -> Path:
    return stores / "phoenix" / "phoenix.db"


@pytest.mark.parametrize(("journal", "way"), [("delete", Way.SHARED), ("wal", Way.FIXED)])
def test_a_store_at_rest(phoenix: Path, tmp_path: Path, journal: str, way: Way) -> None:
    path = plain_copy(phoenix, tmp_path / "s", journal)
    before = folder_state(path.parent)
    opened = Opened(path)
    assert opened.way is way
    opened.close()
    assert len(read_whole(path).spans) == 1467
    assert folder_state(path.parent) == before


def test_a_live_writer_with_a_log(phoenix: Path, tmp_path: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "wal")
    process = writer(path, NEW)
    try:
        before = folder_state(path.parent)
        assert sorted(before) == ["store.db", "store.db-shm", "store.db-wal"]
        opened = Opened(path)
        assert opened.way is Way.LIVE
        opened.close()
        found = read_whole(path)
        assert sum(span.name == "changed by the log" for span in found.spans) == 100
        after = folder_state(path.parent)
        # A reader takes locks on the shared memory; its bytes stay.
        assert after == before
    finally:
        stop(process)


APPENDER = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
print("ready", flush=True)
columns = [row[1] for row in db.execute("PRAGMA table_info(spans)")]
row = list(db.execute("SELECT * FROM spans WHERE id = 1").fetchone())
for number in range(10_000, 10_150):
    row[columns.index("id")], row[columns.index("span_id")] = number, f"{number:016x}"
    db.execute(f"INSERT INTO spans VALUES ({','.join('?' * len(row))})", row)
"""


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_while_another_process_writes(phoenix: Path, tmp_path: Path, journal: str) -> None:
    path = plain_copy(phoenix, tmp_path / "s", journal)
    process = subprocess.Popen([sys.executable, "-c", APPENDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    counts = []
    while process.poll() is None:
        store = open_sqlite(path)
        counts.append(len(scan(store).spans))
        store.close()
    process.stdout.close()
    assert process.returncode == 0
    assert counts == sorted(counts)
    assert all(1467 <= count <= 1617 for count in counts)
    assert len(read_whole(path).spans) == 1617
    assert {each.name for each in path.parent.iterdir()} <= {"store.db", "store.db-wal", "store.db-shm"}
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_log_and_shared_memory_left_by_a_killed_writer(phoenix: Path, tmp_path: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "wal")
    stop(writer(path, NEW))
    before = folder_state(path.parent)
    assert sorted(before) == ["store.db", "store.db-shm", "store.db-wal"]
    found = read_whole(path)
    assert sum(span.name == "changed by the log" for span in found.spans) == 100
    assert folder_state(path.parent) == before


@pytest.mark.parametrize("links", [True, False])
def test_a_log_alone(phoenix: Path, tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "wal")
    stop(writer(path, NEW))
    path.with_name("store.db-shm").unlink()
    if not links:

        def no_links(*_: object) -> None:
            raise OSError(18, "Invalid cross-device link")

        monkeypatch.setattr(os, "link", no_links)
    before = folder_state(path.parent)
    opened = Opened(path)
    assert opened.way is (Way.LINKED if links else Way.COPIED)
    (folder,) = spools()
    assert folder.stat().st_mode & 0o777 == 0o700
    opened.close()
    assert spools() == []
    found = read_whole(path)
    assert sum(span.name == "changed by the log" for span in found.spans) == 100
    assert folder_state(path.parent) == before


def test_an_empty_log_says_nothing(phoenix: Path, tmp_path: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "wal")
    path.with_name("store.db-wal").touch()
    before = folder_state(path.parent)
    assert len(read_whole(path).spans) == 1467
    assert folder_state(path.parent) == before


def test_a_log_alone_of_a_program_that_still_runs_is_refused(phoenix: Path, tmp_path: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "wal")
    process = writer(path, NEW)
    try:
        path.with_name("store.db-shm").unlink()
        before = folder_state(path.parent)
        with pytest.raises(StoreError, match="for itself alone"):
            open_sqlite(path)
        assert folder_state(path.parent) == before
    finally:
        stop(process)


def test_a_hot_journal_is_played_back_elsewhere(phoenix: Path, tmp_path: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "delete")
    stop(writer(path, "UPDATE spans SET name = 'half written'", "delete"))
    assert path.with_name("store.db-journal").stat().st_size > 0
    assert b"half written" in path.read_bytes()
    before = folder_state(path.parent)
    found = read_whole(path)
    assert len(found.spans) == 1467
    assert not any(span.name == "half written" for span in found.spans)
    assert folder_state(path.parent) == before
    assert spools() == []


def test_a_transaction_at_work_is_no_hot_journal(phoenix: Path, tmp_path: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "delete")
    process = writer(path, "UPDATE traces SET end_time = end_time WHERE id = 1", "delete")
    try:
        before = folder_state(path.parent)
        opened = Opened(path)
        assert opened.way is Way.SHARED
        opened.close()
        assert folder_state(path.parent) == before
    finally:
        stop(process)


def test_a_folder_that_may_not_be_written(phoenix: Path, tmp_path: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "wal")
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        before = folder_state(path.parent)
        assert len(read_whole(path).spans) == 1467
        assert folder_state(path.parent) == before
    finally:
        path.parent.chmod(0o700)


def test_through_a_symbolic_link_the_log_is_found(phoenix: Path, tmp_path: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "wal")
    stop(writer(path, NEW))
    link = tmp_path / "links" / "here.db"
    link.parent.mkdir()
    link.symlink_to(path)
    found = read_whole(link)
    assert sum(span.name == "changed by the log" for span in found.spans) == 100
    assert [each.name for each in link.parent.iterdir()] == ["here.db"]


@pytest.mark.parametrize("name", ["odd ?name=1#frag%20.db", "ünïcode 田.db", "quote'\".db"])
def test_names_that_mean_something_in_a_uri(phoenix: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    shutil.copyfile(phoenix, path)
    before = folder_state(tmp_path)
    assert len(read_whole(path).spans) == 1467
    assert folder_state(tmp_path) == before


def test_a_store_at_rest_that_gets_a_writer_is_read_anew(phoenix: Path, tmp_path: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "wal")
    store = open_sqlite(path)
    batches = store.scan()
    first = next(batches)
    process = writer(path, NEW)
    try:
        before = folder_state(path.parent)
        rest = [span for batch in batches for span in batch.spans]
        assert len(first.spans) + len(rest) == 1467
        assert sum(span.name == "changed by the log" for span in rest) == 100
        store.close()
        assert folder_state(path.parent) == before
    finally:
        stop(process)


def test_a_replaced_file_is_read_anew(phoenix: Path, tmp_path: Path, stores: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "delete")
    store = open_sqlite(path)
    shutil.copyfile(stores / "hostile" / "phoenix_freelist_residue.db", tmp_path / "other.db")
    os.replace(tmp_path / "other.db", path)
    assert len(scan(store).spans) == 1378
    store.close()


def test_a_reader_never_blocks_a_writer(phoenix: Path, tmp_path: Path) -> None:
    path = plain_copy(phoenix, tmp_path / "s", "delete")
    store = open_sqlite(path)
    batches = store.scan()
    next(batches)
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as db:
        db.execute("UPDATE spans SET name = 'by another'")
        db.commit()
    assert all(span.name == "by another" for batch in batches for span in batch.spans)
    store.close()


def test_copies_of_a_run_that_died_are_swept(tmp_path: Path) -> None:
    dead, mine, other = tmp_path / "999999999-aa", tmp_path / f"{os.getpid()}-bb", tmp_path / "notes"
    for folder in (dead, mine, other):
        folder.mkdir()
    sweep(tmp_path)
    assert not dead.exists()
    assert mine.exists()
    assert other.exists()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3", b"not a database at all" * 100])
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(StoreError):
        open_sqlite(path)
    assert folder_state(tmp_path).keys() == {"x.db"}


def test_a_fifo_and_a_folder_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    for path in (tmp_path / "pipe.db", tmp_path, tmp_path / "missing.db"):
        with pytest.raises(StoreError):
            open_sqlite(path)


def test_a_header_without_a_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"SQLite format 3\0" + os.urandom(4080))
    with pytest.raises(StoreError):
        open_sqlite(path)
    assert folder_state(tmp_path).keys() == {"x.db"}
