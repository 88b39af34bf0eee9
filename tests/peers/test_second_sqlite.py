"""All of the residue matrix, on the system's SQLite and on another build of it, whose defaults differ."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(480)  # a minute on a machine that does nothing else
@pytest.mark.parametrize("module", ["", "pysqlite3"])
def test_nothing_stays_behind_on_any_build(tmp_path: Path, module: str) -> None:
    environment = {**os.environ}
    if module:
        install = [sys.executable, "-m", "pip", "install", "-q", "--target", str(tmp_path / "lib")]
        subprocess.run([*install, "pysqlite3-binary==0.5.4"], check=True, timeout=300)
        environment["PYTHONPATH"] = str(tmp_path / "lib")
    told = subprocess.run(
        [sys.executable, "-m", "tests.stores.rows.matrix", *([module] if module else [])],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
    *cases, build = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(cases) == 42
    for case in cases:
        assert case["before"] > 0, case
        assert (case["after"], case["found"], case["partial"], case["integrity"]) == (0, 0, "", "ok"), case
        assert set(case["indexes"]) <= {"ok"}, case
    assert build["sqlite"]
