"""The list of stores opened last."""

from __future__ import annotations

from pathlib import Path

from inspector.cli import recent
from inspector.paths import recent_file


def test_last_first_and_once(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c")]
    for path in (*paths, paths[0]):
        recent.remember([path])
    assert recent.read() == [str(paths[0]), str(paths[2]), str(paths[1])]
    assert recent_file().stat().st_mode & 0o777 == 0o600
    assert recent_file().parent.stat().st_mode & 0o777 == 0o700
    assert [p.name for p in recent_file().parent.iterdir()] == ["recent.json"]


def test_standard_input_is_not_kept_and_the_list_is_bounded(tmp_path: Path) -> None:
    recent.remember([Path("-")])
    assert recent.read() == []
    recent.remember([tmp_path / str(i) for i in range(50)])
    assert len(recent.read()) == 20


def test_what_is_gone_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    recent.remember([tmp_path / "there", tmp_path / "gone"])
    assert recent.still_there() == [tmp_path / "there"]


def test_a_broken_list_counts_as_empty() -> None:
    recent.remember([Path("/x")])
    for text in ("{", '{"a": 1}', "[1, null]", ""):
        recent_file().write_text(text)
        assert recent.read() == []
