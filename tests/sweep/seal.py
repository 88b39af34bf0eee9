"""Kill whole sealings and unsealings at the calls that touch the disk, and take each up again.

    python -m tests.sweep.seal [--every N] [--kind otlp|phoenix] [--act seal|unseal]

After each kill: the store opens, an intent stands in the log if anything was changed, new work is held back and told
how to go on; taken up again every value opens, none is sealed twice, no byte of a sealed value is left in the store or
beside it, the log verifies and has no open intent. Exit 1 if a point doesn't hold. Needs strace.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.sweep.seal_scene import ACTS, CALLS, KINDS, Whole
from tests.sweep.sweeping import ALL, command, quiet, sweep


def run(kind: str, act: str, every: int, most: int = ALL, calls=CALLS, say=quiet) -> tuple[int, list[str]]:
    """Points tried, and what didn't hold."""
    with tempfile.TemporaryDirectory() as place:
        whole = Whole(kind, act, Path(place))

        def killed(call: str, nth: int) -> str:
            folder = Path(place) / f"{call}-{nth}"
            said = whole.point(call, nth, folder)
            shutil.rmtree(folder, ignore_errors=True)
            return said

        note = f"; {len(whole.gone)} values"
        return sweep(f"{kind} {act}", whole.calls, every, killed, say, note=note, most=most, calls=calls)


if __name__ == "__main__":
    sys.exit(command(run, kind=KINDS, act=ACTS))
