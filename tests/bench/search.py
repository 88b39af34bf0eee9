"""How fast a search of a big store finds its first and all hits, and what `rg -o` needs for the bytes alone.

usage: python -m tests.bench.search STORE [WORD...]

One session a store, engine warm, page cache warm. Bars for a literal: first hit 0.3 s, all hits 0.8 s and
50 us a hit more.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from inspector.redaction import Redactor
from inspector.session import Session
from inspector.stores import open_store
from inspector.view import Badge

WORDS = ("usr_6247565697", "882f87b7fd53dc13", "zebra", "CreateEmbeddings")
MOST = 20_000
"""Hits after which a search is stopped; the table says so."""


def rg(word: str, path: Path) -> str:
    program = shutil.which("rg")
    if program is None:
        return "-"
    case = [] if word != word.lower() else ["-i"]
    start = time.perf_counter()
    subprocess.run(
        [program, "-a", "-o", "-F", *case, word, str(path)], stdout=subprocess.DEVNULL, check=False
    )
    return f"{time.perf_counter() - start:.2f}"


def main(path: Path, words: tuple[str, ...]) -> None:
    session = Session([open_store(path)], Redactor(), Badge("viewer", False))
    if not path.name.endswith("jsonl"):
        session.scan(lambda p: None, lambda: False)
    next(session.search("warm", lambda: False), None)
    print(f"{path.name}, {path.stat().st_size / 1e9:.2f} GB")
    print(
        f"{'word':24}{'hits':>8}{'first s':>9}{'all s':>8}{'us a hit more':>15}{'count s':>9}{'rg -o s':>9}"
    )
    for word in words:
        start = time.perf_counter()
        first, hits = 0.0, 0
        for _ in session.search(word, lambda: False):
            first = first or time.perf_counter() - start
            hits += 1
            if hits == MOST:
                break
        every = time.perf_counter() - start
        more = max(0.0, every - 0.8) / hits * 1e6 if hits else 0.0
        start = time.perf_counter()
        counted = session.count(word, lambda: False) if hits < MOST else 0
        count = f"{time.perf_counter() - start:.2f}" if counted == hits else "-"
        print(
            f"{word:24}{hits:>7}{'+' if hits == MOST else ' '}{first:>9.3f}{every:>8.2f}{more:>15.0f}"
            f"{count:>9}{rg(word, path):>9}"
        )
    session.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or WORDS)
