"""Reading one config file: strict, bounded, and able to name the line of every key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.config import check
from inspector.config.layer import Layer, Names, flatten, line_of
from inspector.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.config.keys import Value

MAX_BYTES = 4_000_000
_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)""")
_WHERE = re.compile(r"\(at line (\d+), column (\d+)\)")


def read(path: Path, *, required: bool, installed: bool, sections: tuple[str, ...] = ()) -> Layer | None:
    """The file's values; none if it isn't there and needn't be. Raises UsageError naming file, line and key.

    With `sections`, nothing but these may stand in it (a policy file).
    """
    text = _text(path, required)
    if text is None:
        return None
    import tomllib

    try:
        table: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _WHERE.search(str(error))
        where = f"{path}:{found[1]}" if found else f"{path}, at its end"
        column = f" (column {found[2]})" if found else ""
        raise UsageError(
            f"{where} isn't valid TOML{column}.", "Mend that line; texts are written in quotes."
        ) from None
    except RecursionError:
        raise UsageError(f"{path} is nested too deep.", "Write fewer brackets inside each other.") from None
    lines = lines_of(text)

    def complain(names: Names, what: str, fix: str) -> UsageError:
        line = line_of(lines, names)
        place = f"{path}:{line}" if line else str(path)
        return UsageError(f"{place}: {check.shown('.'.join(names).replace('.[]', '[]'))} {what}.", fix)

    for name in table:
        if sections and name not in sections:
            only = " and ".join(f"[{s}]" for s in sections)
            raise complain((name,), "can't stand in a policy file", f"A policy file holds {only} alone.")
    values: dict[Names, Value] = flatten(table, path.absolute().parent, complain)
    return Layer("file", str(path), installed, values, lines)


def _text(path: Path, required: bool) -> str | None:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        if required:
            raise UsageError(
                f"There is no config file {path}.", "Give the path of an existing TOML file."
            ) from None
        return None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(
            f"The config file {path} can't be read: {reason}.", "Make it readable, or remove it."
        ) from None
    if len(raw) > MAX_BYTES:
        raise UsageError(f"The config file {path} is larger than 4 MB.", "Name a config file, not a store.")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} isn't UTF-8 (byte {error.start}).", "Save it as UTF-8.") from None


def lines_of(text: str) -> dict[Names, int]:
    """The 1-based line on which each key and table is first written. Inner keys of inline values have none.

    Only valid TOML is given here, so a light reading is enough: headers, keys, and values that span lines.
    """
    out: dict[Names, int] = {}
    table: Names = ()
    pending = _Open()
    for number, line in enumerate(text.split("\n"), 1):
        if pending.open:
            pending.feed(line)
        elif header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                out.setdefault(table, number)
                table = (*table, "[]")
            out.setdefault(table, number)
        elif key := _KEY.match(line):
            out.setdefault((*table, *_parts(key[1])), number)
            pending.feed(line[key.end() :])
    return out


def _parts(written: str) -> Names:
    return tuple(a or b or c for a, b, c in _PART.findall(written))


class _Open:
    """Whether a value goes on at the end of a line: inside brackets, or inside a text of several lines."""

    __slots__ = ("_brackets", "_quote")
    _TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*|[\[\]{}]')

    def __init__(self) -> None:
        self._brackets = 0
        self._quote = ""

    @property
    def open(self) -> bool:
        return bool(self._brackets or self._quote)

    def feed(self, line: str) -> None:
        at = 0
        while at < len(line):
            if self._quote:
                end = self._end_of_text(line, at)
                if end < 0:
                    return
                self._quote, at = "", end
                continue
            found = self._TOKEN.search(line, at)
            if found is None:
                return
            token, at = found[0], found.end()
            if token in ('"""', "'''"):
                self._quote = token
            elif token in "[{":
                self._brackets += 1
            elif token in "]}":
                self._brackets -= 1

    def _end_of_text(self, line: str, at: int) -> int:
        while (end := line.find(self._quote, at)) >= 0:
            slashes = len(line[:end]) - len(line[:end].rstrip("\\"))
            if self._quote == '"""' and slashes % 2:
                at = end + 1
                continue
            end += 3
            while end < len(line) and line[end] == self._quote[0]:
                end += 1
            return end
        return -1
