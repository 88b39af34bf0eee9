"""Arize Phoenix, a real receiver: what is pushed to it lies in its own database, with the same counts."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import run

ROOT = Path(__file__).parents[2]


def _free() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def phoenix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Its address and its folder."""
    folder = tmp_path_factory.mktemp("phoenix")
    port = _free()
    environ = {
        **os.environ,
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(_free()),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    program = ROOT / ".venv-phoenix" / "bin" / "phoenix"
    started = subprocess.Popen(
        [program, "serve"], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 180
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                break
        except (urllib.error.URLError, OSError):
            assert started.poll() is None and time.monotonic() < end
            time.sleep(0.5)
    yield url, folder
    started.terminate()
    started.wait(30)


@pytest.mark.parametrize(
    ("name", "traces", "spans"),
    [("otlp/openinference.otlp.jsonl", 120, 340), ("openai_agents/traces.jsonl", 60, 639)],
)
def test_the_same_counts(name: str, traces: int, spans: int, phoenix: tuple[str, Path], stores: Path) -> None:
    url, folder = phoenix
    before = _counts(folder)
    done = run(
        "export", str(stores / name), "--to", "otlp", "--endpoint", url, "--role", "operator", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["spans"] == spans
    end = time.monotonic() + 60
    wanted = (before[0] + traces, before[1] + spans)
    while _counts(folder) != wanted and time.monotonic() < end:
        time.sleep(1)
    assert _counts(folder) == wanted


def _counts(folder: Path) -> tuple[int, int]:
    done = run("info", str(folder / "phoenix.db"), "--json")
    if done.returncode != 0:
        return 0, 0
    held = json.loads(done.stdout)
    return held["traces"], held["spans"]
