"""One place that values come from, flattened: a tuple of names -> value, with the line of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from inspector.config import check
from inspector.config.keys import variable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.config.keys import Value
    from inspector.errors import UsageError

Names: TypeAlias = tuple[str, ...]
MAX_DEPTH = 20


class Layer(Struct, frozen=True):
    kind: str
    """profile, file, environment, option."""
    label: str
    """The profile's name, or the file's path; empty for the rest."""
    installed: bool
    """Whether it belongs to the machine or its user, rather than to this one run."""
    values: dict[Names, Value]
    lines: dict[Names, int] = field(default_factory=dict)

    def source(self, names: Names) -> str:
        match self.kind:
            case "file":
                line = line_of(self.lines, names)
                return f"file {self.label}:{line}" if line else f"file {self.label}"
            case "environment":
                return f"environment {variable(names)}"
            case "profile":
                return f"profile {self.label}"
        return self.kind


def line_of(lines: dict[Names, int], names: Names) -> int:
    """The line of a key, or of the nearest table around it; 0 if even that isn't known."""
    for length in range(len(names), 0, -1):
        if line := lines.get(names[:length], 0):
            return line
    return 0


Complain: TypeAlias = "Callable[[Names, str, str], UsageError]"


def flatten(table: dict[str, object], base: Path | None, complain: Complain) -> dict[Names, Value]:
    """The checked values of a nested table. `complain(names, what, fix)` makes the error for a place.

    A list of tables is one value: a later file replaces it whole.
    """
    out: dict[Names, Value] = {}
    _walk(table, (), check.tree(), base, complain, out)
    return out


def _walk(
    table: dict[str, object],
    names: Names,
    node: check.Node,
    base: Path | None,
    complain: Complain,
    out: dict[Names, Value],
) -> None:
    if not table and names:
        out[names] = {}
    if len(names) > MAX_DEPTH:
        raise complain(names, "is nested too deep", "Write fewer levels.")
    for name, value in table.items():
        path = (*names, name)
        below = node if node.open else node.child(name)
        if below is None:
            raise complain(path, "is no key of inspector's", check.hint(path))
        if isinstance(value, dict) and (below.open or below.below) and "[]" not in below.below:
            _walk(value, path, below, base, complain, out)
        else:
            out[path] = _leaf(value, path, below, base, complain)


def _leaf(value: object, path: Names, node: check.Node, base: Path | None, complain: Complain) -> Value:
    row = node.below.get("[]")
    if row is not None:
        return [_row(v, (*path, "[]"), row, base, complain) for v in _tables(value, path, complain)]
    if node.key is None:
        raise complain(path, "is a section, not a value", f"Write its keys under `[{'.'.join(path)}]`.")
    try:
        return check.check(node.key, value, base)
    except check.BadValue as error:
        raise complain(path, str(error), node.key.help) from None


def _tables(value: object, path: Names, complain: Complain) -> list[dict[str, object]]:
    if isinstance(value, list) and all(isinstance(v, dict) for v in value):
        return value
    raise complain(path, "wants a list of tables", f"Write each as `[[{'.'.join(path)}]]`.")


def _row(
    table: dict[str, object], path: Names, node: check.Node, base: Path | None, complain: Complain
) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for name, value in table.items():
        below = node.child(name)
        if below is None:
            raise complain((*path, name), "is no key of inspector's", check.hint((*path, name)))
        out[name] = _leaf(value, (*path, name), below, base, complain)
    return out


def nest(values: dict[Names, Value]) -> dict[str, Value]:
    """The nested table that `flatten` was given."""
    top: dict[str, Value] = {}
    for names, value in values.items():
        table = top
        for name in names[:-1]:
            inner = table.setdefault(name, {})
            if not isinstance(inner, dict):
                inner = table[name] = {}
            table = inner
        if value == {} and isinstance(table.get(names[-1]), dict):
            continue
        table[names[-1]] = dict(value) if isinstance(value, dict) else value
    return top


def merge(layers: tuple[Layer, ...]) -> dict[Names, tuple[Value, Layer]]:
    """The last layer wins, key by key. A value in a table's place replaces the table, and the reverse; an
    empty table leaves what is there."""
    out: dict[Names, tuple[Value, Layer]] = {}
    tables: set[Names] = set()
    for layer in layers:
        for names, value in layer.values.items():
            around = [names[:n] for n in range(1, len(names))]
            for table in around:
                if table in out and out[table][0] != {}:
                    del out[table]
            tables.update(around)
            if value == {}:
                if names not in out or names not in tables:
                    out[names] = (value, layer)
                tables.add(names)
                continue
            if names in tables:
                for inner in [o for o in out if o[: len(names)] == names]:
                    del out[inner]
                tables -= {table for table in tables if table[: len(names)] == names}
            out[names] = (value, layer)
    return out
