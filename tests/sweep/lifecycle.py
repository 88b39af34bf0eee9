"""Kill whole erasures and retention runs at the calls that touch the disk, and take each up again.

    python -m tests.sweep.lifecycle [--every N] [--kind otlp|phoenix] [--act ACT]

After each kill: the store opens, an intent stands in the log if anything was changed, the operation is resumed to its
end, no span is lost or doubled, nothing of the person is found, nothing is left beside the store, the log verifies
and has no open intent. `--every 1` is every write, pwrite, fsync, rename and unlink. Exit 1 if a point doesn't hold.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.sweep.lifecycle_scene import ACTS, KINDS, counted, point, spans_of
from tests.sweep.sweeping import command, quiet, sweep


def run(kind: str, act: str, every: int, say=quiet) -> tuple[int, list[str]]:
    """Points tried, and what didn't hold."""
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "whole"
        made = counted(kind, act, whole)
        expected = spans_of(whole)

        def killed(call: str, nth: int) -> str:
            folder = Path(place) / f"{call}-{nth}"
            said = point(kind, act, call, nth, folder, expected)
            shutil.rmtree(folder, ignore_errors=True)
            return said

        return sweep(f"{kind} {act}", made, every, killed, say)


if __name__ == "__main__":
    sys.exit(command(run, kind=KINDS, act=ACTS))
