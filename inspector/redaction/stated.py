"""People's names that name fields state, found in stored bytes without reading them as what they are.

A key that may be a name's is looked for, in JSON at any depth of JSON within strings. Only where its value
looks like a name are the keys beside it read, up and down from there, as `names.collect` would see them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from inspector.redaction import engines
from inspector.redaction.keys import dotted
from inspector.redaction.names import usable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from inspector.redaction.engine import Redactor
    from inspector.redaction.rule import KeyRule

OVERLAP = 16 << 10
"""Bytes that a window should share with the one before it."""
_AROUND = 8 << 10
_LONGEST_KEY = 80
_STEP = 512
_REFUSALS = 50
"""So often a text may stand under a mere `name` that is nobody's before it is passed over."""
_KNOWN = 100_000
_COLON = re.compile(rb"[ \t\r\n]*:")
_ENTRY = re.compile(rb'"key\\*"[ \t\r\n]*:[ \t\r\n]*\\*"\Z')
_KEYED = re.compile(rb'"key\\*"[ \t\r\n]*:[ \t\r\n]*\\*"([^"\\]{1,80})\\*"')
_TEXT = rb'((?:[^"\\{}\[\]@/:=<>_\n]|\\+u[0-9a-fA-F]{4}){2,160})\\*"'
_TYPED = rb'(?:\{[ \t\r\n]*\\*"string_?[vV]alue\\*"[ \t\r\n]*:[ \t\r\n]*)?\\*"'
_STATED = re.compile(
    rb'(\\*")[ \t\r\n]*(?::[ \t\r\n]*' + _TYPED + _TEXT
    + rb'|,(?:[^{}\[\]]{0,60},)?[ \t\r\n]*\\*"value\\*"[ \t\r\n]*:[ \t\r\n]*' + _TYPED + _TEXT + rb")"
)  # fmt: skip
"""What follows a key up to the end of its text: a colon or, in a list of keys and values, `"value"`."""
_ESCAPE = re.compile(rb"\\+u([0-9a-fA-F]{4})")


class StatedNames:
    """`names` grows with every window of bytes that is read. For one thread."""

    def __init__(self, redactor: Redactor) -> None:
        self.names: set[str] = set()
        self._keys = redactor.key_rules
        rules = [r for r in redactor.key_rules.rules if r.type == "name"]
        paths = [k.split(".") for r in rules for k in r.keys if "." in k]
        self._ends = _finder(_words(rules)) if rules else None
        self._below = {path[-1] for path in paths}
        """Keys that say something under the right other one."""
        self._telling = _forms({path[-2] for path in paths}.union(*(r.requires_sibling for r in rules)))
        """Keys beside or above one that make it a name's."""
        self._refused: dict[tuple[bytes, bytes], int] = {}
        self._done: set[tuple[bytes, bytes]] = set()

    def read(self, data: bytes) -> None:
        for key_end in () if self._ends is None else self._ends(data):
            match = _STATED.match(data, key_end)
            if match is None:
                continue
            key_at = data.rfind(b'"', max(0, key_end - _LONGEST_KEY), key_end) + 1
            group = 2 if match[2] is not None else 3
            key, value = data[key_at:key_end], match[group]
            if not key_at or (key, value) in self._done:
                continue
            text = _decoded(value)
            if not usable(text):
                self._settle(key, value)
            elif group == 3 and not _ENTRY.search(data, max(0, key_at - 40), key_at):
                continue
            elif self._states(key, data, key_at, match.end(1), match.end(group), entry=group == 3):
                self.names.add(text.strip())
                self._settle(key, value)
            else:
                self._refuse(key, value)

    def _settle(self, key: bytes, value: bytes) -> None:
        if len(self._done) < _KNOWN:
            self._done.add((key, value))

    def _refuse(self, key: bytes, value: bytes) -> None:
        count = self._refused[key, value] = self._refused.get((key, value), 0) + 1
        if count >= _REFUSALS or len(self._refused) > _KNOWN:
            self._settle(key, value)
            del self._refused[key, value]

    def _states(self, raw: bytes, data: bytes, key_at: int, key_end: int, end: int, *, entry: bool) -> bool:
        """Whether a key, as it stands in the data, is a name's: by itself, by what it is in or is beside."""
        key = raw.decode("utf-8", "replace")
        rule = self._keys.match(key)
        if rule is not None:
            return rule.type == "name"
        beside = self._keys.by_sibling(key)
        if beside is None and key.rpartition(".")[2].lower() not in self._below:
            return False
        if entry:
            around = data[max(0, key_at - _AROUND) : end + _AROUND]
            keys = [k.decode("utf-8", "replace") for k in _KEYED.findall(around)]
            return beside is not None and beside.type == "name" and self._keys.has_sibling(beside, key, keys)
        slashes = key_end - 1 - (key_at + len(raw))
        around = data[max(0, key_at - _AROUND) : end + _AROUND].lower()
        quote = b"\\" * slashes + b'":'
        if not any(word + quote in around for word in self._telling):
            return False
        above, before = _before(data, key_at - 1 - slashes, slashes)
        rule = self._keys.match(key, above)
        if rule is not None:
            return rule.type == "name"
        if beside is None or beside.type != "name":
            return False
        if self._keys.has_sibling(beside, key, before):
            return True
        return self._keys.has_sibling(beside, key, _after(data, end + slashes + 1, slashes))


def _words(rules: list[KeyRule]) -> list[bytes]:
    """The last words of all keys of names: whatever ends in none of them is no such key."""
    words = {dotted(k)[-1].replace("_", "") for rule in rules for k in rule.keys if dotted(k)}
    return [w.encode() for w in sorted(words) if not any(w != o and w.endswith(o) for o in words)]


def _forms(keys: set[str]) -> list[bytes]:
    return sorted({k.replace("_", joint).encode() for k in keys for joint in ("_", "-", "", " ")})


def _finder(words: list[bytes]) -> Callable[[bytes], Iterable[int]]:
    """Where a word ends that is followed by a quote or its escape."""
    forms = [word + end for word in words for end in (b'"', b"\\")]
    module = engines.hyperscan()
    if module is None:
        pattern = engines.compile_raw(b"|".join(map(re.escape, forms)), True)
        return lambda data: (m.end() - 1 for m in pattern.finditer(data))
    database = module.Database()
    database.compile(
        expressions=forms,
        ids=[0] * len(forms),
        elements=len(forms),
        flags=[module.HS_FLAG_CASELESS] * len(forms),
        literal=True,
    )

    def ends(data: bytes) -> list[int]:
        out: list[int] = []
        add = out.append
        database.scan(data, match_event_handler=lambda n, start, end, flags, context: add(end - 1))
        return out

    return ends


def _decoded(value: bytes) -> str:
    """A JSON string's text, however deep in other strings it stands; the only escapes are `\\uXXXX`."""
    if b"\\" not in value:
        return value.decode("utf-8", "replace")
    units = _ESCAPE.sub(lambda m: chr(int(m[1], 16)).encode("utf-8", "surrogatepass"), value)
    return (
        units.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


@cache
def _token(slashes: int) -> re.Pattern[bytes]:
    """Quotes of one depth, and brackets."""
    return re.compile(rb"(?<!\\)" + rb"\\" * slashes + rb'"|[{}\[\]]')


def _backwards(data: bytes, at: int, slashes: int) -> Iterator[tuple[int, bytes]]:
    """Tokens before `at`, the nearest first."""
    end, least = at, max(0, at - _AROUND)
    while end > least:
        start = max(least, end - _STEP)
        for match in reversed(list(_token(slashes).finditer(data, start, end))):
            yield match.start(), match[0]
        end = start


def _before(data: bytes, at: int, slashes: int) -> tuple[str, list[str]]:
    """The key of the object in which the key at `at` stands, and the keys before it there."""
    keys: list[str] = []
    depth, closing = 0, -1
    for here, token in _backwards(data, at, slashes):
        if token.endswith(b'"'):
            if closing < 0:
                closing = here
                continue
            if depth in (0, -1) and _COLON.match(data, closing + slashes + 1):
                key = data[here + slashes + 1 : closing].decode("utf-8", "replace")
                if depth < 0:
                    return key, keys
                keys.append(key)
            elif depth < 0:
                return "", keys
            closing = -1
        elif closing < 0:
            depth += 1 if token in b"}]" else -1
            if depth < -1:
                return "", keys
    return "", keys


def _after(data: bytes, at: int, slashes: int) -> Iterator[str]:
    """The keys of the same object that come behind `at`."""
    depth, opening = 0, -1
    for match in _token(slashes).finditer(data, at, at + _AROUND):
        here, token = match.start(), match[0]
        if token.endswith(b'"'):
            if opening < 0:
                opening = here
                continue
            if depth == 0 and _COLON.match(data, here + slashes + 1):
                yield data[opening + slashes + 1 : here].decode("utf-8", "replace")
            opening = -1
        elif opening < 0:
            depth += 1 if token in b"{[" else -1
            if depth < 0:
                return
