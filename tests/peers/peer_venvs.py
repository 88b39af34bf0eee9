"""The tools whose stores are edited, from PyPI, each in an environment of its own that is made once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

PEERS = {
    "phoenix": ("arize-phoenix==20.26.1",),
    "mlflow": ("mlflow==3.17.2",),
    "small": ("llm==0.36", "tracecraft==0.2.1"),
}


@cache
def python_of(name: str) -> Path:
    """`INSPECTOR_PEERS` may name a folder that outlives the run."""
    folder = Path(os.environ.get("INSPECTOR_PEERS") or Path(__file__).parents[2] / ".venv" / "peers") / name
    python = folder / "bin" / "python"
    marker = folder / "made"
    if not marker.exists():
        venv.create(folder, clear=True, with_pip=False, symlinks=True)
        install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q"]
        subprocess.run([*install, *PEERS[name]], check=True, timeout=1200)
        marker.touch()
    return python


def ask(name: str, script: str, *arguments: str) -> object:
    """What a script prints as JSON, in the tool's own environment."""
    told = subprocess.run(
        [str(python_of(name)), "-c", script, *arguments],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
    return json.loads(told.stdout.splitlines()[-1])
