"""Exports: every record in every shape, and no text that could break out of its field."""

from __future__ import annotations

import csv
import io
import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.audit.actions import ACTIONS
from inspector.audit.export import FORMATS, cef, csv_line, ecs, lines, ocsf, safe_cell
from inspector.audit.log import AuditLog
from inspector.audit.reading import Record, oldest_first
from inspector.audit.record import Entry, Outcome, Resource


@pytest.fixture
def records(log: AuditLog) -> list[Record]:
    """One of each action, guarded ones with both halves, and one that was refused."""
    for action in ACTIONS.values():
        entry = Entry(action.name, Resource("trace", "ab" * 32), reason="ticket 1", counts={"spans": 3})
        if action.guarded:
            with log.act(entry):
                pass
        else:
            log.event(entry)
    log.denied("pii.reveal", "viewer may not")
    return list(oldest_first(log.folder))


@pytest.mark.parametrize("to", FORMATS)
def test_a_line_a_record(to: str, records: list[Record]) -> None:
    found = list(lines(records, to))
    assert len(found) == len(records) + (to == "csv")
    assert not any("\n" in line for line in found)


def test_jsonl_is_the_record(records: list[Record]) -> None:
    assert [orjson.loads(line) for line in lines(records, "jsonl")] == records


def test_ocsf_has_what_the_class_requires(records: list[Record]) -> None:
    for record in records:
        shape = orjson.loads(ocsf(record))
        needed = {"activity_id", "category_uid", "class_uid", "severity_id", "time", "type_uid", "metadata"}
        assert needed | {"actor", "api", "src_endpoint"} <= set(shape)
        assert shape["type_uid"] == shape["class_uid"] * 100 + shape["activity_id"]
        assert shape["api"]["operation"] == record["action"]
        assert 1_700_000_000_000 < shape["time"] < 4_000_000_000_000
        assert shape["unmapped"]["prev"] == record["prev"]


def test_ecs_uses_allowed_words(records: list[Record]) -> None:
    for record in records:
        event = orjson.loads(ecs(record))["event"]
        assert set(event["category"]) <= {"iam", "database"}
        assert set(event["type"]) <= {"access", "change", "deletion", "info", "denied"}
        assert event["outcome"] in ("success", "failure", "unknown")
        assert event["kind"] == ("alert" if record["action"] == "alert.raised" else "event")


def cef_fields(line: str) -> tuple[list[str], dict[str, str]]:
    """A parser written from the format's text, apart from the writer."""
    parts = re.split(r"(?<!\\)(?:\\\\)*\|", line, maxsplit=7)
    pairs = re.findall(r"(\w+)=((?:\\.|[^\\=])*?)(?= \w+=|$)", parts[7])
    unescape = {"\\n": "\n", "\\r": "\r", "\\=": "=", "\\\\": "\\"}
    return parts[:7], {k: re.sub(r"\\[nr=\\]", lambda m: unescape[m[0]], v) for k, v in pairs}


NASTY = [
    "=1+1",
    "a|b",
    "a=b",
    "a\\=b",
    "x\nCEF:0|y",
    "\r\nset",
    "-2",
    "@x",
    "\t=1",
    "\x1b[31m",
    "src=1.2.3.4",
]


@pytest.mark.parametrize("reason", NASTY)
def test_a_reason_stays_in_its_field(reason: str, log: AuditLog) -> None:
    log.event(Entry("trace.view", reason=reason))
    record = next(oldest_first(log.folder))
    head, fields = cef_fields(cef(record))
    assert head[0] == "CEF:0"
    assert fields["msg"].split() == reason.replace("\x1b", " ").split()
    assert "src" not in fields
    assert not any(ord(c) < 32 for c in cef(record))
    row = next(csv.reader(io.StringIO(csv_line(record))))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@given(st.text())
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe_cell(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n") or not cell
    assert safe_cell(cell).removeprefix("'") in (cell, cell.removeprefix("'"))


def test_a_refusal_is_a_failure_everywhere(log: AuditLog) -> None:
    log.event(Entry("pii.reveal", outcome=Outcome.DENIED))
    record = next(oldest_first(log.folder))
    assert orjson.loads(ocsf(record))["status_id"] == 2
    assert orjson.loads(ecs(record))["event"]["type"] == ["denied"]
