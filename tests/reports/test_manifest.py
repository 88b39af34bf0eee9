"""A manifest fits its file, and says when either was changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector.errors import NotFound
from inspector.reports.manifest import file_hash, manifest_of, sealed, verify
from tests.reports.support import ABOUT


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "out.csv"
    file.write_bytes(b'"a"\r\n')
    made = sealed(ABOUT, "csv", {"spans": 1}, {"email": 2}, file=file.name, bytes=5, sha256=file_hash(file))
    manifest_of(file).write_bytes(made)
    return file


def test_what_was_written_is_as_it_was(report: Path) -> None:
    found = verify(report)
    assert found.wrong == ()
    assert found.op_id == ABOUT.op_id
    assert found.held["findings"] == {"email": 2}


def test_a_changed_file_is_noticed(report: Path) -> None:
    report.write_bytes(b'"b"\r\n')
    assert verify(report).wrong == ("the file was changed",)


@pytest.mark.parametrize("name", ["role", "query", "findings", "counts", "policy", "time"])
def test_a_changed_manifest_is_noticed(report: Path, name: str) -> None:
    held = json.loads(manifest_of(report).read_bytes())
    held[name] = "other"
    manifest_of(report).write_text(json.dumps(held))
    assert verify(report).wrong == ("the manifest was changed",)


def test_what_is_no_manifest(report: Path) -> None:
    manifest_of(report).write_text("{")
    assert verify(report).wrong == ("the manifest is not JSON",)
    manifest_of(report).unlink()
    with pytest.raises(NotFound, match="manifest"):
        verify(report)
    report.unlink()
    with pytest.raises(NotFound, match="such file"):
        verify(report)
