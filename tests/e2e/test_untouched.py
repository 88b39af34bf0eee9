"""Opening a store changes no byte in its folder and creates nothing there."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import inside, run
from tests.e2e.samples import STORES

Snapshot = dict[str, tuple[str, int, int]]


def snapshot(folder: Path) -> Snapshot:
    return {
        p.name: (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns, p.stat().st_mode)
        for p in sorted(folder.iterdir())
    }


Run = Callable[..., subprocess.CompletedProcess[bytes]]


def look(path: Path, run: Run) -> None:
    for arguments in (["info"], ["ls", "--limit", "1"], ["search", "--limit", "1", "-q", "user"]):
        command, *rest = arguments
        done = run(command, str(path), *rest)
        assert done.returncode in (0, 1), done.stderr


@pytest.mark.parametrize("name", STORES)
def test_the_folder_stays_byte_identical(name: str, stores: Path, tmp_path: Path) -> None:
    shutil.copy(stores / name, tmp_path)
    before = snapshot(tmp_path)
    look(tmp_path / Path(name).name, inside)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("name", ["phoenix/phoenix.db", "tracecraft/runs.db"])
@pytest.mark.parametrize("parts", ["wal and shm", "wal alone"])
def test_stores_with_a_wal(name: str, parts: str, stores: Path, tmp_path: Path) -> None:
    live = tmp_path / "live"
    live.mkdir()
    path = live / Path(name).name
    shutil.copy(stores / name, path)
    writer = sqlite3.connect(path)
    writer.execute("pragma journal_mode = wal")
    writer.execute("create table ours (x)")
    writer.execute("insert into ours values (1)")
    writer.commit()
    if parts == "wal alone":
        left = tmp_path / "left"
        left.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", left)
        path = left / path.name
    assert (path.parent / f"{path.name}-wal").stat().st_size > 0
    before = snapshot(path.parent)
    look(path, run)  # in a process of its own: SQLite shares a WAL's lock table within one
    assert snapshot(path.parent) == before
    writer.close()
