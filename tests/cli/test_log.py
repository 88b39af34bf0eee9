"""The support log: types and places, never data."""

from __future__ import annotations

from pathlib import Path

from inspector.cli.log import Log


def test_messages_and_locals_stay_out(tmp_path: Path) -> None:
    log, file = Log(), tmp_path / "support.log"
    log.start(str(file), "debug")
    try:
        try:
            secret = "token-of-someone"
            raise ValueError(secret)
        except ValueError as inner:
            raise KeyError("jo@example.org") from inner
    except KeyError as error:
        log.error(error)
    log.close()
    text = file.read_text()
    assert "KeyError" in text
    assert "ValueError" in text
    assert "test_log.py:" in text
    assert "token-of-someone" not in text
    assert "example.org" not in text
    assert str(tmp_path) not in text
    assert file.stat().st_mode & 0o777 == 0o600


def test_levels(tmp_path: Path) -> None:
    log, file = Log(), tmp_path / "support.log"
    log.start(str(file), "error")
    log.info("counted 3")
    log.error(ValueError("x"))
    log.close()
    lines = file.read_text().splitlines()
    assert [line.split()[1:] for line in lines] == [["error", "ValueError"]]


def test_silent_until_started() -> None:
    Log().error(ValueError("x"))
