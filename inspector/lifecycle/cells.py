"""The texts inside one stored cell, JSON in texts opened, and the cell with other texts in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import orjson

from inspector.stores.json_cut import Cut, Put, cut

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.model import Value

Path: TypeAlias = "tuple[str | int, ...]"
Swap: TypeAlias = "Callable[[Value, Path], str | None]"
"""Asked for each text, and for each object that may be a sealed value or hold one alone; gives the text to put there, as JSON, or
none. The path is the way in the cell, without the way inside a text."""
_DEEPEST: Final = 20


def swapped(content: bytes, swap: Swap) -> bytes | None:
    """The cell with what `swap` gives put in; None where it gives nothing."""
    whole = _json(content)
    if whole is None or isinstance(whole, str | int | float | bool):
        return _plain(content, whole, swap)
    if isinstance(whole, dict) and "__encrypted__" in whole:
        new = swap(whole, ())  # what was a plain text in its column becomes one again
        return None if new is None else _bare(new)
    cuts: dict[Path, Cut] = {}
    _walk(whole, (), swap, cuts)
    return cut(content, cuts) if cuts else None


def _bare(new: str) -> bytes:
    value = orjson.loads(new)
    return value.encode() if isinstance(value, str) else new.encode()


def _plain(content: bytes, whole: Value, swap: Swap) -> bytes | None:
    """A column that is a text, or a JSON text that holds one."""
    if isinstance(whole, str):
        new = _text(whole, (), swap, 0)
        return None if new is None else new.encode()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    new = swap(text, ())
    return None if new is None else _bare(new)


def _walk(value: Value, path: Path, swap: Swap, cuts: dict[Path, Cut]) -> None:
    stack: list[tuple[Path, Value]] = [(path, value)]
    while stack:
        at, one = stack.pop()
        if isinstance(one, str):
            new = _text(one, at, swap, 0)
            if new is not None:
                cuts[at] = Put(new.encode())
        elif isinstance(one, list):
            stack += [((*at, i), item) for i, item in enumerate(one)]
        elif isinstance(one, dict):
            new = swap(one, at) if "__encrypted__" in one or len(one) == 1 else None
            if new is not None:
                cuts[at] = Put(new.encode())
            else:
                stack += [((*at, key), below) for key, below in one.items()]


def _text(text: str, at: Path, swap: Swap, depth: int) -> str | None:
    """JSON to put in the place of a text; JSON inside it is opened and shut again."""
    new = swap(text, at)
    if new is not None or depth >= _DEEPEST or text[:1] not in ('"', "{", "["):
        return new
    inner = _json(text.encode("utf-8", "surrogatepass"))
    if isinstance(inner, str):
        below = _text(inner, at, swap, depth + 1)
        return None if below is None else orjson.dumps(below).decode()
    if not isinstance(inner, dict | list):
        return None
    cuts: dict[Path, Cut] = {}
    # What is inside belongs to whom the text belongs: its own way isn't told.
    _walk(inner, (), lambda value, path: swap(value, at), cuts)
    made = cut(text.encode(), cuts) if cuts else None
    return None if made is None else orjson.dumps(made.decode()).decode()


def _json(content: bytes) -> Value:
    try:
        found: Value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return found
