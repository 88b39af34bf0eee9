"""Aligned columns: fitted to the terminal when a person reads them, whole when a program does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.cli.output import one_line
from inspector.cli.width import clip, pad, width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.cli.output import Out

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    right: bool = False
    least: int = 0
    """How narrow it may get on a small terminal; 0 means it keeps its width."""
    paint: Callable[[str], str] | None = None
    extra: bool = False
    """Left out, the last first, where a terminal is too narrow for all."""


def table(
    out: Out, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, within: bool = False
) -> Iterator[str]:
    """Lines, the first of titles if a person reads them, or if the table stands within a text, which no program
    takes for rows. Columns that are empty everywhere are left out."""
    titled = out.tty or within
    cells = [[one_line(cell) for cell in row] for row in rows]
    kept = [i for i in range(len(columns)) if any(row[i] for row in cells)]
    if not kept:
        return
    if out.tty:
        kept = _fitting(kept, columns, cells, out.width)
    shown = [columns[i] for i in kept]
    cells = [[row[i] for i in kept] for row in cells]
    widths = [
        max(width(column.title) if titled else 0, *(width(row[i]) for row in cells))
        for i, column in enumerate(shown)
    ]
    if out.tty:
        _shrink(widths, [c.least for c in shown], out.width - len(_GAP) * (len(shown) - 1))
    if titled:
        titles = [pad(clip(c.title, w), w, right=c.right) for c, w in zip(shown, widths, strict=True)]
        yield out.dim(_GAP.join(titles).rstrip())
    for row in cells:
        parts = []
        for column, cell, columns_wide in zip(shown, row, widths, strict=True):
            text = pad(clip(cell, columns_wide), columns_wide, right=column.right)
            parts.append(column.paint(text) if column.paint and cell else text)
        yield _GAP.join(parts).rstrip()


def _fitting(kept: list[int], columns: Sequence[Column], cells: list[list[str]], room: int) -> list[int]:
    """The columns that fit at their narrowest; extra ones go first, others stay even so."""

    def narrowest(i: int) -> int:
        whole = max(width(columns[i].title), *(width(row[i]) for row in cells))
        return min(whole, columns[i].least) if columns[i].least else whole

    kept = list(kept)
    for i in reversed([i for i in kept if columns[i].extra]):
        if sum(map(narrowest, kept)) + len(_GAP) * (len(kept) - 1) <= room:
            break
        kept.remove(i)
    return kept


def _shrink(widths: list[int], least: Sequence[int], room: int) -> None:
    """Narrow the widest column that may be narrowed until the row fits, or none is left."""
    while sum(widths) > room:
        free = [i for i, w in enumerate(widths) if least[i] and w > least[i]]
        if not free:
            return
        widths[max(free, key=lambda i: widths[i])] -= 1
