"""Stores and query among the words of a command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.cli.arguments import stores_and_query
from inspector.cli.group import with_command
from inspector.errors import UsageError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "query", "stores", "wanted"),
    [
        (["a.jsonl"], None, ["a.jsonl"], ""),
        (["a.jsonl", "refund"], None, ["a.jsonl"], "refund"),
        (["a.jsonl", "two words"], None, ["a.jsonl"], "two words"),
        (["a.jsonl", "b.jsonl"], None, ["a.jsonl", "b.jsonl"], ""),
        (["a.jsonl", "b.jsonl"], "refund", ["a.jsonl", "b.jsonl"], "refund"),
        (["a.jsonl", "*.jsonl"], None, ["a.jsonl", "*.jsonl"], ""),
        (["a.jsonl", "-"], None, ["a.jsonl", "-"], ""),
        (["a.jsonl", "typo.jsonl"], None, ["a.jsonl", "typo.jsonl"], ""),
        (["gone"], None, ["gone"], ""),
    ],
)
def test_what_is_a_store_and_what_a_query(
    here: Path, words: list[str], query: str | None, stores: list[str], wanted: str
) -> None:
    assert stores_and_query(words, query) == (stores, wanted)


def test_what_cannot_be_told_apart_is_refused(here: Path) -> None:
    with pytest.raises(UsageError):
        stores_and_query(["a.jsonl", "b.jsonl", "refund"], None)
    with pytest.raises(UsageError):
        stores_and_query([], None)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ([], ["open"]),
        (["a.jsonl"], ["open", "a.jsonl"]),
        (["-"], ["open", "-"]),
        (["./ls"], ["open", "./ls"]),
        (["--", "ls"], ["open", "--", "ls"]),
        (["ls", "a"], ["ls", "a"]),
        (["--role", "ls", "a"], ["open", "--role", "ls", "a"]),
        (["--role", "viewer", "ls", "a"], ["--role", "viewer", "ls", "a"]),
        (["--role=viewer", "ls"], ["--role=viewer", "ls"]),
        (["--json", "ls"], ["--json", "ls"]),
        (["--help"], ["--help"]),
        (["--version"], ["--version"]),
        (["a.jsonl", "--help"], ["open", "a.jsonl", "--help"]),
    ],
)
def test_stores_need_no_command(given: list[str], read: list[str]) -> None:
    assert with_command(given) == read
