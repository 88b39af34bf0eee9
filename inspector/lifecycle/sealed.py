"""A private JSON file that only this user's key opens: jobs, holds and requests name people."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final, TypeAlias

import orjson

from inspector.errors import StoreError
from inspector.keys.local import local_key
from inspector.paths import open_private, private_folder, state_folder

if TYPE_CHECKING:
    from pathlib import Path

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Object: TypeAlias = "dict[str, Json]"
KEY: Final = "lifecycle"
_MAGIC: Final = b"inspector-sealed-1\n"


def folder(name: str) -> Path:
    """A folder of ours in the state folder, made 0700."""
    private_folder(state_folder())
    return private_folder(state_folder() / name)


def write(path: Path, value: Object) -> None:
    """Replaces the file whole and durably, or leaves the old one. Raises StoreError."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    sealed = AESGCM(local_key(KEY)).encrypt(nonce, orjson.dumps(value), _MAGIC + path.name.encode())
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fd = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            os.write(fd, _MAGIC + nonce + sealed)
            os.fsync(fd)
        finally:
            os.close(fd)
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StoreError(
            f"{path} can't be written: {error.strerror}.", "Check the state folder's owner, mode and disk."
        ) from None


def read(path: Path) -> Object | None:
    """None where there is no file. Raises StoreError for one that this key doesn't open."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        fd = open_private(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path} can't be read: {error.strerror}.", "Check its owner and mode.") from None
    with os.fdopen(fd, "rb") as file:
        data = file.read()
    start = len(_MAGIC)
    try:
        plain = AESGCM(local_key(KEY)).decrypt(
            data[start : start + 12], data[start + 12 :], data[:start] + path.name.encode()
        )
        value = orjson.loads(plain)
    except (InvalidTag, ValueError):
        raise StoreError(
            f"{path} can't be opened with this user's key.", "It was damaged, or sealed by somebody else."
        ) from None
    return value if isinstance(value, dict) else None


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(where: Path) -> None:
    fd = os.open(where, os.O_RDONLY)
    try:
        os.fsync(fd)
    except OSError:
        pass
    finally:
        os.close(fd)


def text(value: Object, name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def number(value: Object, name: str) -> int:
    found = value.get(name)
    return found if isinstance(found, int) else 0


def texts(value: Object, name: str) -> tuple[str, ...]:
    found = value.get(name)
    return tuple(v for v in found if isinstance(v, str)) if isinstance(found, list) else ()


def counts(value: Object, name: str) -> dict[str, int]:
    found = value.get(name)
    return {k: v for k, v in found.items() if type(v) is int} if isinstance(found, dict) else {}


def objects(value: Object, name: str) -> list[Object]:
    found = value.get(name)
    return [v for v in found if isinstance(v, dict)] if isinstance(found, list) else []
