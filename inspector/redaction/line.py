"""One line of a stream: the exact path over the whole of it, and the short one around the places that fired."""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from inspector.redaction.assemble import CHUNK_KEYS
from inspector.redaction.escapes import escapes_of
from inspector.redaction.keys import dotted, words
from inspector.redaction.plan import EVERY, Unscannable
from inspector.redaction.positions import (
    Edit,
    NotJSON,
    Spot,
    decode_string,
    edit,
    edits,
    parse,
    read,
    splice,
)
from inspector.redaction.scanner import Scanner
from inspector.redaction.short import ShortPath, Undecided, partner_forms
from inspector.redaction.strings import is_json
from inspector.redaction.walk import NESTED, is_empty, is_schema, pieces_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Iterable, Iterator

    from inspector.model import Value
    from inspector.redaction.engine import Redactor
    from inspector.redaction.keys import KeyMatcher
    from inspector.redaction.result import RedactedValue
    from inspector.redaction.rule import KeyRule
    from inspector.redaction.scanner import Found

_REMEMBERED = 4 << 20
_LONGEST = 1 << 18


_OTHERWISE = re.compile(r"%[0-9A-Fa-f]{2}|&[#A-Za-z]")


def plain_text(text: str) -> bool:
    """Whether a text is no JSON and can be read in one way only: what no decoder of `shadows` would change."""
    if text[:1] in _STRUCTURE or not text.isascii() or "\\" in text or "\x1b" in text:
        return False
    return not ("%" in text or "&" in text) or _OTHERWISE.search(text) is None


def decoded(token: bytes) -> str:
    """A string token of the short path, decoded."""
    try:
        return decode_string(token)
    except NotJSON:
        raise Undecided from None


Became: TypeAlias = "dict[bytes, tuple[Edit, ...]]"
"""The edits of string tokens, with offsets in each."""
_NESTING = (b"{", b"[", b"\\", b" ")
"""What a token begins with, behind its quote, if it may hold JSON."""
_STRUCTURE = ("", "{", "[", '"', " ", "\t", "\n", "\r")


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
        self._tokens: Became = {}
        self._values: dict[tuple[bytes, bytes], tuple[Edit, ...]] = {}
        self._keys: dict[bytes, bool] = {}
        self._size = 0
        self._sensitive: dict[bytes, bool] = {}
        self._siblings: dict[bytes, tuple[tuple[bytes, bytes], ...]] = {}
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
        opened = self._opened(block, places)
        nested = self._below([path for *_, path in opened if path is not None])
        changed = at = 0
        for start, end, line, path in opened:
            new = self._edited(line, path, nested)
            if new is not line and new != line:
                if start > at:
                    write(block[at:start])
                write(new)
                changed += 1
                at = end
        if at < len(block):
            write(block[at:])
        return changed

    def _opened(self, block: bytes, places: list[Found]) -> list[tuple[int, int, bytes, ShortPath | None]]:
        """The lines in which something fired, and what the short path found in each, if it could."""
        out = []
        n = 0
        while n < len(places):
            position = places[n][0] - 1
            start = block.rfind(b"\n", 0, position) + 1 if position else 0
            end = block.find(b"\n", position)
            end = len(block) if end < 0 else end
            stop = bisect_left(places, end + 2, n, key=_behind)
            line = block[start:end]
            own = [(behind - start, look, rules) for behind, look, rules in places[n:stop]]
            out.append((start, end, line, self._visited(line, own)))
            n = stop
        return out

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
        self._forget()
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
        self._count([edit(0, len(body), text.pieces)])
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
        return [e.moved(bom) for e in made] if bom else made

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
        for one in made:
            for piece in one.pieces:
                if piece.finding is not None:
                    self._findings[piece.finding.type] += 1
                elif piece.failed:
                    self._findings["unredactable"] += 1

    # one line, around its places

    def _edited(self, line: bytes, path: ShortPath | None, nested: Became | None) -> bytes:
        """A line in which something fired."""
        if path is None:
            return self.whole(line)
        try:
            made = path.edits(self._nested(path.later, 1) if nested is None else nested)
        except Undecided:
            return self.whole(line)
        if not made:
            return line
        self._count(made)
        return splice(line, made)

    def _below(self, paths: list[ShortPath]) -> Became | None:
        """What becomes of the tokens that all these lines left for later; none where each is to be asked."""
        try:
            return self._nested({raw for path in paths for raw in path.later}, 1)
        except Undecided:
            return None

    def token(self, raw: bytes, fired: Callable[[], int] = lambda: EVERY) -> tuple[Edit, ...]:
        """What becomes of a string token that stands under no telling key; the edits' offsets are its own.

        `fired` tells the rules whose triggers fired in it, in bits: no other can find anything.
        """
        known = self._tokens.get(raw)
        if known is not None:
            return known
        rules = fired()
        if not rules and raw[1:2] not in _NESTING:
            return ()
        value = decoded(raw)
        if rules < 0 or not plain_text(value):
            return self._became(raw, value, self._walk.inside(value, (), "", 0, 0))
        escapes = escapes_of(raw)
        if escapes is None:
            return self._became(raw, value, self._r.judged_by(value, rules))
        found = self._r.content.find_by(value.encode("ascii"), rules)
        return self._kept(raw, [escapes.edit(f.start, f.end, (self._r.piece(f),)) for f in found])

    def _nested(self, raws: Iterable[bytes], depth: int) -> Became:
        """What becomes of string tokens that begin like JSON. What all of them hold is scanned as one block."""
        out: Became = {}
        fresh: list[tuple[bytes, str, bytes]] = []
        for raw in raws:
            known = self._tokens.get(raw)
            if known is None:
                value = decoded(raw)
                fresh.append((raw, value, value.encode("utf-8", "surrogatepass")))
            else:
                out[raw] = known
        if not fresh:
            return out
        each = self._places([text for *_, text in fresh]) if depth < NESTED else [[]] * len(fresh)
        paths = [self._visited(f[2], p) if depth < NESTED else None for f, p in zip(fresh, each, strict=True)]
        below = self._nested({raw for path in paths if path is not None for raw in path.later}, depth + 1)
        for (raw, value, text), path in zip(fresh, paths, strict=True):
            if path is None:
                out[raw] = self._became(raw, value, self._walk.inside(value, (), "", 0, 0))
                continue
            made = path.edits(below)
            escapes = escapes_of(raw) if made else None
            if escapes is None:
                out[raw] = self._became(raw, value, pieces_of(text, made, value))
            else:
                out[raw] = self._kept(raw, [escapes.edit(e.start, e.end, e.pieces) for e in made])
        return out

    def _places(self, texts: list[bytes]) -> list[list[Found]]:
        """The places of each of some texts, as if they were lines of one block."""
        assert self.scanner is not None
        out: list[list[Found]] = [[] for _ in texts]
        number, start, end = 0, 0, len(texts[0])
        for behind, look, rules in self.scanner.places(b"\n".join(texts)):
            while behind - 1 > end:
                number += 1
                start, end = end + 1, end + 1 + len(texts[number])
            out[number].append((behind - start, look, rules))
        return out

    def _visited(self, text: bytes, places: list[Found]) -> ShortPath | None:
        """A line, or JSON in a string, on the short path; none where only the exact one can tell."""
        if not is_json(text):
            return None
        path = ShortPath(self, text)
        try:
            path.visit(places)
        except Undecided:
            return None
        return path

    def _became(self, raw: bytes, value: str, redacted: RedactedValue) -> tuple[Edit, ...]:
        made: list[Edit] = []
        edits(raw, Spot(0, len(raw)), value, redacted, made)
        return self._kept(raw, made)

    def _kept(self, raw: bytes, made: list[Edit]) -> tuple[Edit, ...]:
        known = tuple(made)
        if self._remember(len(raw)):
            self._tokens[raw] = known
        return known

    def _remember(self, size: int) -> bool:
        """Whether what became of this many bytes is worth keeping; makes room where there is none."""
        if size > _LONGEST:
            return False
        if self._size > _REMEMBERED:
            self._forget()
        self._size += size + 200
        return True

    def _forget(self) -> None:
        self._tokens, self._values, self._keys, self._size = {}, {}, {}, 0

    def telling(self, raw: bytes) -> bool:
        """Whether a key (a token without its quotes) may decide over what stands under it."""
        known = self._sensitive.get(raw)
        if known is None:
            known = self._telling(decoded(b'"' + raw + b'"'))
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

    def sensitive_key(self, raw: bytes) -> bool:
        """Whether a key itself holds something to hide. A key is read as text, whatever it looks like."""
        known = self._keys.get(raw)
        if known is None:
            known = not self._r.judged(decoded(b'"' + raw + b'"'), ()).clean
            if self._remember(len(raw)):
                self._keys[raw] = known
        return known

    def beside(self, raw: bytes) -> bool:
        """Whether a key is part of a rule that looks at siblings."""
        return bool(self.partners(raw))

    def partners(self, raw: bytes) -> tuple[tuple[bytes, bytes], ...]:
        """The keys that such a rule wants beside this one, in the forms in which a line is searched for them."""
        known = self._siblings.get(raw)
        if known is None:
            segments = dotted(decode_string(b'"' + raw + b'"'))
            names = self._r.key_rules.partners(segments[-1]) if segments else ()
            known = partner_forms(raw, names)
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

    def below(self, raw: bytes, line: bytes, at: int, end: int, out: list[Edit]) -> int:
        """Judge what stands under a telling key, by the exact engine; where it ends.

        `end` is known of a mere text: what became of it is remembered. Of anything else it is -1.
        """
        place = (raw, line[at:end] if end > 0 else b"")
        known = self._values.get(place)
        if known is not None:
            out += [one.moved(at) for one in known]
            return end
        try:
            value, spot = read(line, at)
        except (NotJSON, RecursionError):
            raise Undecided from None
        made: list[Edit] = []
        edits(line, spot, value, self.under(value, decode_string(b'"' + raw + b'"')), made)
        out += made
        if spot.end == end and self._remember(end - at):
            self._values[place] = tuple([one.moved(-at) for one in made])
        return spot.end

    def under(self, value: Value, key: str) -> RedactedValue:
        return self._walk.under(value, (key,), "", 0, 0, ())


_behind = itemgetter(0)
