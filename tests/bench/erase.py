"""What `inspector erase run` costs, plan and proof included, against what reading or copying the store costs.

usage: python -m tests.bench.erase STORE ID [ALIAS...]

The real command on a copy, in a process of its own. Bars: for a database <= 3 times `VACUUM` of it and `cat`,
for JSONL <= 3 times `orjson.loads` of its lines; <= 300 MB.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

_LOADS = "import orjson, sys\nfor line in open(sys.argv[1], 'rb'): orjson.loads(line)"
_VACUUM = "import sqlite3, sys\nsqlite3.connect(sys.argv[1], isolation_level=None).execute('VACUUM')"


@contextmanager
def taken(what):
    """Wall and processor time of the children that ran inside."""
    spent = []
    wall, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    yield spent
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    spent += [time.perf_counter() - wall, cpu]
    print(f"{what:<36}{spent[0]:8.2f} s{spent[1]:8.2f} s CPU", flush=True)


def baseline(path):
    if path.open("rb").read(15) != b"SQLite format 3":
        with taken("orjson.loads of its lines") as spent:
            subprocess.run([sys.executable, "-c", _LOADS, str(path)], check=True)
        return spent
    copy = path.with_name("vacuumed.db")
    shutil.copyfile(path, copy)
    os.sync()
    with taken("VACUUM and cat") as spent:
        subprocess.run([sys.executable, "-c", _VACUUM, str(copy)], check=True)
        subprocess.run(["cat", str(copy)], check=True, stdout=subprocess.DEVNULL)
    copy.unlink()
    return spent


def main(store, words):
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = Path(name)
        path = folder / store.name
        shutil.copyfile(store, path)
        os.sync()
        before = baseline(path)
        home = {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CONFIG", "STATE", "CACHE", "DATA")}
        command = [sys.executable, "-m", "inspector", "--role", "operator", "erase", "run", str(path),
                   "--subject", "-", "--confirm", f"DELETE-{words[0]}"]  # fmt: skip
        with taken("inspector erase run") as spent:
            run = subprocess.run(command, input="\n".join(words), text=True, env={**os.environ, **home},
                                 capture_output=True, check=False)  # fmt: skip
        print(run.stdout + run.stderr)
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
        print(f"{spent[0] / before[0]:.2f} x wall, {spent[1] / before[1]:.2f} x CPU; peak {most} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
