"""The access review: what was opened, let out, erased, refused, and whose data it was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from inspector.audit.log import AuditLog
from inspector.audit.reading import oldest_first
from inspector.audit.record import Actor, Entry, Resource
from inspector.audit.report import report, shape
from inspector.audit.report_html import html

from .conftest import make_log

_KEPT: list[object] = []
"""An act that is collected ends; one that is open, as after a crash, must be held."""


def busy(folder: Path) -> AuditLog:
    log = make_log(folder)
    one, two = log.mark("user-1"), log.mark("user-2")
    log.event(Entry("trace.view", Resource("trace", "aa"), subjects=(one, two)))
    log.actor = Actor("operator", asserted=False)
    with log.act(Entry("pii.reveal", reason="ticket", subjects=(one,), redacted=False)):
        pass
    with log.act(Entry("report.export", counts={"rows": 12}, subjects=(two,))):
        pass
    with log.act(Entry("erasure.executed", counts={"deleted": 3})):
        pass
    log.denied("fields.unseal", "operator may not")
    open_act = log.act(Entry("erasure.executed"))
    open_act.__enter__()
    _KEPT.append(open_act)
    return log


def test_what_is_in_it(tmp_path: Path) -> None:
    log = busy(tmp_path)
    found = shape(report(oldest_first(tmp_path), asked=(log.mark("USER-1 "),)))
    assert {name: len(found[name]) for name in ("opened", "exports", "erased", "denied", "unfinished")} == {
        "opened": 1, "exports": 1, "erased": 1, "denied": 1, "unfinished": 1,
    }  # fmt: skip
    assert (found["persons_opened"], found["persons_seen_redacted"]) == (2, 0)
    assert [line["action"] for line in found["asked"]] == ["trace.view", "pii.reveal"]
    roles = {p["role"]: (p["asserted"], p["persons"]) for p in found["people"]}
    assert roles == {"viewer": (True, 0), "operator": (False, 2)}


def test_somebody_else_was_not_touched(tmp_path: Path) -> None:
    log = busy(tmp_path)
    assert report(oldest_first(tmp_path), asked=(log.mark("user-12"),)).asked == []


def test_times_bound_it(tmp_path: Path) -> None:
    log = make_log(tmp_path)
    for day in (1, 2, 3):
        log.now = lambda day=day: datetime(2026, 3, day, tzinfo=UTC)
        log.event(Entry("trace.view"))
    second = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1_000_000_000
    third = second + 86_400 * 1_000_000_000
    assert report(oldest_first(tmp_path), second, third).records == 1
    assert report(oldest_first(tmp_path), second).records == 2


def test_html_escapes_and_loads_nothing(tmp_path: Path) -> None:
    log = make_log(tmp_path)
    with log.act(Entry("pii.reveal", reason="<img src=x onerror=alert(1)>&")):
        pass
    page = html(report(oldest_first(tmp_path)), "Review <1>")
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;" in page
    assert "Review &lt;1&gt;" in page
    assert "default-src 'none'" in page
    assert "<script" not in page
