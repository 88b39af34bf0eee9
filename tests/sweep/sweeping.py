"""What sweeps with strace share: the points of a run, what is said of them, the command line."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from itertools import product

from tests.sweep.lifecycle_scene import CALLS

ALL = 1_000_000


def quiet(text: str) -> None:
    pass


def sweep(
    name: str,
    made: Mapping[str, int],
    every: int,
    point: Callable[[str, int], str | None],
    say: Callable[[str], None],
    *,
    note: str = "",
    most: int = ALL,
    calls: Iterable[str] = CALLS,
) -> tuple[int, list[str]]:
    """Points tried, and what didn't hold. `made` is how often a whole run makes each call; `point` says what doesn't
    hold when one of them is killed, or nothing, and none if nothing was killed."""
    points, wrong = 0, []
    for call in calls:
        total = made[call]
        step = max(every, -(-total // most))
        for nth in sorted({*range(1, total + 1, step), total} - {0}):
            said = point(call, nth)
            if said is None:
                continue
            points += 1
            if said:
                wrong.append(f"{name} {call} {nth} of {total}: {said}")
                say(wrong[-1])
    counts = ", ".join(f"{call} {n}" for call, n in made.items() if n)
    say(f"{name:<22} {points} points, {len(wrong)} wrong ({counts}{note})")
    return points, wrong


def command(run: Callable[..., tuple[int, list[str]]], **axes: Iterable[str]) -> int:
    """Run `run(*values, every, say=…)` for every combination of the axes' values that was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    for name, values in axes.items():
        parser.add_argument(f"--{name}", choices=tuple(values))
    asked = parser.parse_args()
    if shutil.which("strace") is None:
        sys.stdout.write("strace is needed: apt-get install strace\n")
        return 2
    points, wrong = 0, []
    for chosen in product(
        *([getattr(asked, n)] if getattr(asked, n) else values for n, values in axes.items())
    ):
        tried, bad = run(*chosen, asked.every, say=lambda text: print(text, flush=True))
        points += tried
        wrong += bad
    sys.stdout.write(f"{points} points, {len(wrong)} wrong\n")
    return 1 if wrong else 0
