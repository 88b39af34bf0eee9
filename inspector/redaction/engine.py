"""The redactor: any value in, the same shape out, with every text cut into what is clean and what is hidden."""

from __future__ import annotations

import copy
import hashlib
import math
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from inspector.redaction.content import Content
from inspector.redaction.keys import KeyMatcher, words
from inspector.redaction.matcher import Matcher
from inspector.redaction.names import KnownNames, collect
from inspector.redaction.operators import Operators
from inspector.redaction.paths import FieldMatcher
from inspector.redaction.placeholders import UNREDACTABLE, is_placeholder
from inspector.redaction.policy import DEFAULT, Policy
from inspector.redaction.result import Finding, Piece, RedactedText
from inspector.redaction.rule import FieldRule
from inspector.redaction.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from inspector.model import Value
    from inspector.redaction.content import Found
    from inspector.redaction.matcher import Compiled, Reject
    from inspector.redaction.paths import Path
    from inspector.redaction.result import RedactedValue
    from inspector.redaction.rule import KeyRule, Rule
    from inspector.redaction.walk import Key

FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What may go wrong inside the engine; each ends in a hidden value, never in a shown one."""

FAILED = RedactedText((Piece(UNREDACTABLE, failed=True),))
EMPTY = RedactedText(())

_CACHED = 4096
"""Longest text, in characters, whose result is remembered."""


_PATHS = 16_384
"""Places whose words are remembered."""


@lru_cache(maxsize=_PATHS)
def _key_words(path: Path) -> str:
    return " ".join(words(p) for p in path if isinstance(p, str))


class Redactor:
    """One policy under one key. Safe to share between threads; hashes are equal within one redactor's key.

    `key` is 32 random bytes, one a store or run; without it a fresh one is drawn. `known_names` are people's
    names to find wherever they occur (see `names`).
    """

    def __init__(
        self,
        policy: Policy = DEFAULT,
        key: bytes | None = None,
        known_names: Collection[str] = (),
        encrypt: Callable[[str, str, str], str] | None = None,
    ) -> None:
        self.policy = policy
        rules = policy.rule_set()
        self.key_rules = KeyMatcher([k for k in rules.keys if policy.operator(k.type) != "keep"])
        self.field_rules = FieldMatcher(rules.fields)
        self.rules = tuple(r for r in rules.rules if (r.operator or policy.operator(r.type)) != "keep")
        self._matcher = Matcher(self.rules, policy.allows)
        self._names = KnownNames(known_names)
        self.content = Content(policy, self._matcher, self._names)
        self._operators = Operators(key or secrets.token_bytes(32), policy.hash_format, encrypt)
        self._treatment: dict[str, tuple[str, str]] = {}
        self._told: dict[Path, str] = {}
        self._remembered: dict[tuple[str, str], RedactedText] = {}
        self.keys: dict[str, Key] = {}
        """What the walk knows of keys, until more is known of what to hide."""
        self.walk = Walk(self)

    def under(self, key: bytes) -> Redactor:
        """The same policy and names under another key. Rules and matchers, which take long to make, are
        shared; names that are learned later aren't."""
        other = copy.copy(self)
        other._operators = self._operators.under(key)
        other._remembered, other.keys = {}, {}
        other.walk = Walk(other)
        return other

    def told(self) -> bytes | None:
        """What another process needs to do the same, key and names included, in one line for a pipe that
        nobody else can see. None where a value is encrypted by a function, which can't be told."""
        import pickle
        from base64 import b64encode

        key = self._operators.key_to_tell
        return None if key is None else b64encode(pickle.dumps((self.policy, key, self.known_names)))

    @staticmethod
    def from_told(line: bytes) -> Redactor:
        import pickle
        from base64 import b64decode

        # Our own parent wrote this line, into a pipe that it made for us.
        return Redactor(*pickle.loads(b64decode(line)))  # noqa: S301

    def fingerprint(self) -> str:
        """Equal where the same texts come out the same: by policy, rules, names and key, which stay hidden."""
        parts = [repr(self.policy), *sorted(self.known_names), self._operators.tag("fingerprint", "")]
        parts += [f"{r.name} {r.type} {r.pattern} {r.operator}" for r in self.rules]
        return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()

    @property
    def compiled(self) -> list[Compiled]:
        """The rules that are on, each with its checks."""
        return self._matcher.compiled

    @property
    def allow_hits(self) -> list[int]:
        """How often each allow entry of the policy let a value through."""
        return list(self._matcher.allowances.hits)

    @property
    def known_names(self) -> tuple[str, ...]:
        return tuple(self._names.names)

    def names(self, value: Value) -> set[str]:
        """The people's names that name fields in `value` state, to be handed in as `known_names`."""
        try:
            return collect(value, self.key_rules)
        except FAULTS:
            return set()

    def stated(self, windows: Iterable[bytes]) -> set[str]:
        """The same for the stored bytes of a whole store; windows overlap by `stated.OVERLAP`."""
        if not self.policy.enabled or not any(r.type == "name" for r in self.key_rules.rules):
            return set()
        from inspector.redaction.stated import StatedNames

        found = StatedNames(self)
        for window in windows:
            found.read(window)
        return found.names

    def with_names(self, names: Collection[str]) -> None:
        """Find these names too, from now on."""
        self._names = KnownNames({*self._names.names, *names})
        self.content = Content(self.policy, self._matcher, self._names)
        self._remembered, self.keys = {}, {}

    def text(self, text: str, path: Path = (), section: str = "attributes") -> RedactedText:
        """One text that stands at `path` (keys and list positions from the outside in)."""
        if not text or not self.policy.enabled:
            return RedactedText((Piece(text),)) if text else EMPTY
        try:
            value = self.walk.value(text, path, section)
            return value if isinstance(value, RedactedText) else FAILED
        except FAULTS:
            return FAILED

    def value(self, value: Value, path: Path = (), section: str = "attributes") -> RedactedValue:
        """Any value of the model; the same shape, but for what is hidden whole."""
        try:
            return self.walk.value(value, path, section)
        except FAULTS:
            return FAILED

    def mask(self, data: object) -> object:
        """Plain data in, plain data out, for masking callbacks: any type, nested in any way, fails closed."""
        from inspector.redaction.masking import mask

        return mask(self, data)

    # what the walk asks for

    def judged(self, text: str, path: Path) -> RedactedText:
        """A text by its content alone. Short ones are remembered, since stores repeat themselves."""
        keys = self._told.get(path)
        if keys is None:
            keys = self._tell(path)
        if len(text) > _CACHED:
            return self._judged(text, keys)
        key = (text, keys)
        known = self._remembered.get(key)
        if known is None:
            known = self._judged(*key)
            if len(self._remembered) >= 20_000:
                self._remembered = {}
            self._remembered[key] = known
        return known

    def judged_by(self, text: str, rules: int) -> RedactedText:
        """A plain ASCII text by some of the rules alone, as bits by their number."""
        raw = text.encode("ascii")
        return self._cut(text, raw, self.content.find_by(raw, rules))

    def _tell(self, path: Path) -> str:
        """The words of a path if they say anything to any rule: equal texts under other keys are judged once."""
        keys = _key_words(path)
        told = self._told[path] = keys if keys and self._matcher.hears(keys) else ""
        if len(self._told) > _PATHS:
            self._told.clear()
        return told

    def _judged(self, text: str, keys: str, reject: Reject | None = None) -> RedactedText:
        raw = text.encode("utf-8", "surrogatepass")
        sane = raw if text.isascii() or b"\xed" not in raw else _without_surrogates(text)
        return self._cut(text, raw, self.content.find(sane, lambda: keys, reject))

    def _cut(self, text: str, raw: bytes, found: list[Found]) -> RedactedText:
        """The text in pieces, what was found as placeholders."""
        if not found:
            return RedactedText((Piece(text),))
        pieces: list[Piece] = []
        at = 0
        for one in found:
            if one.start > at:
                pieces.append(Piece(raw[at : one.start].decode("utf-8", "surrogatepass")))
            pieces.append(self.piece(one))
            at = one.end
        if at < len(raw):
            pieces.append(Piece(raw[at:].decode("utf-8", "surrogatepass")))
        return RedactedText(tuple(pieces))

    def find(self, text: bytes, path: Path = ()) -> list[Found]:
        """What stands in a text, as byte ranges of its UTF-8."""
        return self.content.find(text, lambda: _key_words(path))

    def left_alone(self, text: bytes, keys: str) -> Iterator[tuple[Rule, int, int, str]]:
        """Findings that the policy lets through: by an allow entry, or by the operator keep."""
        for compiled in self._matcher.compiled:
            for hit in compiled.find(text, keys, None):
                if self._matcher.allowances and self._matcher.allowances.allows(
                    hit.rule.type, hit.value, False
                ):
                    yield hit.rule, hit.start, hit.end, "allowed by policy"
        kept = [r for r in self.policy.rule_set().rules if r not in self.rules]
        for hit in Matcher(kept).find(text, keys):
            yield hit.rule, hit.start, hit.end, "kept by policy"

    def piece(self, found: Found) -> Piece:
        shown, tag, operator = self._operators.apply(found.operator, found.type, found.value)
        return Piece(shown, Finding(found.type, found.level, operator, found.rule, tag))

    def whole(self, rule: KeyRule | FieldRule, value: Value) -> RedactedText:
        """A value hidden for its key or path, whatever it holds."""
        text = value if isinstance(value, str) else ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            text = str(value)
        if text and is_placeholder(text):
            return RedactedText((Piece(text),))
        operator, level = self._treated(rule.type)
        replacement = ""
        if isinstance(rule, FieldRule):
            operator, replacement, level = rule.operator, rule.replacement, rule.level or level
        if not text and operator in ("partial", "hash", "encrypt"):
            operator = "replace"
        shown, tag, operator = self._operators.apply(operator, rule.type, text, replacement)
        return RedactedText((Piece(shown, Finding(rule.type, level, operator, rule.name, tag)),))

    def _treated(self, type_: str) -> tuple[str, str]:
        """What the policy does with a type, and its level."""
        known = self._treatment.get(type_)
        if known is None:
            known = self._treatment[type_] = self.policy.operator(type_), self.policy.level(type_)
        return known

    def number(self, value: float, path: Path) -> RedactedText | None:
        """A number whose digits are a finding, or none. Times, counts and sizes are known by their keys."""
        if isinstance(value, float):
            if not math.isfinite(value) or not value.is_integer() or abs(value) >= 1e19:
                return None
            value = int(value)
        digits = str(value) if abs(value) < 10**40 else ""
        if len(digits) < 9:
            return None
        last = next((p for p in reversed(path) if isinstance(p, str)), "")
        if not _COUNTED.isdisjoint(words(last).replace("_", " ").replace(".", " ").split()):
            return None
        keys = _key_words(path)
        if not self._matcher.may_be_number(digits.encode(), keys):
            return None
        found = self.content.find(digits.encode(), lambda: keys, deep=False)
        if not found:
            return None
        best = max(found, key=lambda f: f.end - f.start)
        return RedactedText((self.piece(best),))


_COUNTED = frozenset(
    "time timestamp nano nanos ns us ms sec seconds duration latency elapsed start end started ended created updated"
    " expires expiry at count size bytes length offset seed hash version seq sequence index total tokens".split()
)


def _without_surrogates(text: str) -> bytes:
    """UTF-8 of the same length as with `surrogatepass`, lone surrogates as U+FFFD."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text).encode()
