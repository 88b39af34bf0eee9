"""The columns that the list of traces can show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from inspector.errors import UsageError
from inspector.tui import format as fmt
from inspector.tui.text import fit, runs_of
from inspector.view import sanitise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from inspector.tui.look import Look
    from inspector.tui.text import Run
    from inspector.view import ShownText, TraceRow

SLOW = 10_000_000_000
"""Duration in ns from which a trace stands out."""


class Column(NamedTuple):
    id: str
    title: str
    width: int
    """Cells; 0 takes what is left."""
    draw: Callable[[TraceRow, Look, int | None, int], Sequence[Run]]
    right: bool = False
    sort: str = ""
    """The field of the query language it sorts by."""


def _text(
    get: Callable[[TraceRow], ShownText | None],
) -> Callable[[TraceRow, Look, int | None, int], Sequence[Run]]:
    def draw(row: TraceRow, look: Look, today: int | None, room: int) -> Sequence[Run]:
        shown = get(row)
        return () if shown is None else runs_of(shown, look, look.dim)

    return draw


def _fact(get: Callable[[TraceRow], str]) -> Callable[[TraceRow, Look, int | None, int], Sequence[Run]]:
    return lambda row, look, today, room: ((get(row), look.dim),)


def _time(row: TraceRow, look: Look, today: int | None, room: int) -> Sequence[Run]:
    return ((fmt.clock(row.start, today, room=room), look.dim),)


def _name(row: TraceRow, look: Look, today: int | None, room: int) -> Sequence[Run]:
    return runs_of(row.name, look, look.text) or (("(no name)", look.dim),)


def _duration(row: TraceRow, look: Look, today: int | None, room: int) -> Sequence[Run]:
    slow = row.duration is not None and row.duration >= SLOW
    return ((fmt.duration(row.duration), look.strong if slow else look.text),)


def _mark(row: TraceRow, look: Look, today: int | None, room: int) -> Sequence[Run]:
    signs = look.glyphs
    if row.errors or row.status == "error":
        return ((signs.error, look.error),)
    if row.status == "in_progress":
        return ((signs.running, look.dim),)
    return ((signs.ok, look.ok),)


ALL: tuple[Column, ...] = (
    Column("time", "time", 8, _time, sort="start"),
    Column("name", "name", 0, _name, sort="name"),
    Column("service", "service", 14, _text(lambda r: r.service), sort="service"),
    Column("model", "model", 16, _text(lambda r: r.model)),
    Column("session", "session", 16, _text(lambda r: r.session), sort="session"),
    Column("user", "user", 18, _text(lambda r: r.user), sort="user"),
    Column("project", "project", 14, _text(lambda r: r.project), sort="project"),
    Column("environment", "env", 11, _text(lambda r: r.environment), sort="environment"),
    Column("store", "store", 18, _text(lambda r: r.store), sort="store"),
    Column("id", "trace id", 32, _text(lambda r: r.trace_id)),
    Column("tokens", "tokens", 8, _fact(lambda r: fmt.count(r.tokens)), right=True, sort="tokens"),
    Column("cost", "cost", 8, _fact(lambda r: fmt.cost(r.cost)), right=True, sort="cost"),
    Column("duration", "dur", 7, _duration, right=True, sort="duration"),
    Column("spans", "spans", 5, _fact(lambda r: fmt.count(r.spans)), right=True, sort="spans"),
    Column(
        "errors",
        "errors",
        6,
        _fact(lambda r: fmt.count(r.errors) if r.errors else ""),
        right=True,
        sort="errors",
    ),
    Column("status", "", 1, _mark, right=True, sort="errors"),
)

BY_ID = {column.id: column for column in ALL}
_FIRST = ("time", "name", "duration", "spans", "status")
_EXTRA = ((66, "tokens"), (84, "model"), (104, "service"), (126, "cost"))

_NARROWEST, _WIDEST = 3, 120

SORTS = ("start", "duration", "spans", "errors", "tokens", "cost", "name")
"""The fields that `s` goes through."""


def automatic(width: int, *, stores: int) -> list[Column]:
    """The columns that make sense in a list of this width, when the user hasn't chosen any."""
    chosen = {*_FIRST, *(name for least, name in _EXTRA if width >= least)}
    if stores > 1:
        chosen.add("store")
    return [column for column in ALL if column.id in chosen]


def widened(width: int, by: int) -> int:
    """Another width of a column, within what is of use."""
    return min(max(width + by, _NARROWEST), _WIDEST)


def named(words: Iterable[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """`name:30` and `cost` as columns and the widths that were given; what is no column is left out."""
    chosen, widths = [], {}
    for word in words:
        id, _, width = word.partition(":")
        if id in BY_ID:
            chosen.append(id)
            if width.isdecimal():
                widths[id] = widened(int(width), 0)
    return tuple(chosen), widths


class Field(NamedTuple):
    """A part of a one-line format: a column in so many cells (0: as many as it needs), or words between."""

    column: Column | None
    width: int
    words: str = ""


_FIELD = re.compile(r"\{([a-z]+)(?::(\d{1,3}))?\}")


def line_of(text: str) -> tuple[Field, ...]:
    """`{time} {name:30} {duration}` as fields. Raises UsageError for a column that isn't there."""
    out: list[Field] = []
    at = 0
    for found in _FIELD.finditer(text):
        if found[1] not in BY_ID:
            raise UsageError(
                f"ui.line names no column of the list: {found[1]}.", f"Known are: {', '.join(BY_ID)}."
            )
        if found.start() > at:
            out.append(Field(None, 0, sanitise(text[at : found.start()])))
        out.append(Field(BY_ID[found[1]], int(found[2] or 0)))
        at = found.end()
    if text[at:]:
        out.append(Field(None, 0, sanitise(text[at:])))
    return tuple(out)


def draw_line(fields: Sequence[Field], row: TraceRow, look: Look, today: int | None) -> list[Run]:
    """A row in the user's one-line format."""
    out: list[Run] = []
    for field in fields:
        if field.column is None:
            out.append((field.words, look.dim))
            continue
        runs = field.column.draw(row, look, today, field.width or 40)
        out += fit(runs, field.width, look, right=field.column.right) if field.width else list(runs)
    return out
