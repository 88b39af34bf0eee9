"""The third tab: what happened during the span, exceptions with their stack traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui import format as fmt
from inspector.tui.tabs.attributes import fields
from inspector.tui.tabs.doc import BLANK, Item, Line
from inspector.tui.tabs.values import key_column, longest_key, text_lines
from inspector.tui.text import fit, runs_of
from inspector.view import ShownText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.tui.tabs.doc import Page
    from inspector.view import ShownAttribute, ShownEvent, ShownSpan

_STACK = 24


def lines(span: ShownSpan, page: Page) -> Iterator[Line]:
    if not span.events:
        yield Line((("  No events.", page.look.text),))
        yield Line((("  Exceptions, retries and streamed parts would stand here.", page.look.dim),))
        return
    for number, event in enumerate(span.events):
        yield from _event(event, number, span.start, page)
        yield BLANK


def _event(event: ShownEvent, number: int, start: int | None, page: Page) -> Iterator[Line]:
    look = page.look
    bad = "exception" in str(event.name) or any("exception.type" in str(a.key) for a in event.attributes)
    after = fmt.duration(event.time - start) if event.time is not None and start is not None else ""
    style = look.error_bold if bad else look.strong
    open_ = page.folds.is_open(f"e{number}", True)
    sign = look.glyphs.open if open_ else look.glyphs.shut
    runs = [
        (f"{sign} +{after:<8} " if after else f"{sign} {'':<9} ", look.dim),
        *runs_of(event.name, look, style),
    ]
    item = Item(
        f"e{number}", str(event.name), f"event.{event.name}", None, folds=True, open=open_, heading=True
    )
    yield Line(fit(runs, page.width - 1, look), item, 0)
    if not open_:
        return
    column = key_column(page.width, longest_key([a.key for a in event.attributes]))
    for i, attribute in enumerate(event.attributes):
        if str(attribute.key).endswith("stacktrace") and isinstance(attribute.value, ShownText):
            yield from _stack(attribute, page, f"e{number}/{i}")
        else:
            yield from fields((attribute,), page, "event", f"e{number}/{i}", column)


def _stack(attribute: ShownAttribute, page: Page, id: str) -> Iterator[Line]:
    look = page.look
    value = attribute.value
    if not isinstance(value, ShownText):
        return
    yield Line((("  ", look.text), *runs_of(attribute.key, look, look.key)), Item(id, str(attribute.key)), 0)
    item = Item(f"{id}s", str(attribute.key), f"event.{attribute.key}", value)
    for line in text_lines(value, page, item, [("    ", look.text)], look.dim, few=_STACK):
        words = "".join(text for text, _ in line.runs).strip()
        if (
            words
            and not words.startswith(("File ", "at ", "...", "^", "~"))
            and not line.runs[0][0].startswith("     ")
        ):
            yield Line([(t, look.text if s is look.dim else s) for t, s in line.runs], line.item, line.depth)
        else:
            yield line
