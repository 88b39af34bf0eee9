"""A store whose file is named after a person is not printed by that name."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from inspector.cli.store_names import store_name
from tests.cli.program import run

if TYPE_CHECKING:
    from pathlib import Path

PERSON = "jane.canary@example.com"


def test_what_is_found_in_a_name_is_hidden() -> None:
    assert store_name("/tmp/runs.jsonl") == "/tmp/runs.jsonl"
    assert PERSON not in store_name(f"/tmp/{PERSON}.jsonl")


@pytest.mark.parametrize(
    "words",
    [
        ("subject", "search", "--role", "operator", "--subject", "nobody-1"),
        ("erase", "plan", "--role", "operator", "--subject", "nobody-1"),
        ("erase", "plan", "--role", "operator", "--subject", "nobody-1", "--json"),
        ("doctor",),
        ("info",),
    ],
)
def test_commands_hide_it(words: tuple[str, ...], stores: Path, tmp_path: Path) -> None:
    store = tmp_path / f"{PERSON}.jsonl"
    shutil.copy(stores / "zipkin" / "zipkin_v2.jsonl", store)
    done = run(*words, str(store))
    assert PERSON.encode() not in done.stdout + done.stderr
