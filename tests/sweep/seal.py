"""Kill whole sealings and unsealings at the calls that touch the disk, and take each up again.

    python -m tests.sweep.seal [--every N] [--kind otlp|phoenix] [--act seal|unseal]

After each kill: the store opens, an intent stands in the log if anything was changed, new work is held back and told
how to go on; taken up again every value opens, none is sealed twice, no byte of a sealed value is left in the store or
beside it, the log verifies and has no open intent. Exit 1 if a point doesn't hold. Needs strace.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.sweep.seal_scene import ACTS, CALLS, KINDS, Whole


def run(kind: str, act: str, every: int, most: int = 1_000_000, calls=CALLS, say=lambda text: None):
    """Points tried, and what didn't hold."""
    points, wrong = 0, []
    with tempfile.TemporaryDirectory() as place:
        whole = Whole(kind, act, Path(place))
        for call, total in whole.calls.items():
            if call not in calls:
                continue
            step = max(every, -(-total // most))
            for nth in sorted({*range(1, total + 1, step), total} - {0}):
                folder = Path(place) / f"{call}-{nth}"
                said = whole.point(call, nth, folder)
                points += 1
                if said:
                    wrong.append(f"{kind} {act} {call} {nth} of {total}: {said}")
                    say(wrong[-1])
                shutil.rmtree(folder, ignore_errors=True)
        made = ", ".join(f"{call} {n}" for call, n in whole.calls.items() if n)
        say(f"{kind:<8} {act:<7} {points} points, {len(wrong)} wrong ({made}; {len(whole.gone)} values)")
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
            tried, bad = run(kind, act, asked.every, say=lambda text: print(text, flush=True))
            points += tried
            wrong += bad
    sys.stdout.write(f"{points} points, {len(wrong)} wrong\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
