"""How soon a person sees something: our first frame and first redacted rows against an empty Textual app.

usage: python -m tests.bench.first_paint [RUNS]

Interleaved runs in a pty of 160x48, medians; every store of tests/data. Bars: frame 1.3x, rows 2x.
"""

from __future__ import annotations

import compileall
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.terminal import watch

STORES = Path(__file__).parents[1] / "data" / "stores"
EMPTY = "from textual.app import App\nApp().run()"
OURS = (
    "otlp/genai_manual.otlp.jsonl",
    "otlp/openinference.otlp.jsonl",
    "phoenix/phoenix.db",
    "mlflow/mlflow.db",
    "llm/logs.db",
    "openai_agents/traces.jsonl",
    "langsmith/runs_merged.jsonl",
    "langfuse/langfuse_sdk.otlp.jsonl",
    "zipkin/zipkin_v2.jsonl",
    "jaeger/ui_01.json",
    "tracecraft/runs.db",
    "tracecraft/runs.jsonl",
)


def newest_name(store: Path) -> bytes:
    """The start of the name that the first row of the list shows, as the headless twin prints it."""
    argv = [sys.executable, "-m", "inspector", "ls", str(store), "--limit", "1", "--json"]
    row = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)
    return str(row["name"])[:12].encode()


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    # As installed: pip compiles what it installs, so a checkout must be compiled too.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(Path(__file__).parents[2] / "inspector", quiet=2)
    home = tempfile.mkdtemp()
    environ = {f"INSPECTOR_{n}_DIR": f"{home}/{n}" for n in ("CACHE", "STATE", "CONFIG")}
    floor: list[float] = []
    ours: dict[str, list[tuple[float, float]]] = {name: [] for name in OURS}
    names = {name: newest_name(STORES / name) for name in OURS}
    for _ in range(runs):
        for name in OURS:
            floor.append(watch([sys.executable, "-c", EMPTY], None, keys=b"\x11").frame or float("nan"))
            paint = watch(
                [sys.executable, "-m", "inspector", str(STORES / name)], names[name], environ=environ
            )
            ours[name].append((paint.frame or float("nan"), paint.text or float("nan")))
    base = statistics.median(floor)
    print(f"empty Textual app: {base * 1000:.0f} ms to its first frame (median of {len(floor)})")
    print("| store | frame | rows |\n|---|---|---|")
    for name, pairs in ours.items():
        frame, rows = (statistics.median(p[i] for p in pairs) / base for i in (0, 1))
        print(f"| {name} | {frame:.2f}x | {rows:.2f}x |")


if __name__ == "__main__":
    main()
