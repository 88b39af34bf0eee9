"""Changing one key of a config file: comments, order and spacing of the rest stay as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.config import check, toml_file
from inspector.config.keys import KEYS, Key, Type
from inspector.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tomlkit import TOMLDocument
    from tomlkit.items import Table

    from inspector.config.keys import Value

_HEAD = """\
# inspector's config. `inspector config show` says what is in force and where each value came from;
# docs/configuration.md lists every key.

"""


_ACTIONS = "ui.keys."
"""What follows is one name, an action's, dots and all."""


def parts_of(name: str) -> list[str]:
    if name.startswith(_ACTIONS) and name != _ACTIONS:
        return ["ui", "keys", name.removeprefix(_ACTIONS)]
    return name.split(".")


def key_of(name: str) -> Key:
    """The key that a dotted name stands for; raises UsageError with the nearest."""
    parts = tuple(parts_of(name))
    node = check.find(parts)
    if node is None or node.key is None:
        raise UsageError(f"{check.shown(name)} is no key of inspector's.", check.hint(parts))
    return node.key


def with_key(file: Path, name: str, text: str) -> tuple[str, Value]:
    """The file's text with `name` = `text` (as typed) in it, and the value; the file needn't be there."""
    import tomlkit

    value = _value(key_of(name), text)
    document = _read(file)
    *above, last = parts_of(name)
    table: TOMLDocument | Table = document
    for part in above:
        table = _below(table, part)
    table[last] = value
    return tomlkit.dumps(document), value


def without_key(file: Path, name: str) -> str | None:
    """The file's text without a key; none where it isn't in there."""
    import tomlkit

    key_of(name)
    document = _read(file)
    *above, last = parts_of(name)
    table: object = document
    for part in above:
        table = table.get(part) if isinstance(table, dict) else None
    if not isinstance(table, dict) or last not in table:
        return None
    del table[last]
    made: str = tomlkit.dumps(document)
    return made


def template() -> str:
    """A first config file: every key that has a plain value, commented out."""
    lines = [_HEAD.rstrip("\n")]
    section = ""
    for key in KEYS:
        if key.variable is None or key.type is Type.OPEN:
            continue
        head, _, rest = key.name.rpartition(".")
        if head != section:
            section = head
            lines += ["", f"[{head}]"]
        from inspector.config.schema import written

        default = written(key.default) if key.default is not None else '""'
        lines += [f"# {key.help}", f"# {rest} = {default}"]
    return "\n".join(lines) + "\n"


def _value(key: Key, text: str) -> Value:
    try:
        typed = check.from_text(key, text)
        return check.check(key, typed, None)
    except check.BadValue as error:
        raise UsageError(f"The value of {key.name} {error}.", key.help) from None


def _below(table: TOMLDocument | Table, part: str) -> Table:
    import tomlkit
    from tomlkit.items import Table as TableItem

    if part not in table:
        table[part] = tomlkit.table()
    found = table[part]
    if not isinstance(found, TableItem):
        raise UsageError(
            f"{part} is no section in the file.", "Change the file itself: inspector config edit."
        )
    return found


def _read(file: Path) -> TOMLDocument:
    """Raises UsageError for a file that isn't sound already."""
    import tomlkit

    toml_file.read(file, required=False, installed=True)
    return tomlkit.parse(file.read_text("utf-8") if file.exists() else _HEAD)
