"""Folders and globs as lists of stores."""

from __future__ import annotations

from pathlib import Path

from inspector.stores import expand


def test_a_folder_gives_its_stores_in_order_and_says_what_it_skips(stores):
    found, notes = expand([stores / "otlp", stores / "zipkin"])
    assert [p.name for p in found] == [
        "genai_manual.otlp.jsonl",
        "openinference.otlp.jsonl",
        "zipkin_v2.jsonl",
    ]
    assert notes == []
    found, notes = expand([stores / "hostile"])
    assert {"empty.db", "empty.jsonl", "invoices.jsonl", "notsqlite.db"}.isdisjoint(p.name for p in found)
    assert "phoenix_corrupt_leafs.db" in [p.name for p in found]
    assert notes == ["4 files are no trace stores: skipped."]


def test_a_tree_with_hidden_and_companion_files(stores, tmp_path):
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    text = (stores / "hostile" / "orphans.jsonl").read_bytes()
    for path in (deep / "x.jsonl", tmp_path / ".hidden.jsonl", tmp_path / "y.db-wal"):
        path.write_bytes(text)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "z.jsonl").write_bytes(text)
    assert expand([tmp_path]) == ([deep / "x.jsonl"], [])


def test_a_glob_that_the_shell_left_alone(stores):
    found, _ = expand([str(stores / "otlp" / "*.jsonl")])
    assert len(found) == 2
    found, _ = expand([str(stores / "**" / "zipkin*")])
    assert [p.name for p in found] == ["zipkin_v2.jsonl"]


def test_names_are_given_back_for_open_to_judge(stores, tmp_path):
    missing = tmp_path / "missing.jsonl"
    bad = stores / "hostile" / "invoices.jsonl"
    assert expand([missing, "-", bad, str(tmp_path / "*.none")])[0] == [
        missing,
        Path("-"),
        bad,
        tmp_path / "*.none",
    ]


def test_a_store_comes_once(stores, tmp_path):
    path = stores / "otlp" / "genai_manual.otlp.jsonl"
    (tmp_path / "link").symlink_to(path)
    assert expand([path, path, tmp_path / "link"])[0] == [path]
