"""The first tab: the messages of an LLM call as a conversation; for every other span its input and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui.tabs.doc import BLANK, Item, Line
from inspector.tui.tabs.values import compact, key_column, longest_key, text_lines, tree_lines
from inspector.tui.text import fit, runs_of, width_of, wrap
from inspector.view import EMPTY, ShownList, ShownMap, ShownText

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.style import Style

    from inspector.tui.look import Look
    from inspector.tui.tabs.doc import Page
    from inspector.tui.text import Run
    from inspector.view import ShownMessage, ShownPart, ShownSpan, ShownValue

_GUTTER = 11
_LONG = 12
"""Lines of a tool's answer that are shown before it folds."""


def lines(span: ShownSpan, page: Page) -> Iterator[Line]:
    if span.conversation:
        yield from _messages(span.conversation, page)
    else:
        yield from _in_and_out(span, page)
    yield from _failure(span, page)


def _gutter(word: Sequence[Run], page: Page) -> list[Run]:
    look = page.look
    size = _GUTTER if page.width >= 60 else 5
    return [("  ", look.text), *fit(word, size - 1, look), (" ", look.text)]


def _blank_gutter(page: Page) -> list[Run]:
    return _gutter((), page)


def _role_style(role: str, look: Look) -> Style:
    match role.lower():
        case "user" | "human":
            return look.kind("llm") + look.strong
        case "assistant" | "ai" | "model":
            return look.kind("agent") + look.strong
        case "tool" | "function":
            return look.kind("tool") + look.strong
        case _:
            return look.dim + look.strong


def _messages(messages: Sequence[ShownMessage], page: Page) -> Iterator[Line]:
    answers = _answers(messages)
    taken: set[str] = set()
    calls = {str(p.call_id) for m in messages for p in m.parts if p.kind == "tool_call" and p.call_id}
    for number, message in enumerate(messages):
        parts = [
            part
            for part in message.parts
            if not (part.kind == "tool_result" and part.call_id and str(part.call_id) in calls)
        ]
        if not parts and message.parts:
            continue
        look = page.look
        role = str(message.role) or message.direction
        style = _role_style(role, look)
        lead = _gutter(runs_of(message.role, look, style) or [(role, style)], page)
        if not parts:
            yield Line((*lead, ("(empty)", look.dim)), Item(f"m{number}", role), 0)
        for i, part in enumerate(parts):
            yield from _part(part, page, lead, role, f"m{number}.{i}", answers, taken)
            lead = _blank_gutter(page)
        yield BLANK


def _answers(messages: Sequence[ShownMessage]) -> dict[str, ShownPart]:
    return {str(p.call_id): p for m in messages for p in m.parts if p.kind == "tool_result" and p.call_id}


def _part(
    part: ShownPart,
    page: Page,
    lead: list[Run],
    role: str,
    id: str,
    answers: dict[str, ShownPart],
    taken: set[str],
) -> Iterator[Line]:
    look = page.look
    item = Item(id, role, "", part.text if part.text else part.arguments)
    match part.kind:
        case "tool_call":
            yield from _call(part, page, lead, id)
            answer = answers.get(str(part.call_id)) if part.call_id else None
            if answer is not None and str(part.call_id) not in taken:
                taken.add(str(part.call_id))
                yield from _answer(answer, page, _blank_gutter(page), f"{id}r")
        case "tool_result":
            yield from _answer(part, page, lead, id)
        case "media":
            words = part.text or part.name
            note = runs_of(words, look, look.dim_italic) or [("[media]", look.dim_italic)]
            yield Line(fit([*lead, *note], page.width - 1, look), item, 0)
        case "thinking":
            mark = [*lead, ("thinking ", look.dim_italic)]
            yield from text_lines(part.text, page, item, mark, look.dim_italic, few=2)
        case _:
            quiet = role.lower() in ("system", "developer")
            style = look.dim if quiet else look.text
            yield from text_lines(part.text, page, item, lead, style, few=1 if quiet else 0)


def _call(part: ShownPart, page: Page, lead: list[Run], id: str) -> Iterator[Line]:
    look = page.look
    style = look.kind("tool") + look.strong
    runs: list[Run] = [(f"{look.glyphs.call} ", style), *runs_of(part.name, look, style), ("(", look.text)]
    runs += _arguments(part.arguments, look)
    runs.append((")", look.text))
    item = Item(id, str(part.name), "", part.arguments)
    room = page.width - width_of(lead) - 1
    for i, piece in enumerate(wrap(runs, room)):
        start = lead if i == 0 else [*_blank_gutter(page), ("  ", look.text)]
        yield Line((*start, *piece), item, 0)


def _arguments(value: ShownValue, look: Look) -> list[Run]:
    if not isinstance(value, ShownMap):
        return [] if value is None else compact(value, look, quoted=False)
    out: list[Run] = []
    for i, (key, item) in enumerate(value.pairs):
        out += [(", " if i else "", look.text), *runs_of(key, look, look.text), ("=", look.text)]
        out += compact(item, look, quoted=False)
    return out


def _answer(part: ShownPart, page: Page, lead: list[Run], id: str) -> Iterator[Line]:
    look = page.look
    start = [*lead, (f"{look.glyphs.result} ", look.dim)]
    item = Item(id, str(part.name), "", part.text if part.text else part.arguments)
    if not part.text and part.arguments is not None:
        room = page.width - width_of(start) - 1
        for i, piece in enumerate(wrap(compact(part.arguments, look), room)):
            yield Line((*(start if i == 0 else [*lead, ("  ", look.text)]), *piece), item, 0)
        return
    yield from text_lines(part.text, page, item, start, look.text, few=_LONG)


def _in_and_out(span: ShownSpan, page: Page) -> Iterator[Line]:
    look = page.look
    found = False
    for word, value in (("input", span.input), ("output", span.output)):
        if value is None or value == EMPTY:
            continue
        found = True
        lead = _gutter([(word, look.dim + look.strong)], page)
        if isinstance(value, ShownMap | ShownList):
            yield Line(lead, Item(word, word, word, value), 0)
            keys = [key for key, _ in value.pairs] if isinstance(value, ShownMap) else []
            column = key_column(page.width, longest_key(keys))
            pairs = (
                [(str(key), key, item) for key, item in value.pairs]
                if isinstance(value, ShownMap)
                else [(f"[{i}]", ShownText(()), item) for i, item in enumerate(value.items)]
            )
            for i, (name, key, item) in enumerate(pairs):
                shown = key if key else _index(i)
                yield from tree_lines(
                    shown, item, page, path=f"{word}.{name}", id=f"{word}/{i}", depth=1, column=column
                )
        elif isinstance(value, ShownText):
            yield from text_lines(value, page, Item(word, word, word, value), lead, look.text)
        else:
            yield Line((*lead, (str(value), look.text)), Item(word, word, word, value), 0)
        yield BLANK
    if not found and span.status != "error":
        yield Line((("  No messages, no input, no output.", look.text),))
        yield Line((("  2 shows its attributes, 4 the stored object.", look.dim),))
        yield BLANK


def _index(i: int) -> ShownText:
    from inspector.view import plain

    return plain(f"[{i}]")


def _failure(span: ShownSpan, page: Page) -> Iterator[Line]:
    if span.status != "error":
        return
    look = page.look
    lead = [*_blank_gutter(page), (f"{look.glyphs.error} ", look.error_bold)]
    text = span.status_message
    if not text:
        yield Line((*lead, ("failed, without a message", look.error_bold)), Item("status", "status"), 0)
        return
    item = Item("status", "status", "span.status_message", text)
    yield from text_lines(text, page, item, lead, look.error_bold, few=_LONG)
