"""Every place a redactor wants to look at: its triggers, what each calls for, and which rules it speaks for."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

from inspector.redaction.assemble import CHUNK_KEYS
from inspector.redaction.triggers import (
    CARDS,
    FOREIGN,
    NEIGHBOURS,
    SHADOWS,
    Trigger,
    _words,
    by_context,
    context_triggers,
    escaped_hints,
    key_trigger,
    trigger_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from inspector.redaction.engine import Redactor

EVERY = -1
"""All rules, and every reading of the text: as a set of rules in bits, the one that holds each."""


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


class Plan:
    """Trigger -> what it calls for, and the rules that it speaks for in bits, by their number."""

    def __init__(self) -> None:
        self.looks: dict[Trigger, Look] = {}
        self.rules: dict[Trigger, int] = {}

    def add(self, trigger: Trigger, look: Look, rules: int = 0) -> None:
        self.looks[trigger] = max(look, self.looks.get(trigger, look))
        self.rules[trigger] = self.rules.get(trigger, 0) | rules


def plan_of(redactor: Redactor) -> Plan:
    """Every trigger that the redactor's rules, keys, fields, names and readings need."""
    out = Plan()
    _of_rules(redactor, out)
    _of_keys(redactor, out)
    _of_fields(redactor, out)
    for key in CHUNK_KEYS:
        out.add(Trigger(key.encode() + rb'[\\"]'), Look.KEY)
    for pattern in NEIGHBOURS:
        out.add(Trigger(pattern), Look.LINE)
    for pattern in SHADOWS[:-1]:
        out.add(Trigger(pattern), Look.TEXT, EVERY)
    out.add(Trigger(SHADOWS[-1]), Look.BASE64, EVERY)
    plan_names(redactor.known_names, out)
    return out


def _of_rules(redactor: Redactor, out: Plan) -> None:
    bits = {rule.name: 1 << n for n, rule in enumerate(redactor.rules)}
    by_words = [r for r in redactor.rules if by_context(r)]
    context = tuple(dict.fromkeys(w for r in by_words for w in r.context))
    together = sum(bits[r.name] for r in by_words)
    for trigger in context_triggers(context):
        out.add(trigger, Look.KEY, together)
    foreign = {*FOREIGN, *context, *(k for r in redactor.rules for k in r.keywords)}
    for hint in escaped_hints(foreign):
        out.add(Trigger(re.escape(hint), True), Look.TEXT, EVERY)
    for rule in redactor.rules:
        if by_context(rule):
            continue
        triggers = trigger_of(rule)
        if not triggers:
            raise Unscannable
        for trigger in triggers:
            look = Look.KEY if trigger.structural else Look.CARD if trigger in CARDS else Look.TEXT
            out.add(trigger, look, bits[rule.name])


def _of_keys(redactor: Redactor, out: Plan) -> None:
    for trigger in key_trigger(redactor.key_rules.rules):
        out.add(trigger, Look.KEY)
    for rule in redactor.key_rules.rules:
        siblings = rule.requires_sibling
        # A bare `name` is everywhere; what it needs beside it is rarer.
        for word in (siblings if "name" in rule.keys else rule.keys) if siblings else ():
            for spelled in {word, word.replace("_", ""), word.replace("_", "-")}:
                out.add(Trigger(re.escape(spelled).encode() + rb'[\\"]', True, True), Look.KEY)
        for entry in rule.keys:
            if "." in entry:
                _nested(entry.split("."), out)


def _of_fields(redactor: Redactor, out: Plan) -> None:
    for path in redactor.field_rules.paths:
        names = path.literals
        if not names:
            raise Unscannable
        last = path.segments[-1]
        form = re.escape(last).replace("_", "[-_]").encode()
        if last in names and names == path.segments:
            out.add(Trigger(form + rb'[\\"]', True, True), Look.KEY)
            _nested(list(path.segments), out)
        else:
            out.add(Trigger(re.escape(names[0]).replace("_", "[-_]").encode(), True, True), Look.LINE)


def _nested(segments: Sequence[str], out: Plan) -> None:
    """The outer key of a path of several, where something nests under it."""
    if len(segments) < 2:
        return
    head = re.escape(segments[0]).replace("_", "[-_]").encode()
    out.add(Trigger(head + rb'\\*"\s*:\s*\\*"?[\[{]', True, True), Look.KEY)
    out.add(Trigger(rb'"key\\*"\s*:\s*\\*"' + head + rb'\\*"', True, True), Look.KEY)


def plan_names(names: Collection[str], out: Plan) -> None:
    """Look for these names of people."""
    first = {part for name in names for part in name.split()[:1]}
    for form in _words(sorted(first)):
        out.add(Trigger(form, True), Look.TEXT, EVERY)
    for hint in escaped_hints(first):
        out.add(Trigger(re.escape(hint), True), Look.TEXT, EVERY)
