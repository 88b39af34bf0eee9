"""Keys that are no role's secret (the audit's HMAC key, stores' tag keys), in 0600 files."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from inspector.errors import StoreError
from inspector.paths import open_private, private_folder, state_folder

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 32


def local_key(name: str, folder: Path | None = None) -> bytes:
    """32 random bytes, made at the first call and the same ever after.

    `name` is letters, digits, dots and dashes. Two processes that make it at once get the same key: the file
    is linked into place whole, and whoever comes second reads the first one's.
    """
    place = folder or state_folder() / "keys"
    path = place / name
    found = _read(path)
    if found is not None:
        return found
    try:
        _make(private_folder(place) / name)
    except OSError as error:
        raise StoreError(
            f"the key file {path} can't be made: {error.strerror}", "Check the folder's owner, mode and disk."
        ) from None
    made = _read(path)
    if made is None:
        raise StoreError(
            f"the key file {path} can't be read back", "Check the folder's permissions and disk."
        )
    return made


def _make(path: Path) -> None:
    """Link a whole file into place, unless somebody else was faster. Raises OSError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        fd = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            os.write(fd, secrets.token_bytes(SIZE))
            os.fsync(fd)
        finally:
            os.close(fd)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    try:
        fd = open_private(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            f"the key file {path} can't be read: {error.strerror}", "Check its owner and mode."
        ) from None
    try:
        key = os.read(fd, SIZE + 1)
    finally:
        os.close(fd)
    if len(key) != SIZE:
        raise StoreError(
            f"the key file {path} is damaged: {len(key)} bytes instead of {SIZE}",
            "Restore it from a backup; without it, older tags and subject marks can't be compared.",
        )
    return key
