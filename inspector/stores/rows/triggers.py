"""Triggers that would fire: those that keep a full-text index in step may, any other may copy what is to go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from inspector.stores.rows.catalog import Catalog, FullText, Trigger

_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)
_HEAD: Final = re.compile(
    r"CREATE\s+(?:TEMP\w*\s+)?TRIGGER\s.*?\b(DELETE|INSERT|UPDATE)\b.*?\bON\b", re.I | re.S
)
_BODY: Final = re.compile(r"\bBEGIN\b(.*)\bEND\b\s*;?\s*$", re.I | re.S)
_NAME: Final = r"(?:\"((?:[^\"]|\"\")+)\"|\[([^\]]+)\]|`([^`]+)`|'([^']+)'|(\w+))"
_STATEMENT: Final = re.compile(
    rf"^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|DELETE\s+FROM|UPDATE)\s+{_NAME}", re.I
)


def event(trigger: Trigger) -> str:
    """DELETE, INSERT or UPDATE."""
    found = _HEAD.match(_COMMENT.sub(" ", trigger.sql))
    return found.group(1).upper() if found else "UPDATE"


def written(trigger: Trigger) -> frozenset[str]:
    """The tables its statements write, in lower case; `?` stands for a statement that isn't understood."""
    body = _BODY.search(_COMMENT.sub(" ", trigger.sql))
    names = set()
    for statement in _statements(body.group(1) if body else "?"):
        found = _STATEMENT.match(statement)
        names.add(next((n for n in found.groups() if n), "?").lower() if found else "?")
    return frozenset(names)


def in_step(catalog: Catalog, index: FullText) -> bool:
    """Whether triggers carry deletions and updates of an index's source into it."""
    events = {
        event(t)
        for t in catalog.triggers
        if t.table.lower() == index.source and written(t) == {index.name.lower()}
    }
    return {"DELETE", "UPDATE"} <= events


def refusals(catalog: Catalog, touched: Collection[str]) -> list[str]:
    """A sentence for each trigger that would fire and do more than keep an index in step."""
    return [
        f"A trigger on the table {trigger.table} would run other statements when rows go or change."
        for trigger in _foreign(catalog, touched)
        if event(trigger) != "INSERT"
    ]


def copies(catalog: Catalog, touched: Collection[str]) -> list[str]:
    """A sentence for each trigger that may have copied rows elsewhere when they came."""
    return [
        f"A trigger on the table {trigger.table} may have copied its rows into other tables."
        for trigger in _foreign(catalog, touched)
        if event(trigger) == "INSERT"
    ]


def _foreign(catalog: Catalog, touched: Collection[str]) -> Iterator[Trigger]:
    indexes = {index.name.lower() for index in catalog.indexes}
    tables = {name.lower() for name in touched}
    for trigger in catalog.triggers:
        if trigger.table.lower() in tables and not written(trigger) <= indexes:
            yield trigger


def _statements(body: str) -> list[str]:
    """At semicolons outside of quotes."""
    parts, quote, start = [], "", 0
    for at, character in enumerate(body):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
        elif character == ";":
            parts.append(body[start:at])
            start = at + 1
    return [part for part in [*parts, body[start:]] if part.strip()]
