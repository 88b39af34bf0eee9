"""Removing the oldest segments, whole months at a time, so that what stays can still be proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from inspector.audit.checkpoints import is_record, lines_from
from inspector.audit.merkle import Frontier, leaf_hash
from inspector.audit.pruned import ACTION, Base, read_base, write_base
from inspector.audit.record import Entry, Resource
from inspector.audit.segments import NO_RECORD, refusal, segment_name, segments, sync_folder
from inspector.errors import AuditError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from inspector.audit.log import AuditLog
    from inspector.intent import Intent


@dataclass(frozen=True, slots=True)
class Plan:
    """`segments` go, `records` of them for the first time; `base` is what the rest will stand on."""

    segments: tuple[Path, ...]
    records: int
    bytes: int
    base: Base


def plan(folder: Path, before: datetime) -> Plan | None:
    """What is older than `before`, in whole months; none if nothing is.

    The newest segment always stays. Raises AuditError where an operation that isn't finished would lose its
    intent.
    """
    found = segments(folder)
    old = tuple(p for p in found[:-1] if p.name < segment_name(before))
    if not old:
        return None
    base = read_base(folder)
    frontier = base.frontier.copy() if base is not None else Frontier()
    prev, records = (base.prev if base is not None else NO_RECORD.hex()), 0
    waiting: dict[object, None] = {}
    for path, _, line in lines_from(folder, None):
        if path not in old:
            break
        # What an interrupted prune left is in the base already.
        if not is_record(line) or (base is not None and path.name < base.segment):
            continue
        leaf = leaf_hash(line)
        frontier.add(leaf)
        prev = leaf.hex()
        records += 1
        _follow(orjson.loads(line), waiting)
    if waiting:
        raise AuditError(
            f"{len(waiting)} operations in the old records have no outcome yet",
            "See which: inspector audit verify lists them; resume or close them first.",
        )
    kept = max(found[len(old)].name, base.segment if base is not None else "")
    size = sum(p.stat().st_size for p in old)
    return Plan(old, records, size, Base(frontier, prev, kept))


def _follow(record: dict[str, object], waiting: dict[object, None]) -> None:
    if record.get("phase") == "intent":
        waiting[record.get("op_id")] = None
    elif record.get("phase") == "outcome":
        waiting.pop(record.get("op_id"), None)


def prune(log: AuditLog, chosen: Plan, reason: str = "") -> None:
    """Announce, keep the root, remove, record the outcome. Raises AuditError."""
    counts = {"records": chosen.records, "segments": len(chosen.segments), "bytes": chosen.bytes}
    entry = Entry(ACTION, Resource("audit-log"), reason=reason, counts=counts, new_state=chosen.base.state())
    with log.act(entry) as intent:
        remove_segments(log.folder, chosen, intent)


def remove_segments(folder: Path, chosen: Plan, intent: Intent) -> None:
    write_base(folder, chosen.base)
    try:
        for path in chosen.segments:
            path.unlink(missing_ok=True)
        sync_folder(folder)
    except OSError as error:
        raise refusal(error, folder) from None
    intent.counts["removed"] = chosen.records
