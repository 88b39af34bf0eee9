"""The way through a value: keys give context, sensitive keys hide what is below, texts are judged."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from inspector.model import Multimap
from inspector.redaction.assemble import groups
from inspector.redaction.placeholders import UNREDACTABLE
from inspector.redaction.positions import Edit, NotJSON, edits, parse
from inspector.redaction.result import Piece, RedactedList, RedactedMap, RedactedText
from inspector.redaction.rule import KeyRule

if TYPE_CHECKING:
    from inspector.model import Value
    from inspector.redaction.engine import Redactor
    from inspector.redaction.engines import TextPattern
    from inspector.redaction.paths import Path
    from inspector.redaction.result import RedactedValue
    from inspector.redaction.rule import FieldRule

Pairs: TypeAlias = "tuple[tuple[str, Value], ...]"

DEEPEST = 400
NESTED = 8
"""Levels of JSON within JSON strings that are read as JSON."""

WRAPPERS = frozenset(
    (
        "stringValue",
        "intValue",
        "doubleValue",
        "boolValue",
        "bytesValue",
        "arrayValue",
        "kvlistValue",
        "string_value",
        "int_value",
        "double_value",
        "bool_value",
        "bytes_value",
        "array_value",
        "kvlist_value",
    )
)
"""OTLP's typed values: `{"stringValue": …}` stands for the text itself."""

_SCHEMA_TYPES = frozenset(("string", "number", "integer", "boolean", "object", "array", "null"))


def is_schema(value: Value) -> bool:
    """A JSON schema of a parameter, which says what a value looks like and holds none."""
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    return isinstance(kind, str) and kind in _SCHEMA_TYPES and "value" not in value


def is_empty(value: Value) -> bool:
    """What a sensitive key may hold openly: nothing, or yes and no."""
    return value is None or isinstance(value, bool) or value == "" or value == [] or value == {}


def wrapped(value: Value) -> str:
    """The name of the OTLP wrapper that a value is, or nothing."""
    if isinstance(value, dict) and len(value) == 1:
        (name,) = value
        if name in WRAPPERS:
            return name
    return ""


def entry_key(item: Value) -> str | None:
    """K of an entry `{"key": K, "value": V}` as OTLP and Jaeger write maps."""
    if isinstance(item, dict) and "value" in item:
        key = item.get("key")
        if isinstance(key, str):
            return key
    return None


_BLOCKED = KeyRule("blocked_key", "blocked", ())
_KEYS = 65_536
"""Keys of which it is remembered what they say."""


class Key(Struct, gc=False):
    """A key by itself."""

    shown: RedactedText
    clean: bool
    silent: bool
    """Whether it is no reason to hide what stands under it, wherever it stands."""


class Walk:
    """Recursion over values; holds no state of its own."""

    def __init__(self, redactor: Redactor) -> None:
        self._r = redactor
        self._keys = redactor.policy.keys
        self._ignored = frozenset(self._keys.ignored)
        self._allowed = frozenset(self._keys.allowed)
        self._blocked = _blocked(self._keys.blocked_patterns)
        self._strict = not self._keys.allow_all
        self._plain_items = not (redactor.field_rules and redactor.field_rules.any)

    def _learn(self, key: str) -> Key:
        shown = self._r.judged(key, ()) if key else _NOTHING
        known = Key(shown, shown.clean, self._silent(key))
        if len(self._r.keys) < _KEYS:
            self._r.keys[key] = known
        return known

    def _silent(self, key: str) -> bool:
        return (
            key not in self._ignored
            and not (self._r.field_rules and self._r.field_rules.may(key))
            and self._r.key_rules.silent(key)
            and not self._hides(key)
        )

    def value(self, value: Value, path: Path, section: str, nested: int = 0, depth: int = 0) -> RedactedValue:
        """A value by its place and its content."""
        if not self._r.policy.enabled:
            return as_it_is(value)
        if path:
            rule = self.rule_at(path, section, path[-2] if len(path) > 1 else "")
            if rule is not None and not (is_empty(value) or is_schema(value)):
                return self.hidden(rule, value)
        return self.inside(value, path, section, nested, depth)

    def rule_at(self, path: Path, section: str, above: str | int) -> KeyRule | FieldRule | None:
        """The rule that hides whatever stands at `path`; a field rule beats a key rule."""
        r = self._r
        found = r.field_rules.match(path, section) if r.field_rules else None
        if found is not None:
            return found if found.operator != "keep" else None
        last = path[-1]
        return (
            r.key_rules.match(last, above if isinstance(above, str) else "")
            if isinstance(last, str)
            else None
        )

    def hidden(self, rule: KeyRule | FieldRule, value: Value) -> RedactedValue:
        """A value hidden whole; OTLP's wrapper stays, as text."""
        wrapper = wrapped(value)
        if wrapper and isinstance(value, dict):
            inner = value[wrapper]
            if is_empty(inner) or "bool" in wrapper:
                return as_it_is(value)
            name = "string_value" if "_" in wrapper else "stringValue"
            return RedactedMap(((RedactedText((Piece(name),)), self._r.whole(rule, inner)),))
        return self._r.whole(rule, value)

    def inside(self, value: Value, path: Path, section: str, nested: int, depth: int) -> RedactedValue:
        """A value by its content, its own place being no reason to hide it."""
        if isinstance(value, str):
            return self.text(value, path, section, nested) if value else _NOTHING
        if isinstance(value, dict) and depth <= DEEPEST:
            return self.pairs(tuple(value.items()), path, section, nested, depth, value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            hidden = self._r.number(value, path)
            if hidden is None and isinstance(value, float) and not math.isfinite(value):
                return value
            return value if hidden is None else hidden
        if depth > DEEPEST:
            return RedactedText((Piece(UNREDACTABLE, failed=True),))
        if isinstance(value, list):
            return self.items(value, path, section, nested, depth)
        if isinstance(value, Multimap):
            return self.pairs(value.pairs, path, section, nested, depth, None)
        if isinstance(value, bytes):
            return self.bytes(value, path)
        # The types say that nothing else comes; a plug-in format may not have read them.
        return RedactedText((Piece(UNREDACTABLE, failed=True),))

    def text(self, text: str, path: Path, section: str, nested: int) -> RedactedValue:
        """A text; JSON in it is walked like any value and edited where it stands."""
        if text[0] in _BEGINNINGS and nested < NESTED and may_be_json(text):
            raw = text.encode("utf-8", "surrogatepass")
            try:
                value, spot = parse(raw)
            except NotJSON:
                return self._r.judged(text, path)
            redacted = self.inside(value, path, section, nested + 1, 0)
            made: list[Edit] = []
            edits(raw, spot, value, redacted, made)
            return pieces_of(raw, made, text)
        return self._r.judged(text, path)

    def pairs(
        self, pairs: Pairs, path: Path, section: str, nested: int, depth: int, whole: dict[str, Value] | None
    ) -> RedactedValue:
        if whole is not None and len(whole) == 1 and pairs[0][0] in WRAPPERS:
            name, below = pairs[0]
            return RedactedMap(((_SHOWN[name], self.inside(below, path, section, nested, depth + 1)),))
        keys = self._r.keys
        out: list[tuple[RedactedText, RedactedValue]] = []
        entry = entry_key(whole) if whole is not None else None
        clean = True
        for key, value in pairs:
            known = keys.get(key) or self._learn(key)
            clean &= known.clean
            if entry is not None and key == "value":
                made = self.under(value, (*path, entry), section, nested, depth, ())
            elif known.silent:
                made = self.inside(value, (*path, key), section, nested, depth + 1)
            else:
                made = self.under(value, (*path, key), section, nested, depth, pairs)
            out.append((known.shown, made))
        return RedactedMap(tuple(out) if clean else apart(out))

    def under(
        self, value: Value, path: Path, section: str, nested: int, depth: int, siblings: Pairs
    ) -> RedactedValue:
        """What stands under a key, the last of `path`."""
        key = str(path[-1])
        if (self._r.keys.get(key) or self._learn(key)).silent:
            return self.inside(value, path, section, nested, depth + 1)
        if key in self._ignored:
            return as_it_is(value)
        above = path[-2] if len(path) > 1 else ""
        rule = self.rule_at(path, section, above)
        if rule is None and siblings:
            maybe = self._r.key_rules.by_sibling(key)
            if maybe is not None and self._r.key_rules.has_sibling(maybe, key, [k for k, _ in siblings]):
                rule = maybe
        if rule is None and self._hides(key):
            rule = _BLOCKED
        if rule is not None and not (is_empty(value) or is_schema(value)):
            return self.hidden(rule, value)
        return self.inside(value, path, section, nested, depth + 1)

    def _hides(self, key: str) -> bool:
        if self._strict and key not in self._allowed and key not in WRAPPERS:
            return True
        return any(p.search(key) is not None for p in self._blocked)

    def items(self, values: list[Value], path: Path, section: str, nested: int, depth: int) -> RedactedValue:
        if values and all(entry_key(v) is not None for v in values):
            return self.entries(values, path, section, nested, depth)
        each = self.inside if self._plain_items else self.value
        out = [each(v, (*path, n), section, nested, depth + 1) for n, v in enumerate(values)]
        return RedactedList(tuple(groups(self._r, values, out, path)))

    def entries(
        self, values: list[Value], path: Path, section: str, nested: int, depth: int
    ) -> RedactedValue:
        """A list of `{"key": K, "value": V}`: one map for what keys say of each other."""
        together = tuple([(str(entry_key(v)), v["value"]) for v in values if isinstance(v, dict)])
        keys = self._r.keys
        out: list[RedactedValue] = []
        for value in values:
            if not isinstance(value, dict):
                continue
            own = str(entry_key(value))
            pairs: list[tuple[RedactedText, RedactedValue]] = []
            clean = True
            for key, below in value.items():
                known = keys.get(key) or self._learn(key)
                clean &= known.clean
                if key == "value":
                    made = self.under(below, (*path, own), section, nested, depth + 1, together)
                else:
                    made = self.under(below, (*path, key), section, nested, depth + 1, ())
                pairs.append((known.shown, made))
            out.append(RedactedMap(tuple(pairs) if clean else apart(pairs)))
        return RedactedList(tuple(out))

    def bytes(self, value: bytes, path: Path) -> RedactedText:
        """Bytes are shown as base64, judged by what they decode to."""
        decoded = self._r.judged(value.decode("utf-8", "replace"), path)
        found = next((p.finding for p in decoded.pieces if p.finding is not None), None)
        if found is not None:
            return RedactedText((Piece(f"[REDACTED:{found.type}]", found),))
        if not decoded.clean:
            return decoded
        return RedactedText((Piece(base64.b64encode(value).decode("ascii")),))


def apart(
    pairs: list[tuple[RedactedText, RedactedValue]],
) -> tuple[tuple[RedactedText, RedactedValue], ...]:
    """Keys that became equal by redaction are told apart by a number."""
    seen = {str(k) for k, _ in pairs if k.clean}
    out: list[tuple[RedactedText, RedactedValue]] = []
    for key, value in pairs:
        if key.clean:
            out.append((key, value))
            continue
        shown, n = str(key), 1
        while shown in seen:
            n += 1
            shown = f"{key}#{n}"
        seen.add(shown)
        out.append((key if n == 1 else RedactedText((*key.pieces, Piece(f"#{n}"))), value))
    return tuple(out)


def as_it_is(value: Value) -> RedactedValue:
    """A value that the policy lets through unjudged."""
    if isinstance(value, str):
        return RedactedText((Piece(value),)) if value else RedactedText(())
    if isinstance(value, dict):
        return RedactedMap(tuple((RedactedText((Piece(k),)), as_it_is(v)) for k, v in value.items()))
    if isinstance(value, Multimap):
        return RedactedMap(tuple((RedactedText((Piece(k),)), as_it_is(v)) for k, v in value.pairs))
    if isinstance(value, list):
        return RedactedList(tuple(as_it_is(v) for v in value))
    if isinstance(value, bytes):
        return RedactedText((Piece(base64.b64encode(value).decode("ascii")),))
    return value


def may_be_json(text: str) -> bool:
    """Whether a text begins and ends like JSON that holds texts."""
    stripped = text.strip(" \t\r\n")
    if len(stripped) < 2:
        return False
    return (stripped[0], stripped[-1]) in _ENDS


_BEGINNINGS = frozenset('{["' + " \t\r\n")
_SHOWN = {name: RedactedText((Piece(name),)) for name in WRAPPERS}
_NOTHING = RedactedText(())
_ENDS = frozenset((("{", "}"), ("[", "]"), ('"', '"')))


def pieces_of(raw: bytes, made: list[Edit], text: str) -> RedactedText:
    """The edited document as pieces; each edit keeps its JSON quotes."""
    if not made:
        return RedactedText((Piece(text),))
    pieces: list[Piece] = []
    at = 0
    for edit in made:
        if edit.start > at:
            pieces.append(Piece(raw[at : edit.start].decode("utf-8", "surrogatepass")))
        pieces += edit.pieces
        at = edit.end
    if at < len(raw):
        pieces.append(Piece(raw[at:].decode("utf-8", "surrogatepass")))
    return RedactedText(tuple(pieces))


def _blocked(patterns: tuple[str, ...]) -> list[TextPattern]:
    from inspector.redaction import engines

    return [engines.compile_text(p) for p in patterns]
