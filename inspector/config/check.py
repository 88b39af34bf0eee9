"""What may stand where: the registry as a tree, checks of single values, the nearest known key."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from inspector.config.keys import KEYS, Key, Type, Value
from inspector.config.units import duration, size

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEY_LIKE = re.compile(r"[A-Za-z0-9_-]{1,24}(\[\])?")
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class Node(Struct):
    """One name of the tree; `key` where a value stands, `below` where more names follow."""

    key: Key | None = None
    below: dict[str, Node] = field(default_factory=dict)

    def child(self, name: str) -> Node | None:
        found = self.below.get(name)
        return self.below.get("*") if found is None and name != "[]" else found

    @property
    def open(self) -> bool:
        return self.key is not None and self.key.type is Type.OPEN


@cache
def tree() -> Node:
    top = Node()
    for key in KEYS:
        node = top
        for name in key.path:
            node = node.below.setdefault(name, Node())
        node.key = key
    return top


def find(path: Iterable[str]) -> Node | None:
    """The node for a path of names; an open key covers everything below it."""
    node: Node | None = tree()
    for name in path:
        if node is None or node.open:
            return node
        node = node.child(name)
    return node


class BadValue(Exception):
    """Why a value doesn't fit; the sentence never quotes it."""


def shown(name: str) -> str:
    """A key as written, where it looks like one; a secret pasted in its place isn't repeated."""
    return f"`{name}`" if all(_KEY_LIKE.fullmatch(part) for part in name.split(".")) else "a key"


def check(key: Key, value: object, base: Path | None) -> Value:
    """The value as it is kept. Paths are made absolute from `base`. Raises BadValue."""
    match key.type:
        case Type.OPEN:
            return _plain(value)
        case Type.FLAG if isinstance(value, bool):
            return value
        case Type.WHOLE if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        case Type.NUMBER | Type.SHARE if isinstance(value, int | float) and not isinstance(value, bool):
            if key.type is Type.NUMBER or 0 <= value <= 1:
                return value
        case Type.TEXT if isinstance(value, str):
            return value
        case Type.CHOICE if isinstance(value, str):
            return _choice(key, value)
        case Type.DURATION if isinstance(value, str) and duration(value) is not None:
            return value
        case Type.SIZE if isinstance(value, str) and size(value) is not None:
            return value
        case Type.SIZE if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        case Type.PATH if isinstance(value, str) and value:
            return _path(value, base)
        case Type.TEXTS | Type.PATHS if isinstance(value, list):
            texts = [v for v in value if isinstance(v, str)]
            if len(texts) == len(value):
                return [_path(t, base) if key.type is Type.PATHS else t for t in texts]
    raise BadValue(f"wants {key.type.value}")


def _choice(key: Key, value: str) -> str:
    if value in key.choices:
        return value
    near = nearest(value, key.choices)
    likely = f', most likely "{near}"' if near else ""
    raise BadValue("wants one of " + ", ".join(f'"{c}"' for c in key.choices) + likely)


def _path(value: str, base: Path | None) -> str:
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise BadValue("names a home folder that isn't known") from None
    if path.is_absolute():
        return str(path)
    if base is None:
        raise BadValue("wants an absolute path here")
    return str(base / path)


def _plain(value: object) -> Value:
    match value:
        case bool() | int() | float() | str():
            return value
        case list():
            return [_plain(v) for v in value]
        case dict():
            return {str(k): _plain(v) for k, v in value.items()}
    raise BadValue("is a date or time; write it in quotes")


def from_text(key: Key, text: str) -> object:
    """A value typed as text (environment, option), in the shape that its type wants."""
    match key.type:
        case Type.FLAG:
            word = text.strip().lower()
            return True if word in _TRUE else False if word in _FALSE else text
        case Type.WHOLE | Type.NUMBER | Type.SHARE:
            return _number(text)
        case Type.TEXTS | Type.PATHS:
            return (
                toml(text)
                if text.lstrip().startswith("[")
                else [t.strip() for t in text.split(",") if t.strip()]
            )
        case Type.OPEN:
            bracketed = text.lstrip()[:1] in ("[", "{")
            word = text.strip().lower()
            return toml(text) if bracketed else word == "true" if word in ("true", "false") else text
    return text


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(text: str) -> object:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def toml(text: str) -> object:
    """One value in TOML's notation."""
    import tomllib

    try:
        return tomllib.loads("value = " + text)["value"]
    except (tomllib.TOMLDecodeError, RecursionError, KeyError):
        raise BadValue("wants a value in TOML's notation") from None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like a mistyped one, or none."""
    import difflib

    by_folded = {k.lower(): k for k in known}
    found = difflib.get_close_matches(name.lower()[:80], by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def hint(path: tuple[str, ...]) -> str:
    """What to do about a key that isn't known: the nearest, or the section's keys."""
    parent: Node | None = tree()
    depth = 0
    while depth < len(path) and parent is not None and (below := parent.child(path[depth])) is not None:
        parent, depth = below, depth + 1
    written = ".".join(path).replace(".[]", "[]")
    here = [n for n in parent.below if n != "*" and n != "[]"] if parent is not None else []
    if depth < len(path) and (near := nearest(path[depth], here)):
        fixed = ".".join((*path[:depth], near, *path[depth + 1 :])).replace(".[]", "[]")
        return (
            f"Did you mean `{fixed}`?"
            if find((*path[:depth], near, *path[depth + 1 :]))
            else f"Did you mean `{near}`?"
        )
    names = {k.name for k in KEYS}
    tails = {k.name.rpartition(".")[2]: k.name for k in KEYS}
    near = nearest(written, names) or ((tail := nearest(path[-1], tails)) and tails[tail])
    if near:
        return f"Did you mean `{near}`?"
    if here:
        return "Known here: " + ", ".join(sorted(here)) + "."
    return "See `inspector config schema` for every key."


def nearest_variable(name: str) -> str | None:
    return nearest(name, [v for k in KEYS if (v := k.variable)])
