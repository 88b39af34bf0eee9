"""`inspector config`: what is set, where it came from, and changing it."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.auditing import config_changed
from inspector.cli.common import Command, Common
from inspector.cli.config_file import own_file
from inspector.cli.engine import read_config
from inspector.cli.output import Out, narrate, one_line
from inspector.errors import Exit, UsageError

if TYPE_CHECKING:
    from inspector.config import Config

_ACTIONS = ("show", "path", "edit", "set", "unset", "schema")
_GUARDED = ("redaction", "retention", "roles", "access", "audit")
"""Sections that say who may see what: they are changed in the file, by whoever may write it."""


@click.command("config", cls=Command)
@click.argument("action", metavar="[show|path|edit|set|unset|schema]", default="show")
@click.argument("words", metavar="[KEY [VALUE]]", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Show also the keys that nothing sets.")
@click.pass_obj
def command(common: Common, action: str, words: tuple[str, ...], every: bool) -> int:
    """Show what is in force and where each value came from; name the files; change or describe them.

    `show [KEY]` prints values with their sources: default, profile, file and line, environment, option.
    `path` names the files that are read, in their order. `edit` opens your own in $EDITOR and refuses one
    that isn't sound. `set KEY VALUE` and `unset KEY` change one key and keep comments. `schema` prints a
    JSON schema for editors.
    """
    match action, words:
        case "show", ():
            return _show(common, None, every)
        case "show", (name,):
            return _show(common, name, every)
        case "path", ():
            return _path(common)
        case "edit", ():
            return _edit(common)
        case "set", (name, value):
            return _set(common, name, value)
        case "unset", (name,):
            return _unset(common, name)
        case "schema", ():
            return _schema()
    if action not in _ACTIONS:
        raise UsageError(f"The config can't do {one_line(action)}.", f"Say one of: {', '.join(_ACTIONS)}.")
    raise UsageError(f"config {action} takes other words.", "inspector config --help shows them.")


def _show(common: Common, name: str | None, every: bool) -> int:
    from inspector.config.schema import written

    config = read_config(common)
    out = Out(no_color=common.no_color)
    found = 0
    for key, value, source in values(config, every=every or name is not None):
        if name is not None and key != name and not key.startswith(f"{name}."):
            continue
        found += 1
        if common.json:
            out.json({"key": key, "value": value, "source": source})  # type: ignore[dict-item]
        else:
            text = "not set" if value is None else written(value)  # type: ignore[arg-type]
            out.line(f"{one_line(f'{key} = {text}')}  {out.dim(f'# {one_line(source)}')}")
    out.flush()
    if name is not None and not found:
        from inspector.config.writing import key_of

        key_of(name)  # says what was meant
        narrate("Nothing sets it.")
    elif not found:
        narrate("Nothing is set; inspector config show --all lists the defaults.")
    return int(Exit.DONE)


def values(config: Config, *, every: bool) -> list[tuple[str, object, str]]:
    """Key, value and source of each key that something sets, or of all that can stand alone."""
    from inspector.config.keys import KEYS

    found = {name: (value, config.source(name)) for name, value in config}
    if every:
        for key in KEYS:
            if key.variable is not None and key.name not in found:
                found[key.name] = (key.default, "default")  # type: ignore[assignment]
    return [(name, value, source) for name, (value, source) in sorted(found.items())]


def _path(common: Common) -> int:
    from inspector.config.config import SYSTEM_FILE
    from inspector.config.environment import FILE_VARIABLE

    out = Out(no_color=common.no_color)
    named = os.environ.get(FILE_VARIABLE)
    files = [SYSTEM_FILE, own_file(), *([Path(named)] if named else [])]
    files += [Path(given) for given in (common.config, common.policy) if given]
    for file in files:
        there = file.exists()
        if common.json:
            out.json({"path": str(file), "exists": there})
        else:
            out.line(f"{one_line(str(file))}{'' if there else out.dim('  (not there)')}")
    out.flush()
    return int(Exit.DONE)


def _set(common: Common, name: str, value: str) -> int:
    from inspector.cli.config_file import set_key
    from inspector.config.schema import written

    _unguarded(name)
    file = own_file()
    kept = set_key(file, name, value)
    config_changed(common, name, file)
    narrate(f"{name} = {one_line(written(kept))} is in {file}.")
    return int(Exit.DONE)


def _unset(common: Common, name: str) -> int:
    from inspector.cli.config_file import unset_key

    _unguarded(name)
    there = unset_key(own_file(), name)
    if there:
        config_changed(common, name, own_file())
    narrate(f"{name} is out of the file." if there else f"{name} isn't in the file.")
    return int(Exit.DONE if there else Exit.NOTHING)


def _unguarded(name: str) -> None:
    if name.partition(".")[0] in _GUARDED:
        raise UsageError(
            f"[{name.partition('.')[0]}] says who may see what and isn't set from here.",
            "Write it into the file: inspector config edit.",
        )


def _schema() -> int:
    import json

    from inspector.config.schema import schema

    out = Out()
    out.line(json.dumps(schema(), indent=2, ensure_ascii=False))
    out.flush()
    return int(Exit.DONE)


def _edit(common: Common) -> int:
    """On a copy: what isn't sound never takes the file's place."""
    from inspector.config import toml_file
    from inspector.config.writing import template
    from inspector.paths import open_private, private_folder

    file = own_file()
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    private_folder(file.parent)
    copy = file.with_name(f".{file.name}")
    before = file.read_text("utf-8") if file.exists() else template()
    with os.fdopen(open_private(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "w", encoding="utf-8") as out:
        out.write(before)
    try:
        done = subprocess.run([*words, str(copy)], check=False)
    except OSError:
        copy.unlink(missing_ok=True)
        raise UsageError(f"The editor {one_line(words[0])} can't be run.", "Name one in $EDITOR.") from None
    if done.returncode or (file.exists() and copy.read_text("utf-8") == before):
        copy.unlink(missing_ok=True)
        narrate("Nothing was changed.")
        return int(Exit.DONE)
    toml_file.read(copy, required=True, installed=True)
    copy.replace(file.resolve())
    config_changed(common, "*", file)
    narrate(f"{file} is sound and in force.")
    return int(Exit.DONE)
