"""The scan of raw bytes for places worth a look: hyperscan where it is installed, else re2, else `re`."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, TypeAlias

from inspector.redaction import engines
from inspector.redaction.cards import no_card
from inspector.redaction.plan import EVERY, Look, Plan, plan_names, plan_of
from inspector.redaction.triggers import _ASSIGNED, CARD_GROUPS, CARDS, Trigger

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import ModuleType

    from inspector.redaction.engine import Redactor

Mark: TypeAlias = tuple[Look, int, int]
"""What a place calls for, the rules it speaks for, and how far in front of the match's end it is."""
Found: TypeAlias = tuple[int, Look, int]


class Scanner:
    """Compiled once for a redactor. `places` says where to look in a block of whole lines."""

    def __init__(self, redactor: Redactor) -> None:
        self._scans = list(_shared(redactor))

    def also(self, names: Collection[str]) -> None:
        """Look for these names of people too."""
        plan = Plan()
        plan_names(names, plan)
        self._scans += _scans(plan)

    def places(self, block: bytes) -> list[Found]:
        """Where triggers end, what they call for and the rules they speak for, in order."""
        if block[-1:] not in _CLOSED:
            block += b"\n"
        out: list[Found] = []
        for scan in self._scans:
            scan(block, out)
        text = Look.TEXT
        out = [p for p in out if p[1] is text or not _idle(block, *p)]
        out.sort()
        return out


def _idle(block: bytes, end: int, look: Look, rules: int) -> bool:
    """Whether a place calls for nothing after all: digits that are no card's, or a key's word at a text's end."""
    if look is Look.CARD:
        return no_card(block, end)
    return look is Look.KEY and not rules and block[end - 1] in _QUOTE and _no_key(block, end)


_QUOTE = b'"\\'
_COLON = re.compile(rb'[\\"]+(?:[ \t\r\n]|\\+[nrt])*:')
_ENTRY = 24
"""Bytes in which the `"key":` in front of an entry's key stands, without the backslashes of JSON in strings."""
_FAR = _ENTRY + 4 * 255
"""The same with them: as many as the deepest level that is looked into puts before each of four quotes."""


def _no_key(block: bytes, end: int) -> bool:
    """Whether a word with the quote behind it is neither a key nor the K of `{"key": K, "value": V}`."""
    if _COLON.match(block, end - 1) is not None:
        return False
    quote = block.rfind(b'"', 0, end - 1)
    before = block[max(0, quote - _FAR) : max(0, quote)].translate(None, b"\\")
    return b"key" not in before[-_ENTRY:]


_CLOSED = (b"\n", b"}", b"]", b'"')
"""What a text may end with so that triggers that look at the byte behind a value fire on its last one too."""
_local = threading.local()
_KEPT = 8


def _shared(redactor: Redactor) -> list[Scan]:
    """The scans of a redactor, compiled once a thread: a database has one scratch space, which two can't share."""
    kept: dict[object, list[Scan]] = _local.__dict__.setdefault("kept", {})
    keys, fields = redactor.key_rules.rules, redactor.field_rules.paths
    names = frozenset(redactor.known_names)
    key = (engines.hyperscan() is None, redactor.rules, tuple(keys), tuple(fields), names)
    if key not in kept:
        while len(kept) >= _KEPT:
            del kept[next(iter(kept))]
        kept[key] = _scans(plan_of(redactor))
    return kept[key]


_LITERAL = re.compile(rb"(?:[A-Za-z0-9_ \t'\"`,;:!%&<>=@~/#\x80-\xff-]|\\[^A-Za-z0-9])+\Z")
_NUMBER = re.compile(rb"(?:\(\?:|\\\(|\\\)|\[)*(?:\\d|[0-9])")
_QUOTE_END = rb'[\\"]'


_JOINTS = ((b"[ _-]?", (b"", b" ", b"_", b"-")), (b"[-_]", (b"-", b"_")))


def _spellings(part: bytes) -> list[bytes]:
    """A pattern with each way to join its words: thousands of literals scan faster than one pattern of choices."""
    for joint, signs in _JOINTS:
        head, found, tail = part.partition(joint)
        if found:
            return [head + sign + rest for rest in _spellings(tail) for sign in signs]
    return [part]


def _literals(trigger: Trigger) -> list[bytes]:
    """The plain texts that a trigger stands for, where it is that simple and case doesn't matter."""
    if not trigger.caseless:
        return []
    body = trigger.pattern.removesuffix(_QUOTE_END)
    ends = (b"",) if body == trigger.pattern else (b'"', b"\\")
    if body.startswith(b"(?:") and body.endswith(b")"):
        body = body[3:-1]
    parts = [spelled for part in body.split(b"|") for spelled in _spellings(part)]
    if not all(_LITERAL.match(p) for p in parts):
        return []
    return [re.sub(rb"\\(.)", rb"\1", p) + end for p in parts for end in ends]


Scan: TypeAlias = "Callable[[bytes, list[Found]], None]"


def _scans(plan: Plan) -> list[Scan]:
    """Patterns of one nature together: a mixed database scans several times slower than each part alone."""
    module = engines.hyperscan()
    if module is None:
        return [_with_regex(list(plan.looks.items()))]
    literals: dict[bytes, Mark] = {}
    groups: dict[str, list[Trigger]] = {}
    for trigger, look in plan.looks.items():
        plain = _literals(trigger)
        for text in plain:
            before = literals.get(text, (look, 0, 0))
            literals[text] = (max(look, before[0]), before[1] | plan.rules[trigger], 0)
        if not plain:
            groups.setdefault(_group(trigger, look), []).append(trigger)
    scans = []
    if literals:
        scans.append(_hyperscan(module, list(literals), list(literals.values()), None))
    for trigger in groups.pop("base64", ()):
        scans.append(_once_a_run(module, trigger, plan.looks[trigger], plan.rules[trigger]))
    for group in groups.values():
        flags = [module.HS_FLAG_CASELESS if t.caseless else 0 for t in group]
        marks = [(plan.looks[t], plan.rules[t], t.behind) for t in group]
        scans.append(_hyperscan(module, [t.pattern for t in group], marks, flags))
    return scans


_AMONG = {
    "pairs": (b"[^0-9A-Zac-eg-mo-qsu-z_][2-6]", b"[^0-9A-Zac-eg-mo-qsu-z][A-Z]", rb"[A-Za-z]\d\d["),
    "trunk zeros": (rb"(?:^|[^0-9A-Za-z_.\-/:]", rb"[^0-9][.\-/:]0"),
    "words": (b"(?:rue|", rb"\d(?: ?[a-zA-Z])?"),
    "numbers": (
        *(b"[0-9a-f]-[0-9a-f]{8}", b"[ ,;|/n]0", rb"(?:^|\\u", rb"[A-Z]{4}\d", b"[STFGM]", rb"[A-Z]{1,2}\d"),
        rb"[A-Za-z0-9_-]{8}\.",
    ),
    "tokens": (b"[0-9a-zA-Z], ",),
    "assigned": (_ASSIGNED,),
}
"""What patterns begin with that share a database with others than they look like. Measured: one of another nature
makes a database several times slower, and which are alike to hyperscan can't be told by reading them."""


def _group(trigger: Trigger, look: Look) -> str:
    """Which patterns share a database."""
    pattern = trigger.pattern
    if look is Look.BASE64:
        return "base64"
    if trigger in CARDS or trigger in CARD_GROUPS:
        return "cards"
    for name, starts in _AMONG.items():
        if pattern.startswith(starts):
            return name
    if trigger.caseless or pattern.startswith(b"(?i)"):
        return "words"
    return "numbers" if _NUMBER.match(pattern) else "tokens"


def _hyperscan(
    module: ModuleType, expressions: list[bytes], marks: list[Mark], flags: list[int] | None
) -> Scan:
    """One database. Each pattern has an id of its own: with ids shared by thousands, compiling takes a minute."""
    database = module.Database()
    database.compile(
        expressions=[e.replace(b"\0", rb"\x00") for e in expressions] if flags is not None else expressions,
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=[module.HS_FLAG_CASELESS] * len(expressions) if flags is None else flags,
        literal=flags is None,
    )

    def scan(block: bytes, out: list[Found]) -> None:
        add = out.append

        def found(n: int, start: int, end: int, flags: int, context: object) -> None:
            look, rules, behind = marks[n]
            add((end - behind, look, rules))

        database.scan(block, match_event_handler=found)

    return scan


_IN_RUN = re.compile(rb"[A-Za-z0-9+/_-]*")


def _once_a_run(module: ModuleType, trigger: Trigger, look: Look, rules: int) -> Scan:
    """One place for each run of base64's letters: long ones would fire at every other byte."""
    database = module.Database()
    database.compile(expressions=[trigger.pattern], ids=[0], elements=1, flags=[0])
    ended: type[Exception] = module.ScanTerminated
    hits: list[int] = []

    def found(n: int, start: int, end: int, flags: int, context: object) -> bool:
        hits.append(end)
        return True

    def scan(block: bytes, out: list[Found]) -> None:
        view, at = memoryview(block), 0
        while True:
            try:
                database.scan(view[at:], match_event_handler=found)
                return
            except ended:
                end = at + hits.pop()
            out.append((end, look, rules))
            run = _IN_RUN.match(block, end)
            at = end if run is None else run.end()

    return scan


def _with_regex(group: list[tuple[Trigger, Look]]) -> Scan:
    """The same over re2 or `re`: an alternation per kind of look; only the first of overlapping places counts,
    so each look gets its own."""
    patterns: list[tuple[engines.Pattern | re.Pattern[bytes], Look, int]] = []
    alike: dict[tuple[Look, bool, int], list[bytes]] = {}
    for trigger, look in group:
        alike.setdefault((look, trigger.caseless, trigger.behind), []).append(trigger.pattern)
    for (look, caseless, behind), parts in alike.items():
        for n in range(0, len(parts), 40):
            joined = b"|".join(b"(?:" + p + b")" for p in parts[n : n + 40])
            patterns.append((engines.compile_raw(joined, caseless), look, behind))

    def scan(block: bytes, out: list[Found]) -> None:
        for pattern, look, behind in patterns:
            at = 0
            while True:
                match = pattern.search(block, at)
                if match is None:
                    break
                out.append((match.end() - behind, look, EVERY))
                at = max(match.start() + 1, match.end() - 1 - behind)

    return scan
