"""How long the real program takes from a key to the first byte it draws, in a pty: every action of the registry by
its key, and the way to where it applies.

usage: python -m tests.bench.paint [STORE] [ROUNDS]
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import NamedTuple

from inspector.tui.actions import ACTIONS, Place
from tests.e2e.terminal import Terminal
from tests.peers.test_every_action import HOME, LEAVES, WAY, typed

QUIET = 0.15
"""Seconds without a byte after which a key counts as answered."""
AGAIN = 2
"""How often in a row each action is done: the second press is the way back, or the next line."""


class Took(NamedTuple):
    seconds: float
    worked: float
    """Seconds of processor time until then: what the wait would be on an idle machine, at most."""
    key: str
    action: str


def main() -> None:
    default = Path(__file__).parents[2] / "sample_traces" / "support_agent.otlp.jsonl"
    store = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    terminal = Terminal(str(store))
    terminal.wait("spans", "READ-ONLY", lambda text: "reading" not in text)
    terminal.settle(1.0)
    took = [one for _ in range(rounds) for one in tour(terminal)]
    terminal.send("\x11")
    terminal.end()
    report(took)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{(used.ru_utime + used.ru_stime) * 1000 / len(took):.1f} ms of processor time a paint, start included"
    )


def tour(terminal: Terminal) -> list[Took]:
    took: list[Took] = []

    def press(key: str, action: str) -> None:
        before = worked(terminal.pid)
        seconds = terminal.react(key)
        if seconds is not None:
            took.append(Took(seconds, worked(terminal.pid) - before, key, action))
        terminal.settle(QUIET)

    for action in ACTIONS:
        if action.id in LEAVES or not action.keys:
            continue
        for key in WAY.get(action.place, ""):
            press(key, f"way to {action.id}")
        for _ in range(1 if action.place in (Place.COPY, Place.MODAL) else AGAIN):
            press(typed(action.keys[0]), action.id)
        for key in HOME:  # not measured: most of them have nothing to close
            terminal.send(key)
            terminal.settle(0.06)
    return took


def worked(pid: int) -> float:
    """Processor time of all threads of a process, seconds."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def report(took: list[Took]) -> None:
    waits, works = sorted(one.seconds for one in took), sorted(one.worked for one in took)
    for share in (50, 90, 95, 99):
        at = min(len(took) * share // 100, len(took) - 1)
        print(f"p{share} {waits[at] * 1000:6.1f} ms, of them at work {works[at] * 1000:6.1f}")
    for one in sorted(took, key=lambda one: -one.worked)[:10]:
        print(f"  {one.seconds * 1000:6.1f} ms, at work {one.worked * 1000:6.1f}  {one.key!r} {one.action}")
    print(f"{len(took)} paints")


if __name__ == "__main__":
    main()
