"""The path grammar of field rules (`user.email`, `^a.*.b`, `messages[].content`) and its matching."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.redaction.rule import FieldRule

Path: TypeAlias = tuple[str | int, ...]

PREFIXES = ("resource", "event", "link", "input", "output", "span")

_PART = re.compile(r'"(?P<quoted>[^"]+)"|(?P<plain>[^.\[\]"]+)|\[(?P<index>\d*)\]|(?P<dot>\.)')


class FieldPath(Struct, frozen=True):
    """A parsed path: its segments, and whether it starts at the top."""

    segments: tuple[str, ...]
    anchored: bool

    @property
    def literals(self) -> tuple[str, ...]:
        """The segments that name something."""
        return tuple(s for s in self.segments if s not in ("*", "**") and not s.startswith("["))


def plain(segment: str) -> str:
    """A segment as it is compared: lower case, `-` as `_`."""
    return segment.lower().replace("-", "_")


def parse_path(path: str) -> FieldPath:
    """Raises UsageError for what the grammar doesn't hold."""
    segments: list[str] = []
    anchored = path.startswith("^")
    at = int(anchored)
    after_dot = True
    while at < len(path):
        part = _PART.match(path, at)
        if part is None or (part["dot"] and after_dot):
            raise _refused(path)
        at = part.end()
        if part["dot"]:
            after_dot = True
            continue
        if part["index"] is not None:
            segments.append(f"[{part['index']}]")
        elif not after_dot:
            raise _refused(path)
        elif part["quoted"]:
            segments += [plain(s) for s in part["quoted"].split(".")]
        else:
            segments.append(plain(part["plain"]))
        after_dot = False
    if not segments or after_dot:
        raise _refused(path)
    return FieldPath(tuple(segments), anchored)


def _refused(path: str) -> UsageError:
    return UsageError(f"The path {path!r} can't be read.", "Join segments by dots, such as user.email.")


@lru_cache(maxsize=16384)
def _segments(part: str) -> str:
    return "".join(f"/{s}" for s in plain(part).split("."))


def joined(path: Path) -> str:
    """A place in a value as one text: `/user/email`, lists as `/[3]`."""
    return "".join(f"/[{p}]" if isinstance(p, int) else _segments(p) for p in path)


def compile_path(path: FieldPath) -> re.Pattern[str]:
    """Matches `joined` paths. A path that isn't anchored may start at any depth."""
    head = path.segments[0]
    rest = path.segments
    if head in PREFIXES and len(rest) > 1:
        inner = _body(rest[1:])
        start, between = ("^/", "") if path.anchored else ("^(?:.*)?/", "(?:/.*)?")
        return re.compile(rf"{start}{head}s?{between}{inner}\Z", re.DOTALL)
    return re.compile(("^" if path.anchored else "^(?:.*)?") + _body(rest) + r"\Z", re.DOTALL)


def _body(segments: Sequence[str]) -> str:
    out = ""
    for segment in segments:
        if segment == "**":
            out += "(?:/[^/]+)*"
        elif segment == "*":
            out += r"/[^/]+"
        elif segment == "[]":
            out += r"/\[\d+\]"
        else:
            out += "/" + re.escape(segment)
    return out


_PLACES = 16_384
"""Places of which it is remembered what rule they fall under."""


class FieldMatcher:
    """Which field rule a place falls under; the first of them wins."""

    def __init__(self, rules: Sequence[FieldRule]) -> None:
        self.paths = [parse_path(r.path) for r in rules]
        self._rules = [(compile_path(p), r) for p, r in zip(self.paths, rules, strict=True)]
        self._last = {p.segments[-1] for p in self.paths}
        self.any = any(s == "*" or s == "**" or s.startswith("[") for s in self._last)
        """Whether a place in a list may be what some rule names."""
        self._cache: dict[str, bool] = {}
        self._places: dict[tuple[str, Path], FieldRule | None] = {}

    def __bool__(self) -> bool:
        return bool(self._rules)

    def may(self, last: str | int) -> bool:
        """Whether some rule names a place that ends so."""
        if self.any:
            return True
        if isinstance(last, int):
            return False
        known = self._cache.get(last)
        if known is None:
            known = plain(last).rsplit(".", 1)[-1] in self._last
            if len(self._cache) < 65536:
                self._cache[last] = known
        return known

    def match(self, path: Path, section: str = "") -> FieldRule | None:
        if not path or not self._rules or not self.may(path[-1]):
            return None
        place = (section, path)
        found = self._places.get(place, False)
        if found is False:
            where = joined(path)
            if section in PREFIXES:
                where = f"/{section}{where}"
            found = next((rule for pattern, rule in self._rules if pattern.search(where) is not None), None)
            if len(self._places) > _PLACES:
                self._places.clear()
            self._places[place] = found
        return found  # type: ignore[return-value]  # False was replaced above
