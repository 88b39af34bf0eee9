"""One text through every rule and every reading of it: what was found, merged, as byte ranges of the original."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from inspector.redaction.levels import rank
from inspector.redaction.placeholders import protect
from inspector.redaction.shadows import base64_runs, may_read_otherwise, readings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.redaction.matcher import Hit, Matcher, Reject
    from inspector.redaction.names import KnownNames
    from inspector.redaction.policy import Policy
    from inspector.redaction.shadows import Shadow


class Found(Struct, frozen=True, gc=False):
    """A range to be hidden, under the rule of the most severe finding in it."""

    start: int
    end: int
    type: str
    level: str
    operator: str
    rule: str
    value: str
    """The value as decoded where it was found, or the range itself where findings were merged."""


class Content:
    """Finds by look alone: patterns, known names, and both in the text's other readings."""

    def __init__(self, policy: Policy, matcher: Matcher, names: KnownNames) -> None:
        self._policy = policy
        self._matcher = matcher
        self._names = names
        self._known: dict[str, tuple[str, str]] = {}
        """Level and operator of each rule that has found something."""

    def find(
        self, text: bytes, keys: Callable[[], str], reject: Reject | None = None, deep: bool = True
    ) -> list[Found]:
        """Merged findings from left to right."""
        guarded, kept = protect(text)
        found = self._plain(guarded, keys(), reject)
        if deep and may_read_otherwise(guarded):
            for shadow in _ends(readings(guarded)):
                for one in self._plain(protect(shadow.text)[0], keys(), reject):
                    start, end = shadow.back(one.start, one.end)
                    found.append(_moved(one, start, end))
        if deep:
            for start, end, decoded in base64_runs(guarded):
                inner = self._plain(decoded, "", reject)
                for shadow in readings(decoded):
                    inner += self._plain(shadow.text, "", reject)
                found += [_moved(one, start, end) for one in inner]
        if not found:
            return []
        return _without(merge(found, text), kept, guarded)

    def find_by(self, text: bytes, rules: int) -> list[Found]:
        """The same by some of the rules alone, for a text that can be read in one way only."""
        guarded, kept = protect(text)
        found = [made for hit in self._matcher.find_by(guarded, rules) if (made := self._of(hit)) is not None]
        return _without(merge(found, text), kept, guarded) if found else []

    def _plain(self, text: bytes, keys: str, reject: Reject | None) -> list[Found]:
        out = [made for hit in self._matcher.find(text, keys, reject) if (made := self._of(hit)) is not None]
        if not self._names:
            return out
        for start, end, value in self._names.find(text):
            operator = self._policy.operator("name")
            if operator != "keep":
                out.append(
                    Found(start, end, "name", self._policy.level("name"), operator, "known_name", value)
                )
        return out

    def _of(self, hit: Hit) -> Found | None:
        rule = hit.rule
        known = self._known.get(rule.name)
        if known is None:
            operator = rule.operator or self._policy.operator(rule.type)
            known = self._known[rule.name] = (rule.level or self._policy.level(rule.type), operator)
        level, operator = known
        if operator == "keep":
            return None
        return Found(hit.start, hit.end, rule.type, level, operator, rule.name, hit.value)


def _ends(shadows: Iterator[Shadow]) -> list[Shadow]:
    """The first and the last reading: what lies between differs from them by one decoder."""
    every = list(shadows)
    return every if len(every) < 3 else [every[0], every[-1]]


def _moved(one: Found, start: int, end: int) -> Found:
    return Found(start, end, one.type, one.level, one.operator, one.rule, one.value)


def merge(found: list[Found], text: bytes) -> list[Found]:
    """Overlapping ranges become one, named after the most severe, then the longest, then the first of them."""
    out: list[Found] = []
    group: list[Found] = []
    end = -1
    for one in sorted(found, key=lambda f: (f.start, -f.end)):
        if one.start >= end and group:
            out.append(_union(group, text))
            group = []
        group.append(one)
        end = max(end, one.end) if len(group) > 1 else one.end
    if group:
        out.append(_union(group, text))
    return out


def _union(group: list[Found], text: bytes) -> Found:
    if len(group) == 1:
        return group[0]
    start, end = group[0].start, max(f.end for f in group)
    best = max(group, key=lambda f: (rank(f.level), f.end - f.start))
    whole = (best.start, best.end) == (start, end)
    value = best.value if whole else text[start:end].decode("utf-8", "replace")
    return Found(start, end, best.type, best.level, best.operator, best.rule, value)


def _without(found: list[Found], kept: list[tuple[int, int]], guarded: bytes) -> list[Found]:
    """Findings that hold more than what was hidden before."""
    if not kept:
        return found
    return [f for f in found if guarded[f.start : f.end].strip(b"\0 \t\r\n,;:.\"'()[]{}")]
