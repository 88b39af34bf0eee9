"""Cut off at its disk, an edit is all or nothing and ends as if it had never been: a sample of tests/sweep."""

from __future__ import annotations

import shutil

import pytest

from tests.sweep.edit_sqlite import run


@pytest.mark.parametrize(
    ("journal", "call", "step"), [("wal", "fdatasync", 9), ("delete", "unlink", 3), ("wal", "rename", 2)]
)
def test_a_cut_off_edit_is_resumed(journal: str, call: str, step: int) -> None:
    assert shutil.which("strace"), "strace is needed: apt-get install strace"
    points, wrong = run(step, (journal,), (call,))
    assert wrong == ""
    assert points > 0
