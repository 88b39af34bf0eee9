"""The places of one line, one after the other: only the string or number around each is judged."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from inspector.redaction.plan import EVERY, Look
from inspector.redaction.positions import Edit, NotJSON, Spot, decode_string, edits, read
from inspector.redaction.shadows import base64_runs
from inspector.redaction.skeleton import Skeleton
from inspector.redaction.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inspector.model import Value
    from inspector.redaction.line import LineEditor
    from inspector.redaction.scanner import Found

_NUMBER_END = re.compile(rb"[0-9.eE+\-]*")
_COLON = re.compile(rb"[ \t\r]*:[ \t\r]*")
_ENTRY = re.compile(rb'[ \t\r]*,[ \t\r]*"value"[ \t\r]*:[ \t\r]*')
_KEY_BEFORE = re.compile(rb'"key"[ \t\r]*:[ \t\r]*\Z')
_WRAPPER = re.compile(rb'\{[ \t]*"\w{1,16}"[ \t]*:[ \t]*')
_CLOSE = re.compile(rb"[ \t]*\}")
_RUN = re.compile(rb"[A-Za-z0-9+/_-]*={0,2}")
_BEFORE = 160
"""Bytes before a run that say whether it is an image."""
_OPENS = (b"{", b"[", b"\\")
_NESTED = (b"{", b"[")
_SPACES = b" \t\r\n"
_LISTED = frozenset(b"0123456789.eE+-, \t\r\n")
"""What a list of numbers is written with."""
_ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")


class Undecided(Exception):
    """The short path can't tell what a place is; the exact one can."""


def _plain(text: bytes) -> bytes:
    """A line, or a part of one, as keys are compared: in lower case, without what joins words."""
    return text.lower().translate(None, b"-_ \t")


def partner_forms(raw: bytes, names: Iterable[str]) -> tuple[tuple[bytes, bytes], ...]:
    """What a line holds, in plain form, if one of `names` stands beside the key `raw`: the end of it, and all."""
    stem = _plain(raw[: raw.rfind(b".") + 1])
    ends = [_plain(name.encode()) + b'"' for name in names]
    return tuple([(end, b'"' + stem + end) for end in ends])


def _rules(places: list[Found], n: int, end: int) -> int:
    """The rules whose triggers fired from the n-th place to a little behind a token's end, in bits."""
    out = 0
    while n < len(places) and places[n][0] <= end + _BEYOND and out != EVERY:
        out |= places[n][2]
        n += 1
    return out


_BEYOND = 16
"""Bytes that a trigger may run on behind the token it is about: its closing quote, a colon and spaces."""


class ShortPath:
    """The places of one line of JSON, from left to right; raises Undecided where only the exact path can tell."""

    def __init__(self, editor: LineEditor, line: bytes) -> None:
        self._e = editor
        self._line = line
        self._strings = Strings(line)
        self._skeleton: Skeleton | None = None
        self._grouped: set[int] = set()
        self._partners: dict[bytes, bool] = {}
        self._held: dict[bytes, bool] = {}
        self._plain: bytes | None = None
        self._over: list[tuple[int, int, list[Edit]]] = []
        self._out: list[Edit] = []
        self.later: dict[bytes, list[int]] = {}
        """Tokens that may hold JSON, and where each stands."""

    def visit(self, places: list[Found]) -> None:
        """Judge what stands at each place, but for tokens that may hold JSON: these are left in `later`."""
        line = self._line
        done = 0
        last = len(line) - 1
        for n, (behind, look, _) in enumerate(places):
            at = min(behind - 1, last)
            if at < done:
                continue
            if look == Look.LINE:
                start, stop = self._strings.at(at)
                if start < 0 or line[at : at + 1] in b'":{':
                    start, stop = self._strings.at(max(at - 1, 0))
                if start < 0 or not (start < at < stop - 1):
                    raise Undecided
            done = self._visit(at, look, done, self._out, n, places)

    def edits(self, nested: Mapping[bytes, tuple[Edit, ...]]) -> list[Edit]:
        """All edits, told what became of the tokens in `later`."""
        out = self._out
        for raw, starts in self.later.items():
            out += [edit.moved(start) for edit in nested.get(raw, ()) for start in starts]
        # From the inside out: what hides a whole value replaces what was made of its parts.
        for start, end, made in sorted(self._over, key=lambda over: over[1] - over[0]):
            if not any(e.start < start and end < e.end for e in out):
                out = [e for e in out if e.end <= start or e.start >= end] + made
        return sorted(out, key=lambda e: e.start) if self._over or self.later else out

    def _visit(self, at: int, look: int, done: int, out: list[Edit], n: int, places: list[Found]) -> int:
        """Judge what stands at a byte; the byte up to which nothing more needs a look."""
        line = self._line
        start, end = self._strings.at(at)
        if start < 0:
            start, end = (
                self._strings.key_of(at)
                if line[at] in b"{["
                else self._strings.at(at - 1)
                if at
                else (-1, -1)
            )
        if start < 0:
            for near in (at, at - 1):
                number = self._number(near, done, out) if near >= 0 else -1
                if number >= 0:
                    return number
            return done
        if end <= done:
            return done
        colon = _COLON.match(line, end)
        if colon is not None:
            return self._key(start, end, colon.end(), out)
        if line.rfind(b'"key"', max(0, start - 24), start) >= 0 and _KEY_BEFORE.search(
            line, max(0, start - 24), start
        ):
            return self._entry(start, end, out)
        if look == Look.BASE64 and not self._decodes(at, start, end):
            return done
        if line[start + 1 : start + 2] in _OPENS:
            key = self._key_before(start)
            if key is not None and self._e.telling(key):
                return self._e.below(key, line, start, end, out)
        raw = line[start:end]
        if raw[1:2] in _NESTED:
            self.later.setdefault(raw, []).append(start)
            return end
        out += [edit.moved(start) for edit in self._e.token(raw, lambda: _rules(places, n, end))]
        return end

    def _key(self, start: int, end: int, value_at: int, out: list[Edit]) -> int:
        line = self._line
        raw = line[start + 1 : end - 1]
        if self._e.sensitive_key(raw):
            raise Undecided
        self._beside(raw, start)
        return self._telling(raw, value_at, out) if self._e.telling(raw) else end

    def _telling(self, raw: bytes, at: int, out: list[Edit]) -> int:
        """Judge what stands under a telling key; its end is known if it is a text, or one in OTLP's wrapper."""
        line = self._line
        wrapper = _WRAPPER.match(line, at)
        start = at if wrapper is None else wrapper.end()
        end = self._strings.end(start) if line[start] == 34 else -1
        if wrapper is not None and end > 0:
            close = _CLOSE.match(line, end)
            end = -1 if close is None else close.end()
        return self._e.below(raw, line, at, end, out)

    def _beside(self, raw: bytes, start: int) -> None:
        """Hide what a key says of the keys beside it, or they of it: a name beside a mailbox address."""
        if not self._e.beside(raw) or not self._has_partner(raw):
            return
        if self._skeleton is None:
            self._skeleton = Skeleton(self._line)
        siblings = self._skeleton.siblings(start)
        if siblings is None:
            raise Undecided
        where = siblings[0][2] if siblings else -1
        if where in self._grouped:
            return
        self._grouped.add(where)
        rules = self._e.key_rules
        names = [k for k, _, _ in siblings]
        for name, _, value_at in siblings:
            rule = rules.by_sibling(name)
            if rule is None or rules.match(name) is not None or not rules.has_sibling(rule, name, names):
                continue
            try:
                value, spot = read(self._line, value_at)
            except (NotJSON, RecursionError):
                raise Undecided from None
            made: list[Edit] = []
            edits(self._line, spot, value, self._e.named(rule, value, name), made)
            self._over += [(spot.start, spot.end, made)]

    def _has_partner(self, raw: bytes) -> bool:
        """Whether the line may hold a key that a rule reads together with this one; case and joints don't count."""
        known = self._partners.get(raw)
        if known is None:
            known = any(self._holds(end) and self._holds(form) for end, form in self._e.partners(raw))
            self._partners[raw] = known
        return known

    def _holds(self, form: bytes) -> bool:
        known = self._held.get(form)
        if known is None:
            if self._plain is None:
                self._plain = _plain(self._line)
            known = self._held[form] = form in self._plain
        return known

    def _entry(self, start: int, end: int, out: list[Edit]) -> int:
        """K of `{"key": K, "value": V}`."""
        raw = self._line[start + 1 : end - 1]
        if self._e.token(self._line[start:end]):
            raise Undecided
        self._beside(raw, start)
        if not self._e.telling(raw):
            return end
        value = _ENTRY.match(self._line, end)
        if value is None:
            raise Undecided
        return self._telling(raw, value.end(), out)

    def _number(self, at: int, done: int, out: list[Edit]) -> int:
        """Judge the number at a byte; its end, or -1 where there is none."""
        line = self._line
        if not (48 <= line[at] <= 57):
            return -1
        start = at
        while start > done and line[start - 1] in b"0123456789.eE+-":
            start -= 1
        match = _NUMBER_END.match(line, at)
        end = match.end() if match is not None else at + 1
        if end - start < 9:
            return end
        key = self._key_of_number(start)
        if key is None or key == b"key" or b"Value" in key or key == b"value":
            raise Undecided
        value: Value
        try:
            value = json.loads(line[start:end])
        except ValueError:
            raise Undecided from None
        if isinstance(value, int | float) and not isinstance(value, bool):
            hidden = self._e.under(value, decode_string(b'"' + key + b'"'))
            edits(line, Spot(start, end), value, hidden, out)
        return end

    def _key_before(self, at: int) -> bytes | None:
        """The key, without its quotes, of the value that starts at a byte."""
        start, end = self._strings.key_of(at)
        return self._line[start + 1 : end - 1] if start >= 0 else None

    def _key_of_number(self, start: int) -> bytes | None:
        """The key of the number that starts at a byte, or of the list of numbers that it is in."""
        line = self._line
        if line[:start].rstrip(_SPACES)[-1:] in (b",", b"["):
            front = start
            while front and line[front - 1] in _LISTED:
                front -= 1
            if not front or line[front - 1] != 91:
                return None
            start = front - 1
        return self._key_before(start)

    def _decodes(self, at: int, start: int, end: int) -> bool:
        """Whether the run at a byte is base64 of text, so that its token is worth a look."""
        line = self._line
        left = at
        while left > start + 1 and line[left - 1] in _ALPHABET:
            left -= 1
        run = _RUN.match(line, left, end)
        # Behind a backslash the run begins with an escape's letter, and only the decoded text tells.
        if run is None or line[left - 1] == 92 or b"/" in run[0]:
            return run is not None
        return next(base64_runs(line[max(start, left - _BEFORE) : run.end()]), None) is not None
