"""What was done, as a signed note that anybody can verify, and as a page that anybody can read.

It names the person by the audit's keyed mark alone, and says what it doesn't claim.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson

from inspector.audit import notes
from inspector.errors import NotFound, UsageError
from inspector.lifecycle import sealed
from inspector.paths import open_private

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.audit.notes import NoteSigner
    from inspector.lifecycle.sealed import Object

ORIGIN: Final = "trace-inspector/certificate"
NOT_CLAIMED: Final = (
    "backups, file system snapshots and copies made by others",
    "blocks that an SSD or a copy-on-write file system still keeps",
    "log shippers and pipelines that have read the file, or that read it again and send it on",
    "fields that could not be decrypted, which are counted as unknown and never as zero",
    "that the mark below can be turned back into the person: it needs the key of the audit log",
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """`note` is the signed text; `facts` is what it says."""

    note: str
    facts: Object

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.note.encode()).hexdigest()

    @property
    def signed(self) -> bool:
        return bool(notes.parse_text(self.note)[1])


def folder() -> Path:
    return sealed.folder("certificates")


def issue(facts: Object, signers: Sequence[NoteSigner]) -> Certificate:
    facts = {**facts, "not_claimed": list(NOT_CLAIMED)}
    body = f"{ORIGIN}\n{orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode()}\n"
    return Certificate(notes.sign_text(body, signers), facts)


def keep(certificate: Certificate, op_id: str) -> Path:
    """Write the note and its two readable forms; returns the note's place."""
    from inspector.lifecycle.certificate_text import html, markdown

    place = folder() / f"{op_id}.note"
    for path, text in (
        (place, certificate.note),
        (place.with_suffix(".md"), markdown(certificate)),
        (place.with_suffix(".html"), html(certificate)),
    ):
        _write(path, text)
    return place


def read(path: Path) -> Certificate:
    """Raises NotFound, UsageError for what is no certificate."""
    try:
        note = path.read_text("utf-8")
    except OSError:
        raise NotFound("There is no such certificate.", "Name a .note file, or an operation's id.") from None
    except UnicodeDecodeError:
        raise _no_certificate() from None
    return parse(note)


def parse(note: str) -> Certificate:
    try:
        body, _ = notes.parse_text(note)
        origin, line, *_ = body.split("\n")
        facts = orjson.loads(line)
    except (notes.MalformedNote, ValueError):
        raise _no_certificate() from None
    if origin != ORIGIN or not isinstance(facts, dict):
        raise _no_certificate()
    return Certificate(note, facts)


def _no_certificate() -> UsageError:
    return UsageError("This is no certificate of erasure.", "Name the .note file that an erasure left.")


def signed_by(
    certificate: Certificate,
    keys: Sequence[tuple[str, bytes]],
    holds: Callable[[bytes, bytes, bytes], bool],
) -> bool:
    """Whether one of these keys signed it."""
    return any(notes.text_signed_by(certificate.note, name, public, holds) for name, public in keys)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    fd = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
