"""Kill `inspector seal` at its system calls, one after the other, and look at what is left.

    python -m tests.sweep.seal [STORE]

After each kill the store must be readable, with every value plain or openable; sealing again must finish, and no
file beside the store may hold a value then. Needs strace.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.cli.keyed import Keyed
from tests.cli.program import ROOT, inside

CALLS = ("fsync", "fdatasync", "rename", "renameat2", "unlink", "ftruncate", "pwrite64", "write")
MOST = 40
"""Kills a call: more would take hours."""
TYPES = "email,card"


def main() -> int:
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests/data/stores/openai_agents/traces.jsonl"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("STATE", "CACHE", "CONFIG"):
            os.environ[f"INSPECTOR_{name}_DIR"] = str(home / name.lower())
        keyed = Keyed(home / "machine")
        keyed.init()
        return sweep(source, home)


def sealing(store: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "inspector",
        "seal",
        str(store),
        "--types",
        TYPES,
        "--yes",
        "--role",
        "admin",
    ]


def sweep(source: Path, home: Path) -> int:
    values = planted(source)
    kills = bad = 0
    for call in CALLS:
        number = 0
        while number < MOST:
            number += 1
            place = home / "store"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            store = place / source.name
            shutil.copy(source, store)
            killed = subprocess.run(
                ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                 f"inject={call}:signal=KILL:when={number}", *sealing(store)],
                capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
            if killed.returncode == 0:
                break
            kills += 1
            bad += judged(store, values)
        print(f"{call}: {number - 1} kills", flush=True)
    print(f"{kills} kills, {bad} bad")
    return bad


def planted(source: Path) -> list[bytes]:
    """Values of the types that stand in the store as whole texts: what sealing it takes away."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / source.name
        shutil.copy(source, store)
        before = store.read_bytes()
        assert inside(*sealing(store)[3:]).returncode == 0
        after = store.read_bytes()
    import re

    found = set(re.findall(rb"[\w.+-]+@[\w-]+\.[\w.]+", before))
    return sorted(value for value in found if value not in after)


def judged(store: Path, values: list[bytes]) -> int:
    """1 where something is lost, unreadable or left."""
    seen = inside("info", str(store), "--json")
    if seen.returncode or json.loads(seen.stdout)["problems"]:
        print("unreadable", seen.stderr)
        return 1
    for _ in range(2):
        done = inside(*sealing(store)[3:])
    if done.returncode != 1:
        print("not finished", done.returncode, done.stderr)
        return 1
    left = [p.name for p in store.parent.iterdir() for v in values if v in p.read_bytes()]
    hits = inside("search", str(store), "has:locked", "--count").stdout
    if left or not int(hits):
        print("left", left, hits)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
