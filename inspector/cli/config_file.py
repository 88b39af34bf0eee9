"""The user's own config file: written beside itself first, so that what isn't sound never takes its place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from inspector.paths import config_folder, open_private, private_folder

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.config.keys import Value


def own_file() -> Path:
    """The file that `edit` and `set` change."""
    from inspector.config import FILE_NAME

    return config_folder() / FILE_NAME


def set_key(file: Path, name: str, text: str) -> Value:
    from inspector.config.writing import with_key

    made, value = with_key(file, name, text)
    write(file, made)
    return value


def unset_key(file: Path, name: str) -> bool:
    """False where it isn't in there."""
    from inspector.config.writing import without_key

    made = without_key(file, name)
    if made is not None:
        write(file, made)
    return made is not None


def write(file: Path, text: str) -> None:
    """Raises UsageError for a text that is no sound config, and leaves the file as it is."""
    from inspector.config import toml_file

    private_folder(file.parent)
    real = file.resolve()
    beside = real.with_name(f".{real.name}.{os.getpid()}")
    try:
        with os.fdopen(
            open_private(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "w", encoding="utf-8"
        ) as out:
            out.write(text)
        toml_file.read(beside, required=True, installed=True)
        beside.replace(real)
    finally:
        beside.unlink(missing_ok=True)
