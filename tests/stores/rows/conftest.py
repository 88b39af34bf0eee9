"""Copies of real stores, and what every edit in these tests is done with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stores.rows.scene import Tokens


@pytest.fixture(scope="session")
def tokens(stores: Path) -> Tokens:
    lines = (stores / "tokens.jsonl").read_text().splitlines()
    return Tokens([json.loads(line) for line in lines])


@pytest.fixture
def copy(stores: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A writable copy of a shipped store."""

    def make(name: str) -> Path:
        target = tmp_path / Path(name).name
        shutil.copyfile(stores / name, target)
        return target

    return make
