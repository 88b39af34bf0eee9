"""Alerts: counted over all processes, raised once, recorded, told, and able to block."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector.audit.alerts import Alerts, Raised, command, raised
from inspector.audit.hosts import FILE, KnownHosts
from inspector.audit.log import AuditLog
from inspector.audit.reading import Record, number, oldest_first, text
from inspector.audit.record import Entry, Outcome
from inspector.audit.rules import HOUR, Rule, built_in, new_host, outside
from inspector.errors import Denied

from .conftest import make_log

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def watched(folder: Path, *rules: Rule) -> tuple[AuditLog, list[Raised]]:
    log = make_log(folder)
    heard: list[Raised] = []
    log.watch = Alerts(folder, rules or built_in(10_000), (heard.append,))
    return log, heard


def reveal(log: AuditLog) -> None:
    with log.act(Entry("pii.reveal")):
        pass


def alerts(log: AuditLog) -> list[str]:
    return [text(r, "new_state", "rule") for r in raised(oldest_first(log.folder))]


def test_fifty_reveals_in_an_hour_are_one_alert(tmp_path: Path) -> None:
    log, heard = watched(tmp_path)
    for minute in range(60):
        log.now = lambda minute=minute: START + timedelta(minutes=minute * 0.9)
        reveal(log)
    assert alerts(log) == ["many-reveals"]
    assert [(a.rule, a.seen) for a in heard] == [("many-reveals", 50)]


def test_fifty_reveals_in_two_hours_are_none(tmp_path: Path) -> None:
    log, _ = watched(tmp_path)
    for minute in range(60):
        log.now = lambda minute=minute: START + timedelta(minutes=minute * 2)
        reveal(log)
    assert alerts(log) == []


def test_processes_count_together(tmp_path: Path) -> None:
    """Each reveal by a log of its own, as separate commands do it, and two that take turns."""
    for _ in range(25):
        reveal(watched(tmp_path)[0])
    one, two = watched(tmp_path)[0], watched(tmp_path)[0]
    for _ in range(12):
        reveal(one)
        reveal(two)
    assert alerts(one) == []
    reveal(one)
    assert alerts(one) == ["many-reveals"]
    reveal(two)
    assert alerts(one) == ["many-reveals"]


@pytest.mark.parametrize(
    ("action", "rule"),
    [
        ("erasure.executed", "erasure"),
        ("key.rotated", "keys-changed"),
        ("keys.init", "keys-changed"),
        ("retention.applied", "retention-changed"),
        ("policy.weakened", "redaction-weakened"),
        ("audit.pruned", "audit-pruned"),
    ],
)
def test_what_matters_is_raised_each_time(action: str, rule: str, tmp_path: Path) -> None:
    log, _ = watched(tmp_path)
    for _ in range(2):
        with log.act(Entry(action)):
            assert len(alerts(log)) % 2 == alerts(log).count(rule) % 2
    assert alerts(log) == [rule, rule]


def test_exports_above_the_limit(tmp_path: Path) -> None:
    log, _ = watched(tmp_path)
    for rows in (10_000, 10_001):
        with log.act(Entry("report.export")) as intent:
            intent.counts["rows"] = rows
    assert alerts(log) == ["large-export"]


def test_ten_denials_in_ten_minutes(tmp_path: Path) -> None:
    log, _ = watched(tmp_path)
    for number_ in range(10):
        log.event(Entry("access.denied", outcome=Outcome.DENIED))
        assert alerts(log) == ([] if number_ < 9 else ["many-denials"])


def test_one_person_looked_at_often(tmp_path: Path) -> None:
    log, _ = watched(tmp_path)
    log.events([Entry("trace.view", subjects=(f"p{n}",)) for n in range(150)])
    assert alerts(log) == []
    log.events([Entry("trace.view", subjects=("p7", "p8")) for _ in range(99)])
    assert alerts(log) == ["one-person-often", "one-person-often"]


def test_a_rule_can_block_and_the_refusal_is_recorded(tmp_path: Path) -> None:
    rule = Rule(
        "stop",
        lambda r: text(r, "action") == "pii.reveal" and text(r, "phase") == "outcome",
        3,
        action="block",
    )
    log, _ = watched(tmp_path, rule)
    for _ in range(3):
        reveal(log)
    for other in (log, watched(tmp_path, rule)[0]):
        with pytest.raises(Denied, match="stop"), other.act(Entry("pii.reveal")):
            raise AssertionError("it happened")
    with log.act(Entry("key.rotated")):
        pass
    last = [r for r in oldest_first(tmp_path) if text(r, "action") == "access.denied"]
    assert [text(r, "new_state", "action") for r in last] == ["pii.reveal", "pii.reveal"]


def test_a_block_ends_with_its_window(tmp_path: Path) -> None:
    rule = Rule("stop", lambda r: text(r, "action") == "pii.reveal", 1, HOUR, "block")
    log, _ = watched(tmp_path, rule)
    log.now = lambda: datetime.now(UTC) - timedelta(hours=2)
    reveal(log)
    log.now = lambda: datetime.now(UTC)
    reveal(log)


def test_a_first_seen_host(tmp_path: Path) -> None:
    log, _ = watched(tmp_path, new_host(KnownHosts(tmp_path)))
    log.event(Entry("store.open"))
    assert alerts(log) == []
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert KnownHosts(tmp_path).is_new("elsewhere.example.com")
    assert not KnownHosts(tmp_path).is_new("elsewhere.example.com")


def test_without_its_file_hosts_are_learnt_quietly(tmp_path: Path) -> None:
    log, _ = watched(tmp_path, new_host(KnownHosts(tmp_path)))
    log.event(Entry("store.open"))
    (tmp_path / FILE).unlink()
    again, _ = watched(tmp_path, new_host(KnownHosts(tmp_path)))
    again.event(Entry("store.open"))
    assert alerts(again) == []


def record_at(clock: str) -> Record:
    local = datetime.fromisoformat(f"2026-05-04T{clock}").astimezone()
    return {"time": local.isoformat()}


@pytest.mark.parametrize(
    ("hours", "clock", "out"),
    [
        ("08:00-19:00", "07:59:59", True),
        ("08:00-19:00", "08:00:00", False),
        ("08:00-19:00", "18:59:00", False),
        ("08:00-19:00", "19:00:00", True),
        ("22:00-06:00", "23:00:00", False),
        ("22:00-06:00", "05:00:00", False),
        ("22:00-06:00", "12:00:00", True),
    ],
)
def test_working_hours(hours: str, clock: str, out: bool) -> None:
    assert outside(hours)(record_at(clock)) is out


def test_hours_that_are_none() -> None:
    for text_ in ("", "8", "25:00-26:00", "08:00"):
        with pytest.raises(ValueError, match=r".*"):
            outside(text_)


def test_a_command_gets_numbers_and_no_person(tmp_path: Path) -> None:
    out = tmp_path / "heard"
    script = tmp_path / "hear.py"
    script.write_text(
        f"import sys; open({str(out)!r} + '.part', 'w').write(sys.stdin.read()); "
        f"import os; os.rename({str(out)!r} + '.part', {str(out)!r})"
    )
    command([sys.executable, str(script)])(Raised("erasure", 1, HOUR, False))
    for _ in range(3000):
        if out.exists():
            break
        __import__("time").sleep(0.01)
    assert json.loads(out.read_text()) == {"alert": "erasure", "seen": 1, "window_s": 3600}


def test_a_command_that_is_not_there_stops_nothing() -> None:
    command(["/nonexistent/pager"])(Raised("erasure", 1, HOUR, False))


def test_reading_is_not_slowed_by_a_long_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, _ = watched(tmp_path)
    log.events([Entry("trace.view")] * 50)
    read: list[int] = []
    real = oldest_first
    monkeypatch.setattr("inspector.audit.alerts.newest_first", lambda f: read.append(1) or real(f))
    log, _ = watched(tmp_path)
    log.event(Entry("store.open"))
    assert read == []
    assert number(list(real(tmp_path))[-1], "seq") == 50
