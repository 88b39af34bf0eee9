"""Environment variables as config: `INSPECTOR_UI__THEME` is `ui.theme`. A few more are paths' own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.config import check
from inspector.config.layer import Layer, Names, flatten
from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.config.keys import Value

PREFIX = "INSPECTOR_"
FILE_VARIABLE = "INSPECTOR_CONFIG"
OTHERS = frozenset({FILE_VARIABLE, "INSPECTOR_CACHE_DIR", "INSPECTOR_STATE_DIR", "INSPECTOR_CONFIG_DIR"})


def read(environ: Mapping[str, str]) -> Layer | None:
    """The values that variables set, or none. Raises UsageError naming the variable, never its value."""
    values: dict[Names, Value] = {}
    for name in sorted(n for n in environ if n.startswith(PREFIX) and n not in OTHERS):
        values |= _one(name, environ[name])
    return Layer("environment", "", False, values) if values else None


def _one(name: str, text: str) -> dict[Names, Value]:
    path = _path(name)
    node = check.find(path) if path else None
    if node is None:
        _refuse_lookalike(name)
        return {}

    def complain(names: Names, what: str, fix: str) -> UsageError:
        return UsageError(f"The environment variable {name} {what}.", fix)

    if node.key is None and "[]" not in node.below and not _is_map(node):
        raise complain(path, "names a section, not a key", f"Write {name}__KEY.")
    try:
        value = check.from_text(node.key, text) if node.key else check.toml(text)
    except check.BadValue as error:
        raise complain(
            path, str(error), node.key.help if node.key else "See the manual's config page."
        ) from None
    table: dict[str, object] = {path[-1]: value}
    for part in reversed(path[:-1]):
        table = {part: table}
    return flatten(table, None, complain)


def _is_map(node: check.Node) -> bool:
    return "*" in node.below


def _path(name: str) -> Names:
    """`INSPECTOR_ALERTS__ENABLED` -> alerts, enabled. Chosen words are taken in lower case."""
    return tuple(name[len(PREFIX) :].lower().split("__"))


def _refuse_lookalike(name: str) -> None:
    """A variable with `__`, or one that is nearly a key's, is a mistake; any other is somebody else's."""
    near = check.nearest_variable(name)
    if "__" not in name and (near is None or near.replace("__", "_") != name):
        return
    fix = f"Did you mean {near}?" if near else "Unset it; `inspector config schema` lists every key."
    raise UsageError(f"The environment variable {name} is no key of inspector's.", fix)
