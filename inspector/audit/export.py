"""Audit records in the shapes that log collectors read. One line a record; nothing is added to what it holds.

Sources: OCSF 1.3 (API Activity, class 6003), Elastic Common Schema 8, ArcSight CEF 25. A text that came from
outside (a reason, a user's name) can end neither a field nor a line, and no cell is a formula.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import orjson

from inspector import __version__
from inspector.audit.actions import ACTIONS, Category
from inspector.audit.reading import counts, moment, number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from inspector.audit.reading import Record

_MS = 1_000_000
_PRODUCT = "inspector"
_VENDOR = "trace-inspector"


def jsonl(record: Record) -> str:
    return orjson.dumps(record).decode()


def _severity(record: Record) -> int:
    """1 informational, 2 low, 3 medium, 4 high, as OCSF counts."""
    action = ACTIONS.get(text(record, "action"))
    if text(record, "action") == "alert.raised" or text(record, "outcome") == "failure":
        return 4
    if text(record, "outcome") == "denied" or (action is not None and action.category is Category.SECURITY):
        return 3
    return 2 if action is not None and action.guarded else 1


_READ, _CREATE, _UPDATE, _DELETE, _OTHER = 2, 1, 3, 4, 99
_ACTIVITY = {
    "erasure.executed": _DELETE,
    "erasure.resumed": _DELETE,
    "retention.applied": _DELETE,
    "audit.pruned": _DELETE,
    "index.cleared": _DELETE,
    "key.destroyed": _DELETE,
    "key.created": _CREATE,
    "keys.init": _CREATE,
    "alert.raised": _CREATE,
}


def _activity(record: Record) -> int:
    name = text(record, "action")
    if name in _ACTIVITY:
        return _ACTIVITY[name]
    action = ACTIONS.get(name)
    if action is not None and action.category is Category.DATA_ACCESS:
        return _READ
    if action is not None and action.category in (Category.ADMIN, Category.LIFECYCLE):
        return _UPDATE
    return _OTHER


def ocsf(record: Record) -> str:
    activity = _activity(record)
    outcome = text(record, "outcome")
    status = {"success": 1, "partial": 99}.get(outcome, 2 if outcome else 0)
    shape = {
        "category_uid": 6,
        "class_uid": 6003,
        "activity_id": activity,
        "type_uid": 600300 + activity,
        "severity_id": _severity(record),
        "status_id": status,
        "status_detail": text(record, "error"),
        "time": (moment(record) or 0) // _MS,
        "message": text(record, "reason"),
        "metadata": {
            "version": "1.3.0",
            "uid": text(record, "event_id"),
            "correlation_uid": text(record, "op_id"),
            "sequence": number(record, "seq"),
            "product": {"name": _PRODUCT, "vendor_name": _VENDOR, "version": __version__},
            "labels": record.get("compliance", []),
        },
        "actor": {
            "user": {
                "name": text(record, "actor", "user"),
                "uid": str(number(record, "actor", "uid")),
                "groups": [{"name": text(record, "actor", "role")}],
            },
            "session": {"uid": text(record, "session")},
        },
        "api": {"operation": text(record, "action"), "service": {"name": _PRODUCT}},
        "src_endpoint": {"hostname": text(record, "host"), "ip": text(record, "ip")},
        "resources": [{"type": text(record, "resource", "type"), "uid": text(record, "resource", "id_hmac")}],
        "unmapped": _rest(record),
    }
    return orjson.dumps(_without_empty(shape)).decode()


_ECS_OUTCOMES = {"success": "success", "failure": "failure", "denied": "failure"}


def ecs(record: Record) -> str:
    name, outcome = text(record, "action"), text(record, "outcome")
    action = ACTIONS.get(name)
    category = action.category if action is not None else Category.DATA_ACCESS
    kinds = {
        Category.DATA_ACCESS: ["access"],
        Category.LIFECYCLE: ["deletion" if _activity(record) == _DELETE else "change"],
        Category.ADMIN: ["change"],
        Category.SECURITY: ["info"],
    }[category]
    shape = {
        "@timestamp": text(record, "time"),
        "ecs": {"version": "8.11.0"},
        "message": text(record, "reason"),
        "event": {
            "kind": "alert" if name == "alert.raised" else "event",
            "category": ["iam" if category is Category.SECURITY else "database"],
            "type": ["denied"] if outcome == "denied" else kinds,
            "action": name,
            "outcome": _ECS_OUTCOMES.get(outcome, "unknown"),
            "id": text(record, "event_id"),
            "sequence": number(record, "seq"),
            "severity": _severity(record),
            "reason": text(record, "error"),
            "provider": _PRODUCT,
        },
        "user": {
            "id": str(number(record, "actor", "uid")),
            "name": text(record, "actor", "user"),
            "roles": [text(record, "actor", "role")],
        },
        "host": {"name": text(record, "host")},
        "source": {"ip": text(record, "ip")},
        "transaction": {"id": text(record, "op_id")},
        "tags": record.get("compliance", []),
        "inspector": _rest(record),
    }
    return orjson.dumps(_without_empty(shape)).decode()


_MAPPED = {
    *("time", "event_id", "op_id", "seq", "reason", "error", "actor", "host", "ip", "action", "outcome"),
    *("compliance", "session"),
}


def _rest(record: Record) -> dict[str, object]:
    """What no field of the other shape holds, under its own name, so that nothing is lost."""
    return {name: value for name, value in record.items() if name not in _MAPPED}


def _without_empty(value: object) -> object:
    if isinstance(value, dict):
        kept = {k: _without_empty(v) for k, v in value.items()}
        return {k: v for k, v in kept.items() if v not in ("", None, {}, [])}
    if isinstance(value, list):
        return [_without_empty(v) for v in value]
    return value


def cef(record: Record) -> str:
    severity = {1: 2, 2: 4, 3: 7, 4: 9}[_severity(record)]
    name = text(record, "action")
    head = ("CEF:0", _VENDOR, _PRODUCT, __version__, name, name, str(severity))
    fields = {
        "rt": str((moment(record) or 0) // _MS),
        "externalId": str(number(record, "seq")),
        "suser": text(record, "actor", "user"),
        "suid": str(number(record, "actor", "uid")),
        "spriv": text(record, "actor", "role"),
        "shost": text(record, "host"),
        "src": text(record, "ip"),
        "act": name,
        "outcome": text(record, "outcome"),
        "reason": text(record, "error"),
        "msg": text(record, "reason"),
        "cs1Label": "op",
        "cs1": text(record, "op_id"),
        "cs2Label": "phase",
        "cs2": text(record, "phase"),
        "cs3Label": "resource",
        "cs3": text(record, "resource", "id_hmac"),
        "cs4Label": "counts",
        "cs4": ", ".join(f"{k} {v}" for k, v in counts(record).items()),
        "cs5Label": "prev",
        "cs5": text(record, "prev"),
    }
    extension = " ".join(f"{k}={_cef_value(v)}" for k, v in fields.items() if v)
    return "|".join(_cef_head(part) for part in head) + "|" + extension


def _cef_head(part: str) -> str:
    return _one_line(part).replace("\\", "\\\\").replace("|", "\\|")


def _cef_value(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("=", "\\=")
    return _one_line(escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\r"))


def _one_line(part: str) -> str:
    return "".join(c if c.isprintable() else " " for c in part)


CSV_COLUMNS: dict[str, Callable[[Record], str]] = {
    "seq": lambda r: str(number(r, "seq")),
    "time": lambda r: text(r, "time"),
    "user": lambda r: text(r, "actor", "user"),
    "uid": lambda r: str(number(r, "actor", "uid")),
    "role": lambda r: text(r, "actor", "role"),
    "host": lambda r: text(r, "host"),
    "ip": lambda r: text(r, "ip"),
    "action": lambda r: text(r, "action"),
    "phase": lambda r: text(r, "phase"),
    "outcome": lambda r: text(r, "outcome"),
    "op_id": lambda r: text(r, "op_id"),
    "resource_type": lambda r: text(r, "resource", "type"),
    "resource_id": lambda r: text(r, "resource", "id_hmac"),
    "store": lambda r: text(r, "resource", "store_fp"),
    "counts": lambda r: ", ".join(f"{k} {v}" for k, v in counts(r).items()),
    "reason": lambda r: text(r, "reason"),
    "error": lambda r: text(r, "error"),
    "prev": lambda r: text(r, "prev"),
}


def safe_cell(cell: str) -> str:
    """A spreadsheet takes a cell that begins so for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def _csv_line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()


def csv_line(record: Record) -> str:
    return _csv_line(take(record) for take in CSV_COLUMNS.values())


FORMATS: dict[str, Callable[[Record], str]] = {
    "jsonl": jsonl,
    "ocsf": ocsf,
    "ecs": ecs,
    "cef": cef,
    "csv": csv_line,
}


def lines(records: Iterable[Record], to: str) -> Iterator[str]:
    """`records` as lines without newline; `to` is a name in FORMATS."""
    if to == "csv":
        yield _csv_line(CSV_COLUMNS)
    yield from map(FORMATS[to], records)
