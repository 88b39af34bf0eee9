"""Time stamps by an authority (RFC 3161): somebody else signs when a checkpoint existed.

The token is kept beside the log with its note. That it speaks of this very note, in answer to this very
request, is checked here; the authority's signature is checked with its own certificate, as the manual shows:
`openssl ts -verify`.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson

from inspector.audit.anchors import Strength, der
from inspector.audit.segments import sync
from inspector.errors import AuditError, UsageError
from inspector.paths import open_private

if TYPE_CHECKING:
    from pathlib import Path

FILE = "timestamps.jsonl"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_TST_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
_LARGEST = 1 << 20
_DEADLINE = 10.0


def request(note: str, nonce: int) -> bytes:
    """TimeStampReq, version 1, SHA-256 of the note, with nonce; the authority's certificate is asked for."""
    algorithm = der.sequence(der.oid(_SHA256), der.encode(der.NULL, b""))
    imprint = der.sequence(algorithm, der.encode(der.OCTETS, hashlib.sha256(note.encode()).digest()))
    return der.sequence(der.integer(1), imprint, der.integer(nonce), der.encode(der.BOOLEAN, b"\xff"))


def token_of(response: bytes, note: str, nonce: int | None) -> bytes:
    """The token of a TimeStampResp if it was granted for this note; raises der.Malformed otherwise."""
    parts = der.only(response, der.SEQUENCE).children()
    status = parts[0].children()
    if not status or status[0].body not in (b"\x00", b"\x01") or len(parts) < 2:
        raise der.Malformed("not granted")
    token = der.encode(parts[1].tag, parts[1].body)
    check(token, note, nonce)
    return token


def check(token: bytes, note: str, nonce: int | None = None) -> None:
    """Raises der.Malformed unless the token's TSTInfo names the SHA-256 of `note` (and `nonce`)."""
    info = _tst_info(token)
    digest = hashlib.sha256(note.encode()).digest()
    if len(info) < 4 or info[2].children()[1].body != digest:
        raise der.Malformed("another document")
    if nonce is not None and all(
        element.tag != der.INTEGER or int.from_bytes(element.body, "big") != nonce for element in info[4:]
    ):
        raise der.Malformed("another request")


def _tst_info(token: bytes) -> list[der.Element]:
    """ContentInfo > SignedData > EncapsulatedContentInfo > TSTInfo."""
    content = der.only(token, der.SEQUENCE).children()
    if len(content) != 2 or der.encode(content[0].tag, content[0].body) != _SIGNED_DATA:
        raise der.Malformed("no signed data")
    signed = der.only(content[1].body, der.SEQUENCE).children()
    inner = signed[2].children() if len(signed) > 2 else []
    if len(inner) != 2 or der.encode(inner[0].tag, inner[0].body) != _TST_INFO:
        raise der.Malformed("no time stamp")
    return der.only(der.only(inner[1].body, der.OCTETS).body, der.SEQUENCE).children()


@dataclass(frozen=True, slots=True)
class TimestampAnchor:
    url: str
    folder: Path
    """The log's: tokens lie there, since nobody can make them up."""
    name: str = "rfc3161"
    strength: Strength = Strength.AUTHORITY

    def __post_init__(self) -> None:
        _check_url(self.url)

    def keep(self, note: str) -> None:
        nonce = secrets.randbits(63)
        try:
            token = token_of(self._ask(request(note, nonce)), note, nonce)
        except (der.Malformed, IndexError):
            raise self._problem("its answer is no time stamp of the checkpoint") from None
        line = orjson.dumps({"note": note, "token": token.hex()}) + b"\n"
        try:
            fd = open_private(self.folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            try:
                os.write(fd, line)
                sync(fd)
            finally:
                os.close(fd)
        except OSError as error:
            raise self._problem(f"its token can't be kept: {error.strerror}") from None

    def heads(self) -> list[str]:
        """Notes with a token that names them; the others are left out."""
        try:
            lines = (self.folder / FILE).read_bytes().splitlines()
        except OSError:
            return []
        return [note for line in lines if (note := _stamped(line))]

    def _ask(self, body: bytes) -> bytes:
        asked = urllib.request.Request(self.url, body, {"Content-Type": "application/timestamp-query"})
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(asked, timeout=_DEADLINE) as answer:
                found: bytes = answer.read(_LARGEST)
        except urllib.error.HTTPError as error:
            raise self._problem(f"it answers {error.code}") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise self._problem(str(getattr(reason, "strerror", None) or type(error).__name__)) from None
        return found

    def _problem(self, what: str) -> AuditError:
        host = urlsplit(self.url).hostname or "?"
        return AuditError(
            f"the time stamp authority {host} gave no time stamp: {what}",
            "Check its address: [[audit.anchors]] url in inspector.toml.",
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Another address is another authority."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and _loopback(parts.hostname or ""):
        return
    raise UsageError(
        "A time stamp authority is asked over https.",
        "Correct [[audit.anchors]] url in inspector.toml; plain http is for this machine alone.",
    )


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _stamped(line: bytes) -> str:
    try:
        kept = orjson.loads(line)
        note = str(kept["note"])
        check(bytes.fromhex(kept["token"]), note)
    except (ValueError, KeyError, TypeError, IndexError):
        return ""
    return note
