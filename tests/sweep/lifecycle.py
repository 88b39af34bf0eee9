"""Kill whole erasures and retention runs at the calls that touch the disk, and take each up again.

    python -m tests.sweep.lifecycle [--every N] [--kind otlp|phoenix] [--act ACT]

After each kill: the store opens, an intent stands in the log if anything was changed, the operation is resumed to its
end, no span is lost or doubled, nothing of the person is found, nothing is left beside the store, the log verifies
and has no open intent. `--every 1` is every write, pwrite, fsync, rename and unlink. Exit 1 if a point doesn't hold.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.sweep.lifecycle_scene import ACTS, KINDS, counted, point, spans_of


def run(kind: str, act: str, every: int, say=lambda text: None) -> tuple[int, list[str]]:
    """Points tried, and what didn't hold."""
    points, wrong = 0, []
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "whole"
        calls = counted(kind, act, whole)
        expected = spans_of(whole)
        for call, total in calls.items():
            chosen = sorted({*range(1, total + 1, every), total} - {0})
            for nth in chosen:
                folder = Path(place) / f"{call}-{nth}"
                said = point(kind, act, call, nth, folder, expected)
                points += 1
                if said:
                    wrong.append(f"{kind} {act} {call} {nth} of {total}: {said}")
                    say(wrong[-1])
                shutil.rmtree(folder, ignore_errors=True)
    say(
        f"{kind:<8} {act:<13} {points} points, {len(wrong)} wrong ({', '.join(f'{c} {n}' for c, n in calls.items() if n)})"
    )
    return points, wrong


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--act", choices=ACTS)
    asked = parser.parse_args()
    if shutil.which("strace") is None:
        sys.stdout.write("strace is needed: apt-get install strace\n")
        return 2
    points, wrong = 0, []
    for kind in [asked.kind] if asked.kind else KINDS:
        for act in [asked.act] if asked.act else ACTS:
            tried, bad = run(kind, act, asked.every, lambda text: print(text, flush=True))
            points += tried
            wrong += bad
    sys.stdout.write(f"{points} points, {len(wrong)} wrong\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
