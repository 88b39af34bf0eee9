"""Records for people: read one by one, oldest or newest first, and asked by the query language."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import orjson

from inspector.audit.segments import lines_backwards, segments
from inspector.query import AUDIT, Matcher, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from inspector.query import Scalar, SpanFacts

Record: TypeAlias = "dict[str, object]"


def parse_record(line: bytes) -> Record | None:
    try:
        record = orjson.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def oldest_first(folder: Path) -> Iterator[Record]:
    """What isn't a record is left out: naming it is the verifier's work. Raises OSError."""
    for path in segments(folder):
        with path.open("rb") as file:
            for line in file:
                record = parse_record(line)
                if record is not None:
                    yield record


def newest_first(folder: Path) -> Iterator[Record]:
    for path in reversed(segments(folder)):
        for _, line, whole in lines_backwards(path):
            record = parse_record(line) if whole else None
            if record is not None:
                yield record


def text(record: Record, *path: str) -> str:
    """A text inside a record, or an empty one."""
    found: object = record
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def number(record: Record, *path: str) -> int:
    found: object = record
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if type(found) is int else 0


def counts(record: Record) -> dict[str, int]:
    found = record.get("counts")
    return {str(k): v for k, v in found.items() if type(v) is int} if isinstance(found, dict) else {}


def subjects(record: Record) -> tuple[str, ...]:
    found = record.get("subjects")
    return tuple(s for s in found if isinstance(s, str)) if isinstance(found, list) else ()


def moment(record: Record) -> int | None:
    """When it was written, ns since the epoch."""
    try:
        then = datetime.fromisoformat(text(record, "time"))
    except ValueError:
        return None
    if then.tzinfo is None:
        return None
    return int(then.timestamp()) * 1_000_000_000 + then.microsecond * 1_000


class Facts:
    """A record as the query language asks it: `inspector.query.TraceFacts` without spans."""

    __slots__ = ("record",)

    def __init__(self, record: Record) -> None:
        self.record = record

    def values(self, field: str) -> tuple[Scalar, ...]:
        record = self.record
        match field:
            case "actor":
                found: tuple[Scalar, ...] = (text(record, "actor", "user"), number(record, "actor", "uid"))
            case "role":
                found = (text(record, "actor", "role"),)
            case "action" | "outcome" | "phase":
                found = (text(record, field),)
            case "resource":
                names = ("type", "id_hmac", "store_fp", "path_hash")
                found = tuple(text(record, "resource", name) for name in names)
            case "op":
                found = (text(record, "op_id"),)
            case "seq":
                found = (number(record, "seq"),)
            case "start":
                found = (moment(record),)
            case _:
                found = ()
        return tuple(value for value in found if value not in ("", None))

    def texts(self) -> Iterator[str]:
        yield from _leaves(self.record)

    def spans(self) -> Iterable[SpanFacts]:
        return ()


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)


def asked(query: str, now: int | None = None) -> Callable[[Record], bool]:
    """The test of a query in the audit's fields; an empty one holds for all. Raises QueryError."""
    if not query.strip():
        return lambda record: True
    matcher = Matcher(parse(query, fields=AUDIT), fields=AUDIT, now=now)
    return lambda record: matcher.trace(Facts(record))
