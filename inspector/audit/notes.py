"""Checkpoints as C2SP `tlog-checkpoint` inside a C2SP `signed-note`, signed with Ed25519.

Formats: https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note. Any tool that speaks them can
check ours: origin, size, root, then a signature line whose first four bytes name the key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ED25519 = b"\x01"
_DASH = "\u2014"


class NoteSigner(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def public(self) -> bytes: ...
    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A claim about the log: its first `size` records hash to `root`."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    key_hash: bytes
    value: bytes


class MalformedNote(ValueError):
    """What is wrong with a note or checkpoint; never quotes it."""


def key_hash(name: str, public: bytes) -> bytes:
    """The four bytes that name an Ed25519 key in a signature line."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def vkey(name: str, public: bytes) -> str:
    """The verifier key in the text form of signed notes: name, key hash, type and key."""
    return f"{name}+{key_hash(name, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def parse_vkey(text: str) -> tuple[str, bytes]:
    """Name and public key. Raises MalformedNote."""
    name, _, rest = text.strip().partition("+")
    digest, _, encoded = rest.partition("+")
    raw = _decode(encoded)
    if not name or len(raw) != 33 or raw[:1] != _ED25519 or key_hash(name, raw[1:]).hex() != digest:
        raise MalformedNote("this is no Ed25519 verifier key")
    return name, raw[1:]


def sign(checkpoint: Checkpoint, signers: Sequence[NoteSigner]) -> str:
    """The note's text; without signers it is a body and no signature line."""
    return sign_text(checkpoint.body(), signers)


def sign_text(body: str, signers: Sequence[NoteSigner]) -> str:
    """A signed note of any text that ends in a newline."""
    lines = "".join(f"{_DASH} {s.name} {_signature(s, body)}\n" for s in signers)
    return f"{body}\n{lines}"


def _signature(signer: NoteSigner, body: str) -> str:
    raw = key_hash(signer.name, signer.public) + signer.sign(body.encode())
    return base64.b64encode(raw).decode()


def parse(note: str) -> tuple[Checkpoint, tuple[Signature, ...]]:
    """Raises MalformedNote. Unknown extension lines after the root are allowed, as the format says."""
    body, separator, tail = note.rpartition("\n\n")
    if not separator:
        raise MalformedNote("no blank line before the signatures")
    lines = body.split("\n")
    if len(lines) < 3 or not lines[0]:
        raise MalformedNote("a checkpoint has at least three lines")
    if not (lines[1].isascii() and lines[1].isdigit()) or (len(lines[1]) > 1 and lines[1][0] == "0"):
        raise MalformedNote("the size is no decimal number")
    root = _decode(lines[2])
    if len(root) != 32:
        raise MalformedNote("the root is no SHA-256")
    signatures = tuple(_parse_signature(line) for line in tail.split("\n") if line)
    return Checkpoint(lines[0], int(lines[1]), root), signatures


def _parse_signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, value = rest.partition(" ")
    raw = _decode(value)
    if dash != _DASH or not name or len(raw) < 5:
        raise MalformedNote("a signature line is a dash, a name and base64")
    return Signature(name, raw[:4], raw[4:])


def _decode(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedNote("a field is no base64") from None
    if base64.b64encode(raw).decode() != text:
        # The last character has bits that decoding drops: two texts for the same bytes.
        raise MalformedNote("a field is no canonical base64")
    return raw


def signed_by(
    note: str, name: str, public: bytes, holds: Callable[[bytes, bytes, bytes], bool]
) -> Checkpoint | None:
    """The checkpoint if `public` signed this very text, else none. `holds(public, signature, message)`."""
    checkpoint, _ = parse(note)
    return checkpoint if text_signed_by(note, name, public, holds) else None


def parse_text(note: str) -> tuple[str, tuple[Signature, ...]]:
    """The text of any signed note, with its last newline, and its signatures. Raises MalformedNote."""
    body, separator, tail = note.rpartition("\n\n")
    if not separator:
        raise MalformedNote("no blank line before the signatures")
    # What is signed is the text up to and with the newline before the blank line, extensions included.
    return body + "\n", tuple(_parse_signature(line) for line in tail.split("\n") if line)


def text_signed_by(note: str, name: str, public: bytes, holds: Callable[[bytes, bytes, bytes], bool]) -> bool:
    """Whether `public` signed this very text."""
    message, signatures = parse_text(note)
    wanted = key_hash(name, public)
    return any(
        signature.name == name
        and signature.key_hash == wanted
        and holds(public, signature.value, message.encode())
        for signature in signatures
    )
