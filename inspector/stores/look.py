"""What a file that is no trace store looks like, in words that quote nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.stores.formats.base import Object

_MAGIC: Final = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\0", "an xz file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"age-encryption.org/", "an age-encrypted file"),
    (b"-----BEGIN", "a PEM file"),
    (b"<!DOCTYPE html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "an XML file"),
)
_KNOWN: Final = frozenset(
    (
        *(
            "id",
            "name",
            "type",
            "kind",
            "start_time",
            "end_time",
            "timestamp",
            "time",
            "ts",
            "level",
            "message",
        ),
        *("msg", "attributes", "status", "duration", "duration_ms", "input", "output", "messages", "model"),
        *("prompt", "response", "role", "content", "metadata", "tags", "events", "data", "event", "user"),
        *("session", "logger", "severity", "trace_id", "span_id", "parent_id", "traceId", "spanId"),
        *("service", "resource"),
    )
)
"""Key names that may be said aloud; any other might be data."""
_FORMATS: Final = "See `inspector formats` for what it can open."
_MAP: Final = "If each line is a span, map its field names: see `generic` in the manual of formats."


def looks_like(head: bytes, samples: Sequence[Object], packing: str = "") -> tuple[str, str]:
    """A sentence and a fix for NotAStore."""
    inside = f" ({packing})" if packing else ""
    return (f"This is {_what(head, samples)}{inside}, not a trace store.", _MAP if samples else _FORMATS)


def _what(head: bytes, samples: Sequence[Object]) -> str:
    if samples:
        keys = [key for key in samples[0] if key in _KNOWN]
        named = f" with keys such as {', '.join(keys[:5])}" if keys else ""
        return f"JSON{named}"
    for magic, name in _MAGIC:
        if head[: len(magic)].lower() == magic.lower():
            return name
    if head[257:262] == b"ustar":
        return "a tar archive"
    if not head.strip(b"\0"):
        return "a file of zeros"
    if b"\0" in head[:4096] or not _is_text(head[:4096]):
        return "a binary file"
    if head.lstrip()[:1] in (b"{", b"["):
        return "JSON without an object that can be read"
    return "a CSV table" if _is_table(head) else "plain text"


def _is_text(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 4
    return True


def _is_table(head: bytes) -> bool:
    rows = [line for line in head.splitlines()[:6] if line.strip()]
    for mark in (b",", b";", b"\t"):
        counts = {row.count(mark) for row in rows[:5]}
        if len(rows) > 1 and len(counts) == 1 and counts.pop() > 0:
            return True
    return False
