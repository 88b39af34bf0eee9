"""Some fifty places at which an edit of a database is killed; every one of them in tests/sweep."""

from __future__ import annotations

from tests.sweep.edit_sqlite import run


def test_an_edit_killed_anywhere_is_resumed() -> None:
    points, wrong = run(60)
    assert wrong == ""
    assert points >= 40
