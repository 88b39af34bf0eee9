"""How long the real program takes from a key to the first byte it draws, action by action, in a pty.

usage: python -m tests.bench.paint [STORE] [ROUNDS]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.e2e.terminal import Terminal
from tests.peers.test_every_action import typed

TOUR = [
    *("down", "down", "up", "G", "g", "space", "b", "]", "["),
    *("enter", "down", "down", "a", "a", "v", "v", "D", "D", "D", "D", "<", ">", "+", "L", "0", ".", "."),
    *(
        "enter",
        "2",
        "down",
        "down",
        "space",
        "C",
        "O",
        "3",
        "4",
        "space",
        "5",
        "1",
        "z",
        "z",
        "escape",
        "escape",
    ),
    *(
        "s",
        "S",
        "?",
        "escape",
        "x",
        "escape",
        "i",
        "h",
        "+",
        "0",
        "escape",
        "m",
        "down",
        "=",
        "n",
        "escape",
        "m",
    ),
]


def main() -> None:
    default = Path(__file__).parents[2] / "sample_traces" / "support_agent.otlp.jsonl"
    store = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    terminal = Terminal(str(store))
    terminal.wait("spans", "READ-ONLY", lambda text: "reading" not in text)
    terminal.settle(1.0)
    took: list[tuple[float, str]] = []
    for _ in range(rounds):
        for key in TOUR:
            before = len(terminal.bytes)
            began = time.perf_counter()
            terminal.send(typed(key))
            while len(terminal.bytes) == before and time.perf_counter() - began < 1.0:
                terminal._read(0.02)
            if len(terminal.bytes) > before:
                took.append((time.perf_counter() - began, key))
            terminal.settle(0.15)
    terminal.send("\x11")
    terminal.end()
    took.sort()
    for share in (50, 90, 95, 99):
        seconds, key = took[min(len(took) * share // 100, len(took) - 1)]
        print(f"p{share} {seconds * 1000:6.1f} ms  ({key})")
    print(f"{len(took)} paints, slowest {took[-1][0] * 1000:.1f} ms ({took[-1][1]})")


if __name__ == "__main__":
    main()
