"""A process that redacts lines for another: jobs come as lines of JSON, redacted bytes go out as frames."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, cast

import orjson

from inspector.index.frames import joined
from inspector.index.worker import send
from inspector.session.cutting import pieces

if TYPE_CHECKING:
    from inspector.index.worker import Job
    from inspector.redaction.line import LineEditor
    from inspector.session.cutting import Piece


def main() -> None:
    """Work until standard input ends."""
    from inspector.redaction.engine import Redactor
    from inspector.redaction.line import LineEditor

    gc.set_threshold(100_000, 50, 50)
    findings: Counter[str] = Counter()
    editor = LineEditor(Redactor.from_told(sys.stdin.buffer.readline()), findings)
    out = sys.stdout.fileno()
    try:
        for line in sys.stdin.buffer:
            send(out, _redacted(editor, findings, cast("Job", orjson.loads(line))))
            send(out, [])
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)


def _redacted(editor: LineEditor, findings: Counter[str], job: Job) -> list[bytes]:
    """A frame of one job: what its lines became, and what was done to them."""
    findings.clear()
    data = b"".join(pieces(cast(int, job["fd"]), cast("list[Piece]", job["pieces"])))
    made: list[bytes] = []
    changed = editor.block(data, made.append)
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    done = {"findings": findings, "lines": lines, "changed": changed, "bytes": len(data)}
    return joined(done, [b"".join(made)])
