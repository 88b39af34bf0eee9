"""TraceCraft's own terminal program and ours, side by side on big stores that its SDK has written.

usage: python -m tests.bench.tracecraft PYTHON [RUNS]     (PYTHON of an environment with tracecraft[tui,cli])

Its SQLite and JSONL stores of so many runs (10,000), of the runs in tests/data with fresh ids. A number is the
seconds or megabytes of one run; in turns, so ratios of one table hold. What it has no command for is a dash.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.terminal import watch

SAMPLE = Path(__file__).parents[1] / "data" / "stores" / "tracecraft" / "runs.jsonl"
NAMES = re.compile(
    rb"billing_agen|kyc_onboardi|triage_agent|support_agen|code_review_|refund_workf|research_age"
)
SHOWN = "warranty"
"""A word of texts that nothing hides."""
_WRITE = """
import re, sys
from tracecraft.core.models import AgentRun
from tracecraft.storage.jsonl import JSONLTraceStore
from tracecraft.storage.sqlite import SQLiteTraceStore
sample, folder, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
lines = open(sample, encoding="utf-8").read().splitlines()
ids = re.compile('"[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")')
tables, text = SQLiteTraceStore(folder + "/big.db"), JSONLTraceStore(folder + "/big.jsonl")
for n in range(runs):
    run = AgentRun.model_validate_json(ids.sub(lambda m: f'"{n:08x}{m[1]}', lines[n % len(lines)]))
    text.save(run)
    # Sessions and projects would have to be made by hand first.
    tables.save(run.model_copy(update={"session_id": None, "attributes": {}}))
tables.close()
"""


def timed(argv: list[str], environ: dict[str, str]) -> str:
    start = time.perf_counter()
    done = subprocess.run(
        argv, env={**os.environ, **environ}, stdout=subprocess.PIPE, check=False, timeout=600
    )
    took = time.perf_counter() - start
    return f"{took:.2f} s" if done.returncode in (0, 1) else f"exit {done.returncode}"


def started(argv: list[str], environ: dict[str, str]) -> tuple[str, str]:
    """Seconds to the first row of the list, and what is resident then."""
    paint = watch(argv, NAMES, environ=environ, seconds=240)
    return ("never" if paint.text is None else f"{paint.text:.2f} s"), f"{paint.rss / 1e6:.0f} MB"


def main(python: str, runs: int) -> None:
    theirs = str(Path(python).parent / "tracecraft")
    ours = [sys.executable, "-m", "inspector"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-c", _WRITE, str(SAMPLE), folder, str(runs)], check=True, cwd=folder)
        environ = {f"INSPECTOR_{n}_DIR": f"{folder}/{n}" for n in ("CACHE", "STATE", "CONFIG")}
        print("| store | | TraceCraft | inspector |\n|---|---|---|---|")
        for name in ("big.jsonl", "big.db"):
            store = f"{folder}/{name}"
            size = f"{name}, {runs:,} runs, {Path(store).stat().st_size / 1e6:,.0f} MB"
            first, held = started([theirs, "tui", store], environ)
            mine, mine_held = started([*ours, store], environ)
            print(f"| {size} | start to the first row | {first} | {mine} |")
            print(f"| | resident then | {held} | {mine_held} |")
            a = timed([theirs, "query", store, "--limit", "1000", "--format", "json"], environ)
            b = timed([*ours, "ls", store, "--limit", "1000", "--json"], environ)
            print(f"| | list 1,000 as JSON | {a} | {b} |")
            a = "-"
            if name.endswith("db"):
                sql = f"SELECT id FROM traces WHERE data LIKE '%{SHOWN}%'"
                a = timed([theirs, "query", store, "--sql", sql, "--format", "json"], environ) + " (SQL)"
            b = timed([*ours, "search", store, SHOWN, "--limit", "100", "--json"], environ)
            c = timed([*ours, "search", store, "nobodywrotethis", "--count"], environ)
            print(f"| | search a word: 100 hits | {a} | {b} |")
            print(f"| | search a word that isn't there | - | {c} |")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
