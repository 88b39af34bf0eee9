"""The scan of raw bytes for places worth a look: hyperscan where it is installed, else re2, else `re`."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

from inspector.redaction import engines
from inspector.redaction.assemble import CHUNK_KEYS
from inspector.redaction.cards import no_card
from inspector.redaction.triggers import (
    _EDGE,
    CARD,
    FOREIGN,
    NEIGHBOURS,
    SHADOWS,
    Trigger,
    by_context,
    context_triggers,
    escaped_hints,
    key_trigger,
    trigger_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from types import ModuleType

    from inspector.redaction.engine import Redactor


class Look(IntEnum):
    """What a place calls for."""

    TEXT = 0
    """The string or number it is in is judged."""
    KEY = 1
    """And if that is a key, so is all that stands under it."""
    BASE64 = 2
    CARD = 3
    """The same, but for digits that can't be a card's number."""
    LINE = 4
    """The whole line is judged with all its keys."""


class Unscannable(Exception):
    """A rule for which no place can be told beforehand: every text is to be judged."""


def _plan(redactor: Redactor) -> dict[Trigger, Look]:
    """Every trigger that the redactor's rules, keys, fields, names and readings need."""
    out: dict[Trigger, Look] = {}
    context = tuple(dict.fromkeys(w for r in redactor.rules if by_context(r) for w in r.context))
    for trigger in context_triggers(context):
        out[trigger] = Look.KEY
    foreign = {*FOREIGN, *context, *(k for r in redactor.rules for k in r.keywords)}
    foreign |= {part for name in redactor.known_names for part in name.split()[:1]}
    for hint in escaped_hints(foreign):
        out[Trigger(re.escape(hint), True)] = Look.TEXT
    for rule in redactor.rules:
        if by_context(rule):
            continue
        triggers = trigger_of(rule)
        if not triggers:
            raise Unscannable
        for trigger in triggers:
            out[trigger] = Look.KEY if trigger.structural else Look.CARD if trigger is CARD else Look.TEXT
    for trigger in key_trigger(redactor.key_rules.rules):
        out[trigger] = Look.KEY
    for key_rule in redactor.key_rules.rules:
        siblings = key_rule.requires_sibling
        # A bare `name` is everywhere; what it needs beside it is rarer.
        for word in (siblings if "name" in key_rule.keys else key_rule.keys) if siblings else ():
            for spelled in {word, word.replace("_", ""), word.replace("_", "-")}:
                out[Trigger(re.escape(spelled).encode() + rb'[\\"]', True, True)] = Look.KEY
        for entry in key_rule.keys:
            if "." in entry:
                _nested(entry.split("."), out)
    for path in redactor.field_rules.paths:
        names = path.literals
        if not names:
            raise Unscannable
        last = path.segments[-1]
        form = re.escape(last).replace("_", "[-_]").encode()
        if last in names and names == path.segments:
            out[Trigger(form + rb'[\\"]', True, True)] = Look.KEY
            _nested(list(path.segments), out)
        else:
            out[Trigger(re.escape(names[0]).replace("_", "[-_]").encode(), True, True)] = Look.LINE
    for key in CHUNK_KEYS:
        out[Trigger(key.encode() + rb'[\\"]')] = Look.KEY
    for pattern in NEIGHBOURS:
        out[Trigger(pattern)] = Look.LINE
    for pattern in SHADOWS[:-1]:
        out[Trigger(pattern)] = Look.TEXT
    out[Trigger(SHADOWS[-1])] = Look.BASE64
    for name in redactor.known_names:
        for trigger in _name_triggers(name):
            out[trigger] = Look.TEXT
    return out


def _nested(segments: Sequence[str], out: dict[Trigger, Look]) -> None:
    """The outer key of a path of several, where something nests under it."""
    if len(segments) < 2:
        return
    head = re.escape(segments[0]).replace("_", "[-_]").encode()
    out[Trigger(head + rb'\\*"\s*:\s*\\*"?[\[{]', True, True)] = Look.KEY
    out[Trigger(rb'"key\\*"\s*:\s*\\*"' + head + rb'\\*"', True, True)] = Look.KEY


def _name_triggers(name: str) -> list[Trigger]:
    from inspector.redaction.triggers import _words

    return [Trigger(form, True) for word in name.split()[:1] for form in _words([word])]


class Scanner:
    """Compiled once for a redactor. `places` says where to look in a block of whole lines."""

    def __init__(self, redactor: Redactor) -> None:
        self._scans = _scans(_plan(redactor))

    def also(self, names: Collection[str]) -> None:
        """Look for these names of people too."""
        plan = {trigger: Look.TEXT for name in names for trigger in _name_triggers(name)}
        first = {part for name in names for part in name.split()[:1]}
        plan |= {Trigger(re.escape(hint), True): Look.TEXT for hint in escaped_hints(first)}
        self._scans += _scans(plan)

    def places(self, block: bytes) -> list[tuple[int, int]]:
        """End offsets and what they call for, in order."""
        out: list[tuple[int, int]] = []
        for scan in self._scans:
            scan(block, out)
        out = [p for p in out if p[1] != Look.CARD or not no_card(block, p[0] - 1)]
        out.sort()
        return out


_LITERAL = re.compile(rb"(?:[A-Za-z0-9_ \t'\"`,;:!%&<>=@~/#\x80-\xff-]|\\[^A-Za-z0-9])+\Z")
_NUMBER = re.compile(rb"(?:\(\?:|\\\(|\\\)|\[)*(?:\\d|[0-9])")
_QUOTE_END = rb'[\\"]'


def _literals(trigger: Trigger) -> list[bytes]:
    """The plain texts that a trigger stands for, where it is that simple and case doesn't matter."""
    if not trigger.caseless:
        return []
    body = trigger.pattern.removesuffix(_QUOTE_END)
    ends = (b"",) if body == trigger.pattern else (b'"', b"\\")
    if body.startswith(b"(?:") and body.endswith(b")"):
        body = body[3:-1]
    parts = body.split(b"|")
    if not all(_LITERAL.match(p) for p in parts):
        return []
    return [re.sub(rb"\\(.)", rb"\1", p) + end for p in parts for end in ends]


Scan: TypeAlias = "Callable[[bytes, list[tuple[int, int]]], None]"


def _scans(plan: dict[Trigger, Look]) -> list[Scan]:
    """Patterns of one nature together: a mixed database scans several times slower than each part alone."""
    module = engines.hyperscan()
    if module is None:
        return [_with_regex(list(plan.items()))]
    literals: dict[bytes, Look] = {}
    groups: dict[str, list[tuple[Trigger, Look]]] = {}
    for trigger, look in plan.items():
        plain = _literals(trigger)
        for text in plain:
            literals[text] = max(look, literals.get(text, look))
        if not plain:
            groups.setdefault(_group(trigger, look), []).append((trigger, look))
    scans = []
    if literals:
        scans.append(_hyperscan(module, list(literals), [int(k) for k in literals.values()], None))
    for group in groups.values():
        flags = [module.HS_FLAG_CASELESS if t.caseless else 0 for t, _ in group]
        scans.append(_hyperscan(module, [t.pattern for t, _ in group], [int(k) for _, k in group], flags))
    return scans


def _group(trigger: Trigger, look: Look) -> str:
    """Which patterns share a database: measured, since one of another nature makes it several times slower."""
    pattern = trigger.pattern
    if look is Look.BASE64:
        return "base64"
    if pattern.startswith(_EDGE) or b"[ABCDEHLMPRST" in pattern:
        return "edges"
    if rb"0[1-9]\d{0,4}" in pattern:
        return "trunk zeros"
    if b"){12}" in pattern:
        return "single digits"
    if trigger.caseless or pattern.startswith((b"(?i)", rb"\w(?:")) or _NUMBER.match(pattern):
        return "words and numbers"
    return "tokens"


def _hyperscan(
    module: ModuleType, expressions: list[bytes], looks: list[int], flags: list[int] | None
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

    def scan(block: bytes, out: list[tuple[int, int]]) -> None:
        add = out.append

        def found(n: int, start: int, end: int, flags: int, context: object) -> None:
            add((end, looks[n]))

        database.scan(block, match_event_handler=found)

    return scan


def _with_regex(group: list[tuple[Trigger, Look]]) -> Scan:
    """The same over re2 or `re`: an alternation per kind of look; only the first of overlapping places counts,
    so each look gets its own."""
    patterns: list[tuple[engines.Pattern | re.Pattern[bytes], int]] = []
    for look in Look:
        for caseless in (False, True):
            parts = [t.pattern for t, own in group if own is look and t.caseless is caseless]
            for n in range(0, len(parts), 40):
                joined = b"|".join(b"(?:" + p + b")" for p in parts[n : n + 40])
                patterns.append((engines.compile_raw(joined, caseless), int(look)))

    def scan(block: bytes, out: list[tuple[int, int]]) -> None:
        for pattern, look in patterns:
            at = 0
            while True:
                match = pattern.search(block, at)
                if match is None:
                    break
                out.append((match.end(), look))
                at = max(match.start() + 1, match.end() - 1)

    return scan
