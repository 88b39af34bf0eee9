"""How fast the audit log is, as ratios to what the same machine does in the same run.

    python -m tests.bench.audit [RECORDS]        (default 1,000,000: 0.6 GB in the temporary folder)

- whole verify against orjson.loads of each line and two SHA-256 of it: at most 2
- incremental verify after a checkpoint: at most 100 ms
- append with sync against fdatasync of as many bytes on the same disk: p50 and p99; p99 at most 2 ms where
  fdatasync takes 0.2 ms

The first two count processor time, so that a busy machine doesn't blur them.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

import orjson

from inspector.audit import checkpoints
from inspector.audit.log import AuditLog
from inspector.audit.merkle import Frontier, leaf_hash
from inspector.audit.notes import Checkpoint, sign
from inspector.audit.record import Actor, Entry, Resource, Surroundings, encode
from inspector.audit.segments import NO_RECORD, segments
from inspector.audit.verify import Trust, verify
from inspector.keys.signer import Ed25519Signer, signature_holds

SIGNER = Ed25519Signer("audit", b"7" * 32)
TRUST = Trust((("audit", SIGNER.public),), signature_holds)


def build(folder: Path, records: int) -> None:
    """The log that so many appends would have left, a checkpoint each 100 records, without their syncs."""
    around, actor = Surroundings.current(), Actor("viewer")
    entry = Entry("trace.view", Resource("trace", "a" * 64, "b" * 16, "c" * 32), counts={"spans": 12})
    prev, frontier = NO_RECORD, Frontier()
    with (folder / "audit-2026-01.jsonl").open("wb") as out, (folder / checkpoints.FILE).open("wb") as notes:
        for seq in range(records):
            line = encode(entry, actor, around, seq=seq, prev=prev)
            out.write(line + b"\n")
            prev = leaf_hash(line)
            frontier.add(prev)
            if not frontier.size % 100:
                note = sign(Checkpoint(checkpoints.ORIGIN, frontier.size, frontier.root()), (SIGNER,))
                notes.write(orjson.dumps({"size": frontier.size, "note": note}) + b"\n")


def floor(path: Path) -> float:
    began = time.process_time()
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)
            hashlib.sha256(line).digest()
            hashlib.sha256(line).digest()
    return time.process_time() - began


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] * 1000


def syncs(folder: Path, n: int, size: int) -> list[float]:
    fd = os.open(folder / "plain", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    taken = []
    for _ in range(n):
        began = time.perf_counter()
        os.write(fd, bytes(size))
        os.fdatasync(fd)
        taken.append(time.perf_counter() - began)
    os.close(fd)
    return taken


def appends(folder: Path, n: int) -> list[float]:
    log = AuditLog(folder / "log", Actor("viewer"), b"k" * 32, lambda: (SIGNER,), every=10**9)
    taken = []
    for _ in range(n):
        began = time.perf_counter()
        log.event(Entry("trace.view", counts={"spans": 12}))
        taken.append(time.perf_counter() - began)
    return taken


def say(name: str, value: float, most: float | None = None, unit: str = "") -> bool:
    good = most is None or value <= most
    limit = "" if most is None else f"  (at most {most}{unit})"
    sys.stdout.write(f"{name:<44} {value:10.3f}{unit}{limit}{'' if good else '  TOO SLOW'}\n")
    return good


def main(records: int) -> int:
    good = True
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as place:
        folder = Path(place)
        build(folder, records)
        path = segments(folder)[0]
        say("log", path.stat().st_size / 1e6, unit=" MB")
        least = floor(path)
        began = time.process_time()
        report = verify(folder, TRUST)
        spent = time.process_time() - began
        assert report.ok, report.bad
        assert report.records == records
        say("verify, records a second", report.records / spent)
        good &= say("verify / (loads + 2 SHA-256)", spent / least, 2.0)
        log = AuditLog(folder, Actor("viewer"), b"k" * 32, lambda: (SIGNER,))
        log.checkpoint()
        log.events([Entry("trace.view")] * 99)
        began = time.process_time()
        report = verify(folder, TRUST, incremental=True)
        good &= say("incremental", (time.process_time() - began) * 1000, 100, " ms")
        assert report.ok, report.bad
        assert report.records < 200
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as place:
        plain, logged = syncs(Path(place), 2000, 600), appends(Path(place), 2000)
        for share in (0.5, 0.99):
            say(f"fdatasync p{share * 100:.0f}", percentile(plain, share), unit=" ms")
            say(f"append p{share * 100:.0f}", percentile(logged, share), unit=" ms")
        say("append / fdatasync, p50", percentile(logged, 0.5) / percentile(plain, 0.5))
        quick = percentile(plain, 0.5) <= 0.25
        good &= say("append p99", percentile(logged, 0.99), 2.0 if quick else None, " ms")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
