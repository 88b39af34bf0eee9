"""One line of a stream: the exact path over the whole of it, and the short one around the places that fired."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING

import orjson

from inspector.redaction.assemble import CHUNK_KEYS
from inspector.redaction.keys import dotted, words
from inspector.redaction.matcher import luhn
from inspector.redaction.positions import Edit, NotJSON, Spot, _Parser, decode_string, edits, parse, splice
from inspector.redaction.scanner import Look, Scanner, Unscannable
from inspector.redaction.shadows import unbase64
from inspector.redaction.skeleton import Skeleton
from inspector.redaction.walk import NESTED, is_empty, is_schema, pieces_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Iterator

    from inspector.model import Value
    from inspector.redaction.engine import Redactor
    from inspector.redaction.keys import KeyMatcher
    from inspector.redaction.result import RedactedText, RedactedValue
    from inspector.redaction.rule import KeyRule

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BETWEEN = re.compile(rb"(?:[\s:,\[\]{}0-9.eE+\-]|true|false|null|NaN|Infinity)*")
_NUMBER_END = re.compile(rb"[0-9.eE+\-]*")
_COLON = re.compile(rb"[ \t\r]*:[ \t\r]*")
_ENTRY = re.compile(rb'[ \t\r]*,[ \t\r]*"value"[ \t\r]*:[ \t\r]*')
_KEY_BEFORE = re.compile(rb'"key"[ \t\r]*:[ \t\r]*\Z')
_NUMBER_KEY = re.compile(rb'"((?:[^"\\]|\\.){0,200})"[ \t\r]*:[ \t\r]*\Z')
_RUN = re.compile(rb"[A-Za-z0-9+/_-]*={0,2}")
_DIGITS = re.compile(rb"[0-9]*")
_OPENS = (b"{", b"[", b"\\")
_ESCAPED_QUOTES = 40
_REMEMBERED = 64 << 20


class Undecided(Exception):
    """The short path can't tell what a place is; the exact one can."""


def is_json(line: bytes) -> bool:
    """Whether a line is one JSON object or array. NaN and infinities, which Python writes, count."""
    head = line.lstrip(b"\xef\xbb\xbf \t")[:1]
    if head != b"{" and head != b"[":
        return False
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            json.loads(line.decode("utf-8", "surrogateescape").lstrip("\ufeff"))
        except (ValueError, RecursionError):
            return False
    return True


class LineEditor:
    """Redacts lines under one redactor; remembers what became of a token, since stores repeat themselves."""

    def __init__(self, redactor: Redactor, findings: Counter[str]) -> None:
        self._r = redactor
        self._walk = redactor.walk
        self._findings = findings
        keys = redactor.policy.keys
        self.exact = False
        self._always = bool(not keys.allow_all or keys.ignored or keys.blocked_patterns)
        self.scanner: Scanner | None = None
        self._tokens: dict[bytes, Edit | None] = {}
        self._size = 0
        self._depth = 0
        self._sensitive: dict[bytes, bool] = {}
        self._siblings: dict[bytes, bool] = {}
        about = b"|".join(re.escape(n).replace(b"_", b"[-_ ]?") for n in redactor.key_rules.about)
        self.named_keys = {
            entry: re.compile(
                rb"(?:" + about + rb')"[ \t\r]*' + (rb',[ \t\r]*"value"' if entry else b":"), re.IGNORECASE
            )
            for entry in (False, True)
        }
        self._context = [c.context for c in redactor.compiled if c.context is not None]
        self._heads = {p.segments[0] for p in redactor.field_rules.paths}
        self._leaves = {p.segments[-1] for p in redactor.field_rules.paths}
        self._dotted = {k.split(".")[0] for rule in redactor.key_rules.rules for k in rule.keys if "." in k}

    # blocks

    def block(self, block: bytes, write: Callable[[bytes], object]) -> int:
        """Write a run of whole lines, redacted; how many of them changed."""
        if not self._r.policy.enabled:
            write(block)
            return 0
        if not (self.exact or self._always) and self.scanner is None:
            try:
                self.scanner = Scanner(self._r)
            except Unscannable:
                self._always = True
        if self.exact or self._always or self.scanner is None:
            return self._every_line(block, write)
        places = self.scanner.places(block)
        if not places:
            write(block)
            return 0
        changed = at = n = 0
        while n < len(places):
            position = places[n][0] - 1
            start = block.rfind(b"\n", 0, position) + 1 if position else 0
            end = block.find(b"\n", position)
            end = len(block) if end < 0 else end
            own: list[tuple[int, int]] = []
            while n < len(places) and places[n][0] - 1 <= end:
                own.append((places[n][0] - start, places[n][1]))
                n += 1
            line = block[start:end]
            new = self.line(line, own)
            if new is not line and new != line:
                if start > at:
                    write(block[at:start])
                write(new)
                changed += 1
                at = end
        if at < len(block):
            write(block[at:])
        return changed

    def _every_line(self, block: bytes, write: Callable[[bytes], object]) -> int:
        changed = 0
        out: list[bytes] = []
        for line in block.split(b"\n"):
            new = self.whole(line)
            changed += new != line
            out.append(new)
        write(b"\n".join(out))
        return changed

    @property
    def redactor(self) -> Redactor:
        return self._r

    def learn(self, names: Collection[str]) -> None:
        """Hide these names of people from now on."""
        self._r.with_names(names)
        self._tokens, self._size = {}, 0
        if self.scanner is not None:
            self.scanner.also(names)

    def scan_always(self) -> None:
        """Take the short path from the first byte on, however small the input is."""
        self.exact = False
        self.scanner = Scanner(self._r)

    # one line, exactly

    def whole(self, line: bytes) -> bytes:
        """A line by the exact path: JSON with all its structure, or text."""
        made = self._edits(line)
        if made is not None:
            self._count(made)
            return splice(line, made)
        if not line.strip():
            return line
        body = line.rstrip(b"\r")
        text = self._r.judged(body.decode("utf-8", "surrogateescape"), ())
        if text.clean:
            return line
        self._count([Edit(0, len(body), text.pieces)])
        return str(text).encode("utf-8", "surrogateescape") + line[len(body) :]

    def _edits(self, line: bytes) -> list[Edit] | None:
        """What the exact path changes in a line of JSON, or none where it is no JSON."""
        bom = 3 if line.startswith(b"\xef\xbb\xbf") else 0
        body = line[bom:] if bom else line
        if body.lstrip()[:1] not in (b"{", b"["):
            return None
        try:
            value, spot = parse(body)
        except NotJSON:
            return None
        made: list[Edit] = []
        edits(body, spot, value, self._r.value(value, (), ""), made)
        return [Edit(e.start + bom, e.end + bom, e.pieces) for e in made] if bom else made

    def findings_of(self, line: bytes) -> Iterator[tuple[str, str]]:
        """Path and type of everything that would be hidden in a line."""
        from inspector.redaction.findings import findings

        bare = line.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
        if bare.lstrip()[:1] in (b"{", b"["):
            try:
                value, _ = parse(bare)
            except NotJSON:
                pass
            else:
                yield from findings(self._r.value(value, (), ""))
                return
        yield from findings(self._r.judged(bare.decode("utf-8", "surrogateescape"), ()))

    def _count(self, made: list[Edit]) -> None:
        for edit in made:
            for piece in edit.pieces:
                if piece.finding is not None:
                    self._findings[piece.finding.type] += 1
                elif piece.failed:
                    self._findings["unredactable"] += 1

    # one line, around its places

    def line(self, line: bytes, places: list[tuple[int, int]]) -> bytes:
        """A line in which something fired."""
        try:
            made = _Short(self, line).edits(places)
        except Undecided:
            return self.whole(line)
        if not made:
            return line
        if not is_json(line):
            return self.whole(line)
        self._count(made)
        return splice(line, made)

    def token(self, raw: bytes) -> Edit | None:
        """What becomes of a string token that stands under no telling key; the edit's offsets are its own."""
        known = self._tokens.get(raw, _UNKNOWN)
        if known is not _UNKNOWN:
            return known
        try:
            value = decode_string(raw)
        except NotJSON:
            raise Undecided from None
        nested = self._nested(value)
        redacted = self._walk.inside(value, (), "", 0, 0) if nested is None else nested
        made: list[Edit] = []
        edits(raw, Spot(0, len(raw)), value, redacted, made)
        edit = made[0] if made else None
        if self._size > _REMEMBERED:
            self._tokens, self._size = {}, 0
        if len(raw) < 1 << 16:
            self._tokens[raw] = edit
            self._size += len(raw) + 200
        return edit

    def _nested(self, text: str) -> RedactedText | None:
        """JSON in a string by the short path, or none where the exact one has to see it."""
        if text[:1] not in ("{", "[") or self.scanner is None or self._depth >= NESTED - 1:
            return None
        inner = text.encode("utf-8", "surrogatepass")
        if not is_json(inner):
            return None
        self._depth += 1
        try:
            made = _Short(self, inner).edits(self.scanner.places(inner))
        except Undecided:
            return None
        finally:
            self._depth -= 1
        return pieces_of(inner, made, text)

    def telling(self, raw: bytes) -> bool:
        """Whether a key (a token without its quotes) may decide over what stands under it."""
        known = self._sensitive.get(raw)
        if known is None:
            try:
                key = decode_string(b'"' + raw + b'"')
            except NotJSON:
                raise Undecided from None
            known = self._telling(key)
            if len(self._sensitive) < 65536:
                self._sensitive[raw] = known
        return known

    def _telling(self, key: str) -> bool:
        rules = self._r.key_rules
        segments = dotted(key)
        flat = key.lower().replace("-", "_").split(".")
        if (
            rules.match(key) is not None
            or key in CHUNK_KEYS
            or (segments[-1:] and segments[-1] in CHUNK_KEYS)
        ):
            return True
        if segments and segments[-1] in self._dotted:
            return True
        if flat[-1] in self._leaves or not self._heads.isdisjoint(flat):
            return True
        low = words(key)
        return any(c.search(low) is not None for c in self._context)

    def beside(self, raw: bytes) -> bool:
        """Whether a key is part of a rule that looks at siblings."""
        known = self._siblings.get(raw)
        if known is None:
            segments = dotted(decode_string(b'"' + raw + b'"'))
            known = bool(segments) and segments[-1] in self._r.key_rules.sibling_names
            if len(self._siblings) < 65536:
                self._siblings[raw] = known
        return known

    @property
    def key_rules(self) -> KeyMatcher:
        return self._r.key_rules

    def named(self, rule: KeyRule, value: Value, key: str) -> RedactedValue:
        """A value hidden for what stands beside it."""
        if is_empty(value) or is_schema(value):
            return self.under(value, key)
        return self._walk.hidden(rule, value)

    def under(self, value: Value, key: str) -> RedactedValue:
        return self._walk.under(value, (key,), "", 0, 0, ())


_UNKNOWN = Edit(-1, -1, ())


class _Short:
    """The places of one line, from left to right; raises Undecided where only the exact path can tell."""

    def __init__(self, editor: LineEditor, line: bytes) -> None:
        self._e = editor
        self._line = line
        self._starts: list[int] | None = None
        self._ends: list[int] = []
        self._skeleton: Skeleton | None = None
        self._grouped: set[int] = set()
        self._named: dict[bool, bool] = {}
        self._is_json: bool | None = None
        self._over: list[tuple[int, int, list[Edit]]] = []

    def edits(self, places: list[tuple[int, int]]) -> list[Edit]:
        line = self._line
        head = line.lstrip(b"\xef\xbb\xbf \t")[:1]
        if head != b"{" and head != b"[":
            raise Undecided
        out: list[Edit] = []
        done = 0
        for end, look in places:
            at = end - 1
            if at < done:
                continue
            if look == Look.CARD and self._no_card(at):
                continue
            if look == Look.LINE:
                start, stop = self._token(at)
                if start < 0 or line[at : at + 1] in b'":{':
                    start, stop = self._token(max(at - 1, 0))
                if start < 0 or not (start < at < stop - 1):
                    raise Undecided
            done = self._visit(at, look, done, out)
        for start, end, made in self._over:
            out = [e for e in out if e.end <= start or e.start >= end] + made
        return sorted(out, key=lambda e: e.start) if self._over else out

    def _no_card(self, at: int) -> bool:
        """Whether the digits at a byte are one run that can't be a card's number."""
        line = self._line
        start = at
        while start and 48 <= line[start - 1] <= 57 and at - start < 24:
            start -= 1
        match = _DIGITS.match(line, start)
        digits = match[0] if match is not None else b""
        return len(digits) >= 12 and not (12 < len(digits) < 20 and luhn(digits))

    def _visit(self, at: int, look: int, done: int, out: list[Edit]) -> int:
        """Judge what stands at a byte; the byte up to which nothing more needs a look."""
        line = self._line
        start, end = self._token(at)
        if start < 0:
            start, end = self._key_of(at) if line[at] in b"{[" else self._token(at - 1) if at else (-1, -1)
        if start < 0:
            for near in (at, at - 1):
                number = self._number(near, done, out) if near >= 0 else -1
                if number >= 0:
                    return number
            if not self._valid():
                raise Undecided
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
            key = _NUMBER_KEY.search(line, max(0, start - 256), start)
            if key is not None and self._e.telling(key[1]):
                return self._below(key[1], start, out)
        edit = self._e.token(line[start:end])
        if edit is not None:
            out.append(Edit(start + edit.start, start + edit.end, edit.pieces))
        return end

    def _valid(self) -> bool:
        """Whether the line is JSON at all, asked once something stands where JSON has no place for it."""
        if self._is_json is None:
            self._is_json = is_json(self._line)
        return self._is_json

    def _key_of(self, at: int) -> tuple[int, int]:
        """The key whose value starts at a byte."""
        before = self._line[max(0, at - 16) : at].rstrip(b" \t\r")
        if not before.endswith(b":"):
            return -1, -1
        before = before[:-1].rstrip(b" \t\r")
        end = max(0, at - 16) + len(before)
        return self._token(end - 1) if before.endswith(b'"') else (-1, -1)

    def _key(self, start: int, end: int, value_at: int, out: list[Edit]) -> int:
        raw = self._line[start + 1 : end - 1]
        if self._e.token(self._line[start:end]) is not None:
            raise Undecided
        self._beside(raw, start)
        return self._below(raw, value_at, out) if self._e.telling(raw) else end

    def _beside(self, raw: bytes, start: int) -> None:
        """Hide what a key says of the keys beside it, or they of it: a name beside a mailbox address."""
        if not self._e.beside(raw) or not self._has_named(start):
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
                value, spot = _Parser(self._line).value(value_at, 0)
            except (NotJSON, RecursionError):
                raise Undecided from None
            made: list[Edit] = []
            edits(self._line, spot, value, self._e.named(rule, value, name), made)
            self._over += [(spot.start, spot.end, made)]

    def _has_named(self, start: int) -> bool:
        """Whether the line holds a key that such a rule is about, written in the same way as this one."""
        line = self._line
        entry = _KEY_BEFORE.search(line, max(0, start - 24), start) is not None
        known = self._named.get(entry)
        if known is None:
            known = self._e.named_keys[entry].search(line) is not None
            self._named[entry] = known
        return known

    def _entry(self, start: int, end: int, out: list[Edit]) -> int:
        """K of `{"key": K, "value": V}`."""
        raw = self._line[start + 1 : end - 1]
        edit = self._e.token(self._line[start:end])
        if edit is not None:
            raise Undecided
        self._beside(raw, start)
        if not self._e.telling(raw):
            return end
        value = _ENTRY.match(self._line, end)
        if value is None:
            raise Undecided
        return self._below(raw, value.end(), out)

    def _below(self, raw: bytes, value_at: int, out: list[Edit]) -> int:
        """What stands under a telling key, by the exact engine."""
        key = decode_string(b'"' + raw + b'"')
        try:
            value, spot = _Parser(self._line).value(value_at, 0)
        except (NotJSON, RecursionError):
            raise Undecided from None
        edits(self._line, spot, value, self._e.under(value, key), out)
        return spot.end

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
        key = _NUMBER_KEY.search(line, max(0, start - 256), start)
        if key is None:
            raise Undecided
        if key[1] == b"key" or b"Value" in key[1] or key[1] == b"value":
            raise Undecided
        value: Value
        try:
            value = json.loads(line[start:end])
        except ValueError:
            raise Undecided from None
        if isinstance(value, int | float) and not isinstance(value, bool):
            hidden = self._e.under(value, decode_string(b'"' + key[1] + b'"'))
            edits(line, Spot(start, end), value, hidden, out)
        return end

    def _decodes(self, at: int, start: int, end: int) -> bool:
        """Whether the run at a byte is base64 of text, so that its token is worth a look."""
        line = self._line
        left = at
        while left > start + 1 and at - left < 4096 and line[left - 1] in _ALPHABET:
            left -= 1
        run = _RUN.match(line, left, end)
        if run is None:
            return False
        begin = left + (at - 11 - left) % 4
        return unbase64(line[begin : min(run.end(), begin + 256)]) is not None or b"/" in run[0]

    def _token(self, at: int) -> tuple[int, int]:
        """The string token that holds a byte, or (-1, -1)."""
        line = self._line
        if at and line[at] == 34 and not self._is_escaped(at):
            start, end = self._token(at - 1)
            return (start, end) if end == at + 1 else self._looked_up(at)
        if self._starts is None:
            start = line.rfind(b'"', 0, at)
            for _ in range(_ESCAPED_QUOTES):
                if start <= 0 or not self._is_escaped(start):
                    break
                start = line.rfind(b'"', 0, start)
            else:
                return self._looked_up(at)
            if start < 0:
                return -1, -1
            match = _STRING.match(line, start)
            if match is None or match.end() <= at:
                return self._looked_up(at)
            inner = line[start + 1 : match.end() - 1].strip()
            if inner and (
                inner[:1] not in b":,]}" or inner[-1:] not in b":,[{" or _BETWEEN.fullmatch(inner) is None
            ):
                return start, match.end()
        return self._looked_up(at)

    def _is_escaped(self, at: int) -> bool:
        line, slashes = self._line, at
        while slashes and line[slashes - 1] == 92:
            slashes -= 1
        return (at - slashes) % 2 == 1

    def _looked_up(self, at: int) -> tuple[int, int]:
        """The same by reading the line's strings from its start, once."""
        if self._starts is None:
            self._starts = []
            for match in _STRING.finditer(self._line):
                self._starts.append(match.start())
                self._ends.append(match.end())
        n = bisect_right(self._starts, at) - 1
        return (self._starts[n], self._ends[n]) if n >= 0 and at < self._ends[n] else (-1, -1)


_ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
