"""`inspector cache`: what is kept, and removing it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from inspector.errors import Exit
from inspector.index import ColumnIndex, cache
from inspector.redaction.result import RedactedText
from inspector.stores.generation import Generation
from tests.cli.program import inside

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_list_and_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECTOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("INSPECTOR_STATE_DIR", str(tmp_path / "state"))
    index = ColumnIndex(lambda field, text: RedactedText(()))
    stamp = cache.Stamp(Generation(1, 2, 3, 4, "", ""), "")
    assert cache.save(index, tmp_path / "big.jsonl", stamp, 1 << 20)
    (line,) = inside("cache", "--json").stdout.splitlines()
    assert json.loads(line)["store"] == str((tmp_path / "big.jsonl").resolve())
    listed = inside("cache", "ls")
    assert b"big.jsonl" in listed.stdout
    assert b"1 kept" in listed.stderr
    cleared = inside("cache", "clear")
    assert cleared.returncode == Exit.DONE
    assert b"1 index removed" in cleared.stderr
    assert inside("cache", "--json").stdout == b""
    assert inside("cache", "rm").returncode == Exit.USAGE
