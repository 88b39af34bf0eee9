"""The scene that the sweep kills: reading, an act, a checkpoint, a new month, a prune; told step by step.

    python -m tests.sweep.audit_scene FOLDER OUT

Appends to OUT, unbuffered and last of all, the number of each record as soon as the log has promised it, and
`act N` from inside the body of each act.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from inspector.audit.log import AuditLog
from inspector.audit.prune import plan, prune
from inspector.audit.record import Actor, Entry
from inspector.keys.signer import Ed25519Signer

SIGNER = Ed25519Signer("audit", b"7" * 32)


def play(folder: Path, say: int) -> None:
    log = AuditLog(folder, Actor("admin"), b"k" * 32, lambda: (SIGNER,), every=4)

    def told(text: str) -> None:
        os.write(say, f"{text}\n".encode())

    def month(number: int) -> None:
        log.now = lambda: datetime(2026, number, 3, tzinfo=UTC)

    for number in (1, 2):
        month(number)
        for _ in range(3):
            told(str(log.event(Entry("trace.view"))))
        with log.act(Entry("pii.reveal")) as intent:
            told(f"act {intent.seq}")
        told(str(log.last_seq))
    month(3)
    told(str(log.event(Entry("store.open"))))
    chosen = plan(folder, datetime(2026, 2, 1, tzinfo=UTC))
    if chosen is not None:
        prune(log, chosen)
        told(str(log.last_seq))
    log.checkpoint()


if __name__ == "__main__":
    out = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    play(Path(sys.argv[1]), out)
