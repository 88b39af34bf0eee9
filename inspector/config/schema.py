"""The registry of keys for editors (JSON schema) and for people (a table of every key)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from inspector.config import check
from inspector.config.keys import KEYS, Key, Type, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema: TypeAlias = dict[str, Value]

_DURATION = r"^[0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h|d|w|y)$"
_SIZE = r"^[0-9]+(\.[0-9]+)?(b|[kmgt]i?b)?$"
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_TYPES: dict[Type, Schema] = {
    Type.TEXT: {"type": "string"},
    Type.FLAG: {"type": "boolean"},
    Type.WHOLE: {"type": "integer", "minimum": 0},
    Type.NUMBER: {"type": "number"},
    Type.SHARE: {"type": "number", "minimum": 0, "maximum": 1},
    Type.DURATION: {"type": "string", "pattern": _DURATION},
    Type.SIZE: {"type": ["string", "integer"], "pattern": _SIZE, "minimum": 0},
    Type.PATH: {"type": "string", "minLength": 1},
    Type.CHOICE: {"type": "string"},
    Type.TEXTS: _TEXTS,
    Type.PATHS: _TEXTS,
    Type.OPEN: {},
}


def schema() -> Schema:
    """JSON Schema (2020-12) of inspector.toml."""
    top = _table(check.tree())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "inspector.toml", **top}


def _node(node: check.Node) -> Schema:
    if node.key is not None:
        return _key(node.key)
    row = node.below.get("[]")
    return {"type": "array", "items": _table(row)} if row is not None else _table(node)


def _table(node: check.Node) -> Schema:
    out: Schema = {"type": "object"}
    named: dict[str, Value] = {n: _node(b) for n, b in node.below.items() if n != "*"}
    if named:
        out["properties"] = named
    out["additionalProperties"] = _node(node.below["*"]) if "*" in node.below else False
    return out


def _key(key: Key) -> Schema:
    out: Schema = {**_TYPES[key.type], "description": key.help}
    if key.choices:
        out["enum"] = list(key.choices)
    if key.default is not None:
        out["default"] = key.default
    return out


def reference() -> Iterator[str]:
    """Lines of Markdown: a table of keys for each section."""
    section = None
    for key in KEYS:
        head = key.name.partition(".")[0] if "." in key.name else ""
        if head != section:
            section = head
            yield from ("", f"## `[{head}]`" if head else "## At the top", "")
            yield from ("| key | takes | default | what it does |", "|---|---|---|---|")
        yield f"| `{key.name}` | {_takes(key)} | {_default(key)} | {key.help.replace('|', '&#124;')} |"


def _takes(key: Key) -> str:
    if key.choices:
        return ", ".join(f"`{c}`" for c in key.choices)
    return "" if key.type is Type.OPEN else key.type.value


def _default(key: Key) -> str:
    return "" if key.default is None else f"`{written(key.default)}`"


def written(value: Value) -> str:
    """A value in TOML's notation, as in a file or a variable."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
        case list():
            return "[" + ", ".join(written(v) for v in value) + "]"
        case dict():
            return "{" + ", ".join(f"{written(k)} = {written(v)}" for k, v in value.items()) + "}"
    return repr(value)
