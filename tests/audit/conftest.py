from __future__ import annotations

from pathlib import Path

import pytest

from inspector.audit.log import AuditLog
from inspector.audit.record import Actor, Entry
from inspector.audit.verify import Trust
from inspector.keys.signer import Ed25519Signer, signature_holds

SIGNER = Ed25519Signer("audit", b"7" * 32)
TRUST = Trust((("audit", SIGNER.public),), signature_holds)
NOBODY = Trust((), signature_holds)


def make_log(folder: Path, signer: Ed25519Signer | None = SIGNER) -> AuditLog:
    return AuditLog(folder, Actor("viewer"), b"k" * 32, lambda: (signer,) if signer else (), every=10)


def fill(log: AuditLog, records: int) -> None:
    for number in range(records):
        log.event(Entry("trace.view", counts={"spans": number}))


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return make_log(tmp_path / "audit")
