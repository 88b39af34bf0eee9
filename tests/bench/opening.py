"""Start to first rows, in a pty: big stores beside the small ones of the same format.

usage: python -m tests.bench.opening RUNS SMALL BIG [SMALL BIG]...

In turns, medians. Each store is opened with nothing of ours kept, and again with its index kept. Bars: 1.3x of
the small store, resident 1.5x, page cache warm. Resident counts worker processes too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.terminal import Paint, watch

MOST = 1000
"""Names of traces that are waited for: whichever is drawn first counts."""


def names_of(store: Path) -> re.Pattern[bytes]:
    """Matches the name of a trace, as drawn."""
    argv = [sys.executable, "-m", "inspector", "ls", str(store), "--limit", str(MOST), "--json"]
    lines = subprocess.run(argv, capture_output=True, check=True).stdout.splitlines()
    names = {str(json.loads(line)["name"])[:12].rstrip() for line in lines}
    return re.compile(b"|".join(re.escape(name.encode()) for name in names if len(name) > 7))


def keep(store: Path, environ: dict[str, str]) -> None:
    """Have the index of a store kept where the program will look for it."""
    os.environ.update(environ)
    argv = [sys.executable, "-m", "inspector", "info", str(store)]
    subprocess.run(argv, capture_output=True, check=True)


def main(runs: int, stores: list[Path]) -> None:
    home = Path(tempfile.mkdtemp())
    environ = {f"INSPECTOR_{n}_DIR": f"{home}/{n}" for n in ("CACHE", "STATE", "CONFIG")}
    os.environ.update(environ)
    names = {store: names_of(store) for store in stores}
    argv = {store: [sys.executable, "-m", "inspector", str(store)] for store in stores}
    seen: dict[tuple[Path, str], list[Paint]] = {}
    for again in ("opened", "reopened"):
        if again == "reopened":
            for store in stores:
                keep(store, environ)
        for _ in range(runs):
            for store in stores:
                if again == "opened":
                    shutil.rmtree(home / "CACHE", ignore_errors=True)
                paint = watch(argv[store], names[store], environ=environ, seconds=60)
                seen.setdefault((store, again), []).append(paint)
    print(
        "| store | | first rows | of the small one | resident | of the small one |\n|---|---|---|---|---|---|"
    )
    for small, big in zip(stores[::2], stores[1::2], strict=True):
        for again in ("opened", "reopened"):
            base = [statistics.median(each) for each in zip(*map(figures, seen[small, again]), strict=True)]
            for store in (small, big):
                own = [
                    statistics.median(each) for each in zip(*map(figures, seen[store, again]), strict=True)
                ]
                print(
                    f"| {store.name}, {store.stat().st_size / 1e6:,.1f} MB | {again} | {own[0]:.2f} s "
                    f"| {own[0] / base[0]:.2f}x | {own[1] / 1e6:.0f} MB | {own[1] / base[1]:.2f}x |"
                )
    shutil.rmtree(home, ignore_errors=True)


def figures(paint: Paint) -> tuple[float, float]:
    return paint.text or float("nan"), float(paint.rss)


if __name__ == "__main__":
    main(int(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
