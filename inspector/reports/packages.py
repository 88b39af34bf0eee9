"""Checks a person's package: a zip with a manifest of its own, or that zip encrypted."""

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING, Final

import orjson

from inspector.errors import StoreError
from inspector.reports.manifest import Verdict, file_hash

if TYPE_CHECKING:
    from pathlib import Path

_MANIFEST: Final = "manifest.json"
_LARGEST: Final = 16 << 20
_AGE: Final = b"age-encryption.org/"


def verify_package(file: Path) -> Verdict | None:
    """None for what is no package. Of an encrypted one only the hash can be told. Raises StoreError."""
    try:
        with file.open("rb") as opened:
            encrypted = opened.read(len(_AGE)) == _AGE
        if encrypted:
            return Verdict({"sha256": file_hash(file)}, ())
        if not zipfile.is_zipfile(file):
            return None
        with zipfile.ZipFile(file) as archive:
            held, wrong = _compared(archive)
        return None if held is None else Verdict({**held, "sha256": file_hash(file)}, wrong)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise StoreError(f"The package can't be read ({said}).", "Check its permissions.") from None


def _compared(archive: zipfile.ZipFile) -> tuple[dict[str, object] | None, tuple[str, ...]]:
    """The manifest, none if it is no package's, and what differs from it."""
    names = archive.namelist()
    if _MANIFEST not in names:
        return None, ()
    with archive.open(_MANIFEST) as file:
        data = file.read(_LARGEST)
    try:
        held = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}, ("the manifest is not JSON",)
    if not isinstance(held, dict) or held.get("kind") != "subject":
        return None, ()
    hashes = held.get("sha256")
    told = hashes if isinstance(hashes, dict) else {}
    wrong = []
    if sorted(names) != sorted((*map(str, told), _MANIFEST)):
        wrong.append("it holds other files than the manifest names")
    for name, digest in told.items():
        if name in names and _hash(archive, name) != digest:
            wrong.append("a file in it was changed")
    return held, tuple(wrong)


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    made = hashlib.sha256()
    with archive.open(name) as file:
        while data := file.read(1 << 20):
            made.update(data)
    return made.hexdigest()
