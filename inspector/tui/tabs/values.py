"""Values as lines: texts with their real line breaks, maps and lists as a folding tree, compact JSON."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from rich.cells import cell_len

from inspector.tui.tabs.doc import Item, Line
from inspector.tui.text import fit, length, lines_of, runs_of, width_of, window, wrap
from inspector.view import ShownList, ShownMap, ShownText

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.style import Style

    from inspector.tui.look import Look
    from inspector.tui.tabs.doc import Page
    from inspector.tui.text import Run
    from inspector.view import ShownValue

_FEW = 6
"""Lines of a text that are shown before it folds."""
_DEEPEST = 400
"""Levels a value is followed down; beyond, it is shown as compact JSON."""


def scalar(value: ShownValue, look: Look) -> list[Run]:
    """A value that fits on a line: no map, no list."""
    match value:
        case None:
            return [("null", look.dim)]
        case bool():
            return [("true" if value else "false", look.word)]
        case int():
            return [(str(value), look.text)]
        case float():
            return [(repr(value), look.text)]
        case ShownText():
            return runs_of(value, look, look.text) or [('""', look.dim)]
        case ShownMap():
            return [(f"{{{len(value.pairs)}}}", look.dim)]
        case ShownList():
            return [(f"[{len(value.items)}]", look.dim)]


def compact(value: ShownValue, look: Look, *, quoted: bool = True, limit: int = 4000) -> list[Run]:
    """A value as JSON on one line, at most about `limit` characters."""
    out: list[Run] = []
    _compact(value, look, out, quoted, [limit])
    return out


def _compact(value: ShownValue, look: Look, out: list[Run], quoted: bool, left: list[int]) -> None:
    if left[0] <= 0:
        if not out or out[-1][0] != look.glyphs.more:
            out.append((look.glyphs.more, look.dim))
        return
    match value:
        case ShownMap():
            _inside("{", "}", [(key, item) for key, item in value.pairs], look, out, left)
        case ShownList():
            _inside("[", "]", [(None, item) for item in value.items], look, out, left)
        case ShownText():
            shown = window(value, 0, max(left[0], 0))
            runs = runs_of(shown, look, look.text)
            mark = (
                [('"', look.text)]
                if (quoted and value.hidden < len(value.segments)) or not value.segments
                else []
            )
            out += [*mark, *runs, *mark]
            left[0] -= length(shown)
        case _:
            plain = _number(value)
            out.append((plain, look.text))
            left[0] -= len(plain)


def _inside(
    opening: str,
    closing: str,
    items: Sequence[tuple[ShownText | None, ShownValue]],
    look: Look,
    out: list[Run],
    left: list[int],
) -> None:
    out.append((opening, look.text))
    for i, (key, item) in enumerate(items):
        if left[0] <= 0:
            out.append((look.glyphs.more, look.dim))
            break
        if i:
            out.append((", ", look.text))
        if key is not None:
            out += [('"', look.text), *runs_of(key, look, look.text), ('": ', look.text)]
            left[0] -= length(key) + 4
        _compact(item, look, out, True, left)
        left[0] -= 2
    out.append((closing, look.text))


def _number(value: ShownValue) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def text_lines(
    shown: ShownText,
    page: Page,
    item: Item,
    lead: Sequence[Run],
    style: Style,
    *,
    few: int = 0,
    depth: int = 0,
) -> Iterator[Line]:
    """A text with its own line breaks, wrapped; `lead` stands before the first line, blank before the others.

    With `few`, no more lines than that are shown until the item is opened.
    """
    look = page.look
    indent = width_of(lead)
    room = max(page.width - indent - 1, 12)
    size = page.folds.window(item.id)
    total = length(shown)
    wrapped = (piece for line in lines_of(window(shown, 0, size), look, style) for piece in wrap(line, room))
    first: Sequence[Run] = lead
    blank: Sequence[Run] = ((" " * indent, look.text),)
    opened = page.folds.is_open(item.id, few == 0)
    head = [] if opened else list(islice(wrapped, few + 1))
    shape = item._replace(folds=bool(few) and (opened or len(head) > few), open=opened)
    if len(head) > few:
        breaks = sum(s.text.count("\n") for s in shown.segments)
        count = max(breaks + 1 - few, -(-(total - few * room) // room), 1)
        note = f"{look.glyphs.shut} {count:,} line{'' if count == 1 else 's'} folded"
        if few == 1:
            cut = fit(head[0], min(width_of(head[0]) + 1, max(room - len(note) - 4, 12)), look)
            yield Line((*first, *cut, ("   ", look.text), (note, look.dim_italic)), shape, depth)
            return
        for piece in head[:few]:
            yield Line((*first, *piece), shape, depth)
            first = blank
        yield Line((*blank, (note, look.dim_italic)), shape, depth)
        return
    made = False
    for piece in chain(head, wrapped):
        made = True
        yield Line((*first, *piece), shape, depth)
        first = blank
    if not made:
        yield Line((*lead, ('""', look.dim)), item, depth)
    if total > size:
        left = total - size
        note = f"{look.glyphs.shut} {left:,} characters more {look.glyphs.dot} Enter shows the next part"
        yield Line((*blank, (note, look.dim_italic)), item._replace(folds=True, open=True, more=left), depth)


def tree_lines(
    key: ShownText,
    value: ShownValue,
    page: Page,
    *,
    path: str,
    id: str,
    depth: int,
    column: int,
    note: str = "",
) -> Iterator[Line]:
    """One key and its value; maps and lists with what is in them."""
    look = page.look
    signs = look.glyphs
    name = str(key)
    label = runs_of(key, look, look.key)
    if isinstance(value, ShownMap | ShownList):
        size = len(value.pairs) if isinstance(value, ShownMap) else len(value.items)
        open_ = page.folds.is_open(id, depth < 3 and size <= 50) and size > 0
        item = Item(id, name, path, value, folds=size > 0, open=open_)
        sign = f"{(signs.open if open_ else signs.shut) if size else ' '} "
        summary = [] if open_ else compact(value, look, limit=page.width)
        start: list[Run] = [("  " * depth + sign, look.dim), *label]
        gap = max(column - width_of(start), 2)
        runs = start if open_ else [*start, (" " * gap, look.text), *_dimmed(summary, look)]
        yield Line(fit(runs, page.width - 1, look), item, depth)
        if open_ and depth < _DEEPEST:
            yield from _children(value, page, path=path, id=id, depth=depth, column=column)
        return
    item = Item(id, name, path, value)
    lead: list[Run] = [("  " * depth + "  ", look.text), *label]
    used = width_of(lead)
    if used > column - 2:
        lead = fit(lead, min(used, max(column + 14, page.width // 2)), look)
        lead.append(("  ", look.text))
    else:
        lead.append((" " * (column - used), look.text))
    if isinstance(value, ShownText) and (
        length(value) > page.width - column or "\n" in str(window(value, 0, 400))
    ):
        yield from text_lines(value, page, item, lead, look.text, few=_FEW, depth=depth)
        return
    tail = [(f"   ({note})", look.dim)] if note else []
    counted = note and isinstance(value, int) and not isinstance(value, bool)
    shown = [(f"{value:,}", look.text)] if counted else scalar(value, look)
    yield Line((*lead, *shown, *tail), item, depth)


def _children(
    value: ShownMap | ShownList, page: Page, *, path: str, id: str, depth: int, column: int
) -> Iterator[Line]:
    if isinstance(value, ShownMap):
        for i, (key, item) in enumerate(value.pairs):
            below = f"{path}.{key}" if path else str(key)
            yield from tree_lines(key, item, page, path=below, id=f"{id}/{i}", depth=depth + 1, column=column)
        return
    from inspector.view import plain

    for i, item in enumerate(value.items):
        yield from tree_lines(
            plain(f"[{i}]"), item, page, path=f"{path}[{i}]", id=f"{id}/{i}", depth=depth + 1, column=column
        )


def _dimmed(runs: Sequence[Run], look: Look) -> list[Run]:
    return [(text, look.dim if style is look.text else style) for text, style in runs]


def key_column(width: int, longest: int) -> int:
    """Where values start: past the longest key, within reason."""
    return max(14, min(longest + 6, 38, width * 2 // 5))


def longest_key(keys: Sequence[ShownText]) -> int:
    return max((cell_len(str(key)) for key in keys[:200]), default=0)
