"""From shown text to runs of styled text: state chips, fitting, wrapping. No markup, no control byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment as Drawn
from textual.strip import Strip

from inspector.view import EMPTY, Segment, ShownText, State, sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.style import Style

    from inspector.tui.look import Look

Run: TypeAlias = "tuple[str, Style]"

TAB = "    "


def printable(text: str) -> str:
    """The last check before the terminal: one line without a control character, whoever made the text."""
    if text.isprintable():
        return text
    return sanitise(text).replace("\n", " ").replace("\t", " ")


def printable_lines(text: str) -> str:
    """The same for a text of several lines."""
    return "\n".join(printable(line) for line in text.split("\n"))


def chip_text(segment: Segment, look: Look) -> str:
    """How a value that isn't plain stands in a line: its sign and its word, never by colour alone."""
    sign = look.sign(segment.state)
    match segment.state:
        case State.REDACTED:
            tag = f" #{segment.tag[:8]}" if segment.operator == "hash" and segment.tag else f" {segment.tag}"
            return f"{sign} {segment.type or 'redacted'}{tag if segment.tag else ''}"
        case State.LOCKED:
            words = [word for word in (segment.level or "locked", segment.note) if word]
            return f"{sign} {f' {look.glyphs.dot} '.join(words)}"
        case State.ERASED:
            return f"{sign} erased {segment.note}".rstrip()
        case State.UNREDACTABLE:
            return f"{sign} hidden, can't be judged"
        case _:
            return f"{sign} {segment.text}{f' ({segment.note})' if segment.note else ''}"


def runs_of(shown: ShownText, look: Look, style: Style) -> list[Run]:
    """The segments as runs; plain ones in `style`, the others as chips."""
    return [
        (s.text, style) if s.state is State.PLAIN else (chip_text(s, look), look.states[s.state])
        for s in shown.segments
    ]


def copyable(shown: ShownText) -> str:
    """What may leave by the clipboard: a value revealed for a moment goes back to its placeholder."""
    return "".join(
        f"[REDACTED:{s.type or 'value'}]" if s.state is State.REVEALED else s.text for s in shown.segments
    )


def window(shown: ShownText, start: int, size: int) -> ShownText:
    """`size` characters from `start`, states kept; the rest of a huge value is not touched."""
    if start == 0 and (len(shown.segments) == 0 or sum(len(s.text) for s in shown.segments) <= size):
        return shown
    picked: list[Segment] = []
    at = 0
    for s in shown.segments:
        low, high = max(start - at, 0), min(start + size - at, len(s.text))
        if low < high:
            part = s.text[low:high]
            picked.append(
                s
                if len(part) == len(s.text)
                else Segment(part, s.state, s.type, s.tag, s.operator, s.rule, s.level, s.note)
            )
        at += len(s.text)
        if at >= start + size:
            break
    return ShownText(tuple(picked)) if picked else EMPTY


def length(shown: ShownText) -> int:
    return sum(len(s.text) for s in shown.segments)


def flat(runs: Sequence[Run]) -> list[Run]:
    """For a row of one line: line breaks and tabs become a space."""
    return [(text.replace("\n", " ").replace("\t", " "), style) for text, style in runs]


def width_of(runs: Sequence[Run]) -> int:
    return sum(cell_len(text) for text, _ in runs)


def fit(runs: Sequence[Run], width: int, look: Look, *, right: bool = False) -> list[Run]:
    """Exactly `width` cells: cut with an ellipsis, or padded."""
    used = 0
    out: list[Run] = []
    runs = flat([(text[: width + 1], style) for text, style in runs]) if runs else []
    for text, style in runs:
        size = cell_len(text)
        if used + size > width:
            room = width - used - 1
            if room >= 0:
                out.append((set_cell_size(text, room) if room else "", style))
                out.append((look.glyphs.more, look.dim))
                used = width
            elif out and used == width:
                out = fit(out, width - 1, look)
                out.append((look.glyphs.more, look.dim))
            break
        out.append((text, style))
        used += size
    if used < width:
        pad = (" " * (width - used), look.text)
        out = [pad, *out] if right else [*out, pad]
    return out


def drawn(runs: Sequence[Run], base: Style, width: int, look: Look) -> list[Drawn]:
    """The segments of a finished line of exactly `width` cells on `base`, neighbours of one style joined."""
    lifted = base is look.cursor
    out: list[Drawn] = []
    used = 0
    held, held_style = "", base
    for text, style in runs:
        if not text:
            continue
        clean = printable(text)
        if look.glyphs.micro != "µ":
            clean = clean.replace("µ", look.glyphs.micro)
        size = cell_len(clean)
        if used + size > width:
            clean = set_cell_size(clean, width - used)
            size = width - used
        final = _on_cursor(style, look) if lifted else base + style
        if final == held_style:
            held += clean
        else:
            if held:
                out.append(Drawn(held, held_style))
            held, held_style = clean, final
        used += size
        if used >= width:
            break
    if used < width:
        if held_style != base:
            out.append(Drawn(held, held_style))
            held = ""
        held, held_style = held + " " * (width - used), base
    if held:
        out.append(Drawn(held, held_style))
    return out


def _on_cursor(style: Style, look: Look) -> Style:
    """A style on the cursor's row: dim is lifted; of the terminal's own colours only the weight is kept, for
    nobody knows how they look on each other."""
    if style is look.dim:
        return look.cursor
    if look.ansi and style.bgcolor is None:
        return look.cursor_bold if style.bold else look.cursor
    return look.cursor + style


def strip_of(runs: Sequence[Run], base: Style, width: int, look: Look) -> Strip:
    """The same as a whole line."""
    return Strip(drawn(runs, base, width, look), width)


def lines_of(shown: ShownText, look: Look, style: Style) -> Iterator[list[Run]]:
    """The runs of each line of the text, lazily: a huge text costs what is read of it."""
    line: list[Run] = []
    for segment in shown.segments:
        if segment.state is not State.PLAIN:
            line.append((chip_text(segment, look), look.states[segment.state]))
            continue
        at = 0
        text = segment.text
        while (cut := text.find("\n", at)) >= 0:
            if cut > at:
                line.append((text[at:cut], style))
            yield line
            line = []
            at = cut + 1
        if at < len(text):
            line.append((text[at:] if at else text, style))
    if line:
        yield line


def wrap(runs: Sequence[Run], width: int) -> Iterator[list[Run]]:
    """One line of any length as lines of at most `width` cells, broken at spaces where there are any; a chip
    (what has a background) stays in one piece."""
    width = max(width, 8)
    line: list[Run] = []
    used = 0
    for text, style in runs:
        rest = text.replace("\t", TAB) if "\t" in text else text
        if style.bgcolor is not None and used and used + cell_len(rest) > width:
            yield line
            line, used = [], 0
        while rest:
            taken = _take(rest, width - used, fresh=used == 0)
            if taken == 0:
                yield line
                line, used = [], 0
                continue
            piece = rest[:taken]
            line.append((piece, style))
            used += cell_len(piece)
            rest = rest[taken:]
            if rest:
                yield line
                line, used = [], 0
                rest = rest[1:] if rest[0] == " " and rest[1:2] != " " else rest
    if line or not runs:
        yield line


def _take(text: str, room: int, *, fresh: bool) -> int:
    """How many characters of `text` go on this line; 0 means start a new one."""
    head = text[: room + 1] if room >= 0 else ""
    if len(text) <= room and cell_len(text) <= room:
        return len(text)
    end = min(len(head), max(room, 0))
    while end > 0 and cell_len(head[:end]) > room:
        end -= max(1, (cell_len(head[:end]) - room) // 2)
    if end <= 0:
        return 1 if fresh else 0
    if end < len(text) and text[end] != " ":
        space = text.rfind(" ", 0, end)
        if space > 0:
            return space
        if not fresh and space < 0 and end < 24:
            return 0
    return end


def mark(runs: Sequence[Run], words: Sequence[str], look: Look) -> list[Run]:
    """The runs with every occurrence of the words set off; an upper-case letter in a word makes it exact."""
    out: list[Run] = []
    for text, style in runs:
        places = sorted(_found(text, words))
        at = 0
        for low, high in places:
            if low >= at:
                out += [(text[at:low], style), (text[low:high], look.match)]
                at = high
        out.append((text[at:], style))
    return [run for run in out if run[0]]


def _found(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    low = text.lower()
    for word in words:
        if not word:
            continue
        inside = low if word == word.lower() and len(low) == len(text) else text
        at = inside.find(word)
        while at >= 0:
            yield at, at + len(word)
            at = inside.find(word, at + len(word))
