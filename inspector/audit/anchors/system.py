"""Checkpoints in the system's own log, which root owns: journald, or any syslog.

Facts: the journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): fields in a datagram to
/run/systemd/journal/socket, `NAME=value` a line, values with newlines length-prefixed. Syslog: RFC 3164 lines
to /dev/log.
"""

from __future__ import annotations

import base64
import binascii
import json
import socket
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from inspector.audit.anchors import Strength
from inspector.errors import AuditError

JOURNAL = Path("/run/systemd/journal/socket")
SYSLOG = Path("/dev/log")
MESSAGE_ID = "2f1c1f6e7d0b4d0f9f4f3f6c0a6a1e57"
"""A journal catalogue id of ours: what `journalctl MESSAGE_ID=` finds."""
TAG = "inspector-audit"
_NOTICE = 5
_AUTHPRIV = 10
_DEADLINE = 10.0


def _send(path: Path, data: bytes, name: str) -> None:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.settimeout(2.0)
            out.sendto(data, str(path))
    except OSError as error:
        raise AuditError(
            f"the anchor {name} can't be reached: {error.strerror or 'no answer'}",
            "Check that it runs here, or change [[audit.anchors]] in inspector.toml.",
        ) from None


@dataclass(frozen=True, slots=True)
class JournalAnchor:
    path: Path = JOURNAL
    name: str = "journald"
    strength: Strength = Strength.SYSTEM

    def keep(self, note: str) -> None:
        fields = {
            "MESSAGE": "inspector audit checkpoint",
            "MESSAGE_ID": MESSAGE_ID,
            "PRIORITY": str(_NOTICE),
            "SYSLOG_IDENTIFIER": TAG,
            "INSPECTOR_NOTE": note,
        }
        _send(self.path, b"".join(_field(k, v) for k, v in fields.items()), self.name)

    def heads(self) -> list[str]:
        """What this user may read of the journal."""
        argv = ["journalctl", "--quiet", "--no-pager", "-o", "json", f"MESSAGE_ID={MESSAGE_ID}"]
        try:
            done = subprocess.run(argv, capture_output=True, timeout=_DEADLINE, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return []
        return [note for line in done.stdout.splitlines() if (note := _journal_note(line))]


def _field(name: str, value: str) -> bytes:
    raw = value.encode()
    if b"\n" not in raw:
        return name.encode() + b"=" + raw + b"\n"
    return name.encode() + b"\n" + struct.pack("<Q", len(raw)) + raw + b"\n"


def _journal_note(line: bytes) -> str:
    """journalctl prints a value that isn't plain ASCII text as a list of bytes."""
    try:
        note = json.loads(line).get("INSPECTOR_NOTE")
        return bytes(note).decode() if isinstance(note, list) else note if isinstance(note, str) else ""
    except (ValueError, AttributeError, TypeError):
        return ""


@dataclass(frozen=True, slots=True)
class SyslogAnchor:
    """The note in base64 on one line. Who reads syslog back hands the lines to `verify --anchor`."""

    path: Path = SYSLOG
    name: str = "syslog"
    strength: Strength = Strength.SYSTEM

    def keep(self, note: str) -> None:
        encoded = base64.b64encode(note.encode()).decode()
        _send(self.path, f"<{_AUTHPRIV * 8 + _NOTICE}>{TAG}: checkpoint {encoded}".encode(), self.name)

    def heads(self) -> list[str]:
        return []


def note_in_line(line: str) -> str:
    """The note of a line that `SyslogAnchor` wrote, whatever the daemon put before it; else empty."""
    _, found, encoded = line.rstrip().rpartition(f"{TAG}: checkpoint ")
    try:
        return base64.b64decode(encoded, validate=True).decode() if found else ""
    except (binascii.Error, ValueError):
        return ""
