"""Every rule over one text: candidates by keyword, exact spans by the linear engine, then the checks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from inspector.redaction import engines
from inspector.redaction.checks.words import entropy
from inspector.redaction.rule import keyed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from inspector.redaction.policy import Allow
    from inspector.redaction.rule import Rule
    from inspector.redaction.validators import Validator

Reject: TypeAlias = "Callable[[Rule, int, int, str], None]"
"""Called with rule, start, end and reason for each near miss."""

BEFORE, AFTER = 60, 30
"""Characters around a value in which a context word counts."""
_WINDOW = 256
_RETRIES = 12
_CHECKED = 1024
"""Bytes of a value up to which a validator may clear it; a longer one, glued to others, is hidden whole."""
_DOUBLED = bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)[(n - 48) % 10] for n in range(256))
_HEARD = 16_384
"""Paths of which it is remembered whether they say anything."""
_NEVER = re.compile(r"(?!)")
_DIGIT = re.compile(rb"[0-9][^A-Za-z]{0,3}[0-9]")
"""Built-in rules without a keyword are about numbers, which have two digits near each other."""
_CONTROL = re.compile(rb"[\t\n\r]")


class Hit(Struct, frozen=True, gc=False):
    """One value that a rule found: byte offsets, and the value as decoded where it was found."""

    start: int
    end: int
    rule: Rule
    value: str


def luhn(digits: bytes) -> bool:
    """ISO/IEC 7812-1's check over ASCII digits."""
    return (
        sum(digits[-1::-2]) - 48 * len(digits[-1::-2]) + sum(digits[-2::-2].translate(_DOUBLED))
    ) % 10 == 0


def context_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Any of `words` standing alone, in lower-cased text; a plural counts."""
    each = "|".join(re.escape(w.lower()).replace(r"\ ", "[ _-]?") for w in words)
    return re.compile(rf"(?<![a-z])(?:{each})(?:e?s)?(?![a-z])")


def _stem(word: str) -> tuple[str, re.Pattern[str] | None]:
    """A context word, or the first of several with the pattern of them all."""
    low = word.lower()
    first = low.split(" ")[0]
    return (low, None) if first == low else (first, context_pattern([low]))


def _alone(stem: str, whole: re.Pattern[str] | None, near: str) -> bool:
    """Whether a word that is in a lower-cased text stands alone there; a plural counts."""
    if whole is not None:
        return whole.search(near) is not None
    at = near.find(stem)
    while at >= 0:
        end = at + len(stem)
        if not "a" <= near[at - 1 : at] <= "z" and any(
            near.startswith(plural, end) and not "a" <= near[end + len(plural) : end + len(plural) + 1] <= "z"
            for plural in ("", "s", "es")
        ):
            return True
        at = near.find(stem, at + 1)
    return False


_PARAMETER = re.compile(rb"&(?:amp;)?[A-Za-z_][\w.\[\]-]{0,40}=")


def _to_next_parameter(text: bytes, start: int, end: int) -> int:
    """Where a value ends that runs into the next parameter of a form or a URL: `pwd=X&next=/home`."""
    if text[start - 1 : start] in (b'"', b"'", b"`"):
        return end
    found = _PARAMETER.search(text, start + 3, end)
    return end if found is None else found.start()


class Compiled:
    """One rule, compiled at its first use."""

    __slots__ = (
        "_allow",
        "_context",
        "_group",
        "_parameter",
        "_search",
        "_stems",
        "_validate",
        "rule",
        "stopwords",
        "words",
    )

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._search: engines.Search | None = None
        self._group = 0
        self._allow: list[engines.TextPattern] | None = None
        self._validate: Validator | None = None
        self._context: re.Pattern[str] | None = None
        self.stopwords = rule.stopwords
        self._parameter = rule.type.startswith("credential") and "(?P<value>" in rule.pattern
        self._stems: list[tuple[str, re.Pattern[str] | None]] | None = None
        self.words = [word.encode() for word in rule.keywords]

    @property
    def search(self) -> engines.Search:
        if self._search is None:
            self._search, self._group = engines.compile_search(self.rule.pattern)
        return self._search

    @property
    def validate(self) -> Validator | None:
        if self._validate is None and self.rule.validator:
            from inspector.redaction.validators import VALIDATORS

            self._validate = VALIDATORS[self.rule.validator]
        return self._validate

    @property
    def context(self) -> re.Pattern[str] | None:
        if self._context is None and self.rule.context:
            self._context = context_pattern(self.rule.context)
        return self._context

    def may_stand_in(self, low: bytes) -> bool:
        """Whether a text in small letters holds a keyword of the rule, or the digits that others are about."""
        if self.words:
            return any(word in low for word in self.words)
        return self.rule.custom or _DIGIT.search(low) is not None

    def in_context(self, text: str) -> bool:
        context = self.context
        return context is not None and context.search(text) is not None

    def says(self, near: str) -> bool:
        """The same as `in_context`, word by word: few stand in a text at all, and the pattern tries each of them
        at each of its letters."""
        if self._stems is None:
            self._stems = [_stem(word) for word in self.rule.context]
        return any(stem in near and _alone(stem, whole, near) for stem, whole in self._stems)

    def allowed(self, value: str) -> bool:
        if not self.rule.allow:
            return False
        if self._allow is None:
            self._allow = [engines.compile_text(p) for p in self.rule.allow]
        return any(p.fullmatch(value) is not None for p in self._allow)

    def judge(self, text: bytes, start: int, end: int, keys: str) -> tuple[str, str]:
        """The value at a match and why it is no finding; the reason is empty where it is one."""
        value = text[start:end].decode("utf-8", "replace")
        rule = self.rule
        if rule.entropy and entropy(value) < rule.entropy:
            return value, "entropy"
        if self.stopwords:
            low = value.lower()
            if any(word in low for word in self.stopwords):
                return value, "stopword"
        if self.allowed(value):
            return value, "allowlist"
        context, validate = self.context, self.validate
        if context is None and validate is None:
            return value, ""
        before = text[max(0, start - _WINDOW) : start].decode("utf-8", "ignore")
        after = text[end : end + _WINDOW].decode("utf-8", "ignore")
        if context is not None:
            near = f"{before[-BEFORE:]} {after[:AFTER]}".lower()
            if not self.says(near) and not (keys and keyed(rule) and context.search(keys)):
                return value, "context"
        if (
            validate is not None
            and end - start <= _CHECKED
            and not validate(value, before + value + after, len(before), len(before) + len(value))
        ):
            return value, "validator"
        return value, ""

    def find(self, text: bytes, keys: str, reject: Reject | None) -> Iterable[Hit]:
        """Findings from left to right. After a match that fails a check the search goes on one byte later,
        a bounded number of times in a row, so that a number next to another doesn't hide it."""
        found = self.search(text, 0)
        return self._from(found, text, keys, reject) if found is not None else ()

    def _from(
        self, found: engines.Spans | None, text: bytes, keys: str, reject: Reject | None
    ) -> Iterator[Hit]:
        """The findings from a match on."""
        search = self.search
        group = self._group
        at, tries = 0, 0
        while found is not None:
            whole_start, whole_end = found[0]
            start, end = found[group]
            if self._parameter:
                end = _to_next_parameter(text, start, end)
            if start < 0:
                start, end = whole_start, whole_end
            value, reason = self.judge(text, start, end, keys)
            if not reason and end > start:
                yield Hit(start, end, self.rule, value)
                at, tries = max(end, whole_start + 1), 0
            else:
                if reject is not None:
                    reject(self.rule, start, end, reason)
                tries += 1
                at = whole_start + 1 if tries < _RETRIES and start == whole_start else max(end, at + 1)
                if at >= whole_end:
                    tries = 0
            if at >= len(text):
                return
            found = search(text, at)


class Allowances:
    """The policy's allow entries, compiled; hits are counted, and what nearly hit is noted."""

    def __init__(self, allows: Sequence[Allow]) -> None:
        self.hits = [0] * len(allows)
        self._entries = [
            (a.type, frozenset(a.exact), [engines.compile_text(p) for p in a.patterns]) for a in allows
        ]

    def __bool__(self) -> bool:
        return bool(self._entries)

    def allows(self, type_: str, value: str, count: bool = True) -> bool:
        for n, (own, exact, patterns) in enumerate(self._entries):
            if own and own != type_ and not type_.startswith(own + "."):
                continue
            if value in exact or any(p.fullmatch(value) is not None for p in patterns):
                self.hits[n] += count
                return True
        return False

    def unmatchable(self, rules: Sequence[Rule]) -> list[int]:
        """Entries that can match none of their types' values whole, going by the rules' examples."""
        out = []
        for n, (own, exact, patterns) in enumerate(self._entries):
            types = [r for r in rules if not own or r.type == own or r.type.startswith(own + ".")]
            whole = [engines.compile_text(r.pattern) for r in types]
            if exact and not patterns and not any(p.search(v) is not None for v in exact for p in whole):
                out.append(n)
        return out


class Matcher:
    """All rules that are on. Compiles a rule when a text first holds one of its keywords."""

    def __init__(self, rules: Sequence[Rule], allows: Sequence[Allow] = ()) -> None:
        self.compiled = [Compiled(r) for r in rules]
        self.allowances = Allowances(allows)
        self._by_keyword: list[tuple[str, tuple[int, ...]]] = []
        words: dict[str, list[int]] = {}
        self._always: list[int] = []
        self._custom: list[int] = []
        self._words: Callable[[bytes], list[int]] | None = None
        self._shapes: Callable[[bytes], list[int]] | None = None
        self._shape_rules: list[int] = []
        self._keyed: re.Pattern[str] | None = None
        self._key_rules: dict[str, tuple[int, ...]] = {}
        self._heard: dict[str, bool] = {}
        for n, rule in enumerate(rules):
            if not rule.keywords:
                (self._custom if rule.custom else self._always).append(n)
            for word in rule.keywords:
                words.setdefault(word, []).append(n)
        self._by_keyword = [(w, tuple(ns)) for w, ns in words.items()]

    def candidates(self, text: bytes, keys: str = "") -> list[Compiled]:
        """The rules with a keyword in `text`, or their context in its key, and those that need neither."""
        if self._words is None:
            self._words = engines.compile_words(tuple(w for w, _ in self._by_keyword))
        spoken = self._words(text)
        shaped = self._by_shape(text) if self._always and _DIGIT.search(text) is not None else ()
        if not (spoken or shaped or keys or self._custom):
            return []
        on = set(shaped)
        for n in spoken:
            on.update(self._by_keyword[n][1])
        on.update(self._custom)
        if keys:
            on.update(self._by_key(keys))
        return [self.compiled[n] for n in sorted(on)]

    def _by_key(self, keys: str) -> tuple[int, ...]:
        """The rules about personal numbers whose context stands in a key."""
        known = self._key_rules.get(keys)
        if known is None:
            found = (n for n, c in enumerate(self.compiled) if keyed(c.rule) and c.context is not None)
            known = tuple(n for n in found if self.compiled[n].in_context(keys))
            if len(self._key_rules) < 16384:
                self._key_rules[keys] = known
        return known

    def _by_shape(self, text: bytes) -> list[int]:
        """The rules without a keyword whose trigger fires, in the text or in its JSON form."""
        if self._shapes is None:
            from inspector.redaction.triggers import trigger_of

            pairs = [(t, n) for n in self._always for t in trigger_of(self.compiled[n].rule)]
            self._shape_rules = [n for _, n in pairs]
            self._shapes = engines.compile_shapes(tuple((t.pattern, t.caseless) for t, _ in pairs))
        # Triggers look at the bytes on either side too.
        text = b"\n%b\n" % text
        on = self._shapes(text)
        if _CONTROL.search(text, 1, len(text) - 1) is not None:
            on = on + self._shapes(_CONTROL.sub(rb"\\n", text))
        return [self._shape_rules[n] for n in on]

    def may_be_number(self, digits: bytes, keys: str) -> bool:
        """Whether bare digits could be a finding: a card by its check digit, an 18-digit id, or by their key."""
        if self._custom or len(digits) == 18 or (12 < len(digits) < 20 and luhn(digits)):
            return True
        return self.hears(keys)

    def hears(self, keys: str) -> bool:
        """Whether the words of a path could be some rule's context."""
        known = self._heard.get(keys)
        if known is None:
            if self._keyed is None:
                words = {w for c in self.compiled if keyed(c.rule) for w in c.rule.context}
                self._keyed = context_pattern(sorted(words)) if words else _NEVER
            known = self._keyed.search(keys) is not None
            if len(self._heard) < _HEARD:
                self._heard[keys] = known
        return known

    def find_by(self, text: bytes, rules: int) -> Iterator[Hit]:
        """The findings of some rules, as bits by their number, in a text without a key."""
        low = b""
        while rules:
            bit = rules & -rules
            rules ^= bit
            compiled = self.compiled[bit.bit_length() - 1]
            for hit in compiled.find(text, "", None):
                low = low or text.lower()
                if not compiled.may_stand_in(low):
                    break
                if not (self.allowances and self.allowances.allows(hit.rule.type, hit.value)):
                    yield hit

    def find(self, text: bytes, keys: str = "", reject: Reject | None = None) -> list[Hit]:
        """Every finding of every rule, overlaps included. `keys` is the lower-cased key path."""
        return [
            hit
            for compiled in self.candidates(text, keys)
            for hit in compiled.find(text, keys, reject)
            if not (self.allowances and self.allowances.allows(hit.rule.type, hit.value))
        ]
