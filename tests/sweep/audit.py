"""Kill and fail the audit log at every call that touches its disk.

    python -m tests.sweep.audit [--short]

strace ends the scene (tests/sweep/audit_scene.py) at the Nth write, fdatasync, fsync, rename, unlink or open,
or lets that call fail with ENOSPC, EIO, EROFS or EACCES, for every N. After each:

- `verify` holds, before and after the next inspector writes (which seals a torn tail), with its checkpoints;
- every record that was promised is there;
- every act that happened has its intent in the log;
- the scene played again to its end verifies.

Prints one line a call, and the number of points. Exit 1 at the first that doesn't hold.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from inspector.audit.log import AuditLog
from inspector.audit.reading import number, oldest_first, text
from inspector.audit.record import Actor, Entry
from inspector.audit.verify import Trust, verify
from inspector.errors import AuditError
from inspector.keys.signer import signature_holds
from tests.sweep.audit_scene import SIGNER

TRUST = Trust((("audit", SIGNER.public),), signature_holds)
CALLS = ("write", "fdatasync", "fsync", "rename", "unlink", "openat")
ERRORS = ("ENOSPC", "EIO", "EROFS", "EACCES")
ROOT = Path(__file__).parents[2]


@dataclass
class Tally:
    points: int = 0
    torn: int = 0
    open_intents: int = 0


def strace(folder: Path, say: Path, call: str, *inject: str, out: str = "/dev/null") -> None:
    """One run of the scene. Only calls on the log's files count."""
    argv = ["strace", "-f", "-qq", "-o", out, "-e", f"trace={call}"]
    for how in inject:
        argv += ["-e", how]
    for name in (
        *("audit-2026-01.jsonl", "audit-2026-02.jsonl", "audit-2026-03.jsonl", "checkpoints.jsonl"),
        *(".frontier.json", "frontier.json", ".pruned.json", "pruned.json", "lock", ""),
    ):
        argv += ["-P", str(folder / name)]
    argv += [sys.executable, "-m", "tests.sweep.audit_scene", str(folder), str(say)]
    subprocess.run(argv, cwd=ROOT, capture_output=True, check=False)


def count(call: str) -> int:
    """How often the scene makes this call when nothing is in its way."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("SWEEP_DIR")) as place:
        trace = Path(place) / "trace"
        strace(Path(place) / "audit", Path(place) / "told", call, out=str(trace))
        return sum(f"{call}(" in line for line in trace.read_text().splitlines())


def check(folder: Path, say: Path, tally: Tally) -> str:
    """What doesn't hold, or an empty text."""
    told = say.read_text().splitlines() if say.exists() else []
    if not folder.is_dir():
        return "it told of records, and there is no log" if told else ""
    before = verify(folder, TRUST)
    if before.bad is not None and not _nothing_signed_yet(before.bad.kind.name, folder):
        return f"before: {before.bad}"
    tally.torn += before.torn_tail > 0
    records = {number(r, "seq"): r for r in oldest_first(folder)}
    promised = {int(line) for line in told if line.isdecimal()} - set(range(before.pruned))
    if not promised <= records.keys():
        return f"lost {sorted(promised - records.keys())}"
    acts = {int(line.removeprefix("act ")) for line in told if line.startswith("act ")}
    for seq in acts - set(range(before.pruned)):
        if text(records.get(seq, {}), "phase") != "intent":
            return f"act {seq} has no intent"
    tally.open_intents += bool(before.open_intents)
    log = AuditLog(folder, Actor("admin"), b"k" * 32, lambda: (SIGNER,), every=4)
    try:
        log.event(Entry("store.open"))
        log.checkpoint()
    except AuditError as error:
        return f"the next inspector: {error}"
    after = verify(folder, TRUST)
    if after.bad is not None:
        return f"after: {after.bad}"
    if after.torn_tail or (before.torn_tail and not after.sealed):
        return "the torn tail was not sealed"
    return "" if verify(folder, TRUST, incremental=True).ok else "incremental differs"


def _nothing_signed_yet(kind: str, folder: Path) -> bool:
    """The scene's key exists from the start; a log that ends before its first checkpoint isn't signed."""
    notes = folder / "checkpoints.jsonl"
    return kind == "UNSIGNED" and (not notes.exists() or notes.stat().st_size < 100)


def sweep(call: str, how: str, tally: Tally, step: int) -> bool:
    total = count(call)
    for nth in range(1, total + 1, step):
        with tempfile.TemporaryDirectory(dir=os.environ.get("SWEEP_DIR")) as place:
            folder, say = Path(place) / "audit", Path(place) / "told"
            strace(folder, say, call, f"inject={call}:{how}:when={nth}")
            wrong = check(folder, say, tally)
        tally.points += 1
        if wrong:
            sys.stdout.write(f"{call} {how} {nth} of {total}: {wrong}\n")
            return False
    sys.stdout.write(f"{call:<10} {how:<14} {len(range(1, total + 1, step))} of {total} points: holds\n")
    sys.stdout.flush()
    return total > 0


def run(step: int, errors: tuple[str, ...] = ERRORS) -> Tally | None:
    """Every `step`-th point of each call; none if something doesn't hold."""
    tally = Tally()
    hows = ["signal=KILL", *(f"error={name}" for name in errors)]
    for call in CALLS:
        for how in hows:
            if not sweep(call, how, tally, step):
                return None
    return tally


def main() -> int:
    if shutil.which("strace") is None:
        sys.stdout.write("strace is needed: apt-get install strace\n")
        return 2
    tally = run(7 if "--short" in sys.argv else 1)
    if tally is None:
        return 1
    left = f"{tally.torn} left a torn tail, {tally.open_intents} an open intent"
    sys.stdout.write(f"{tally.points} points, {left}: all hold\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
