"""Hostile files: what is good is shown, the rest is counted and named, nothing acts on the terminal."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from tests.cli.program import inside, run

NAMES = sorted(p.name for p in (Path(__file__).parents[1] / "data" / "stores" / "hostile").iterdir())
NO_STORES = {"empty.db", "empty.jsonl", "invoices.jsonl", "notsqlite.db"}
BROKEN = {
    *("garbage_middle.jsonl", "gz_truncated.jsonl.gz", "truncated_last_line.jsonl", "types.jsonl"),
    "phoenix_corrupt_leafs.db",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_command_ends_cleanly(name: str, stores: Path) -> None:
    path = str(stores / "hostile" / name)
    info = run("info", path, "--json")
    assert info.returncode == (4 if name in NO_STORES else 0), info.stderr
    assert b"Traceback" not in info.stderr
    listed = inside("ls", path, "--json")
    if name in NO_STORES:
        assert listed.returncode == 4
        return
    summary = json.loads(info.stdout)
    assert bool(summary["problems"]) == (name in BROKEN)
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert len(rows) == summary["traces"] > 0
    done = inside("show", path, "--json", "--raw", "--", rows[0]["trace_id"])
    if rows[0]["trace_id"]:
        assert done.returncode == 0, done.stderr
        assert len(json.loads(done.stdout)["spans"]) == rows[0]["spans"]


def printable(text: str) -> bool:
    return all(
        c == "\n" or (unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") and c not in BIDI) for c in text
    )


BIDI = {chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


@pytest.mark.parametrize("name", ["terminal_escapes.jsonl", "weird_ids.jsonl", "types.jsonl", "cycles.jsonl"])
def test_only_printable_characters_come_out(name: str, stores: Path) -> None:
    path = str(stores / "hostile" / name)
    ids = [json.loads(line)["trace_id"] for line in inside("ls", path, "--json").stdout.splitlines()]
    outputs = [inside("ls", path).stdout, inside("ls", path, "--json").stdout, inside("info", path).stdout]
    outputs += [inside("show", path, "--raw", "--", i).stdout for i in ids[:3] if i]
    outputs += [inside("show", path, "--raw", "--json", "--", i).stdout for i in ids[:3] if i]
    for output in outputs:
        assert output
        assert printable(output.decode("utf-8"))


def test_cycles_and_orphans_are_flagged(stores: Path) -> None:
    flags = set()
    for name in ("cycles.jsonl", "orphans.jsonl", "duplicate_ids.jsonl"):
        path = str(stores / "hostile" / name)
        for line in inside("ls", path, "--json").stdout.splitlines():
            trace = json.loads(inside("show", path, json.loads(line)["trace_id"], "--json").stdout)
            flags |= {flag for span in trace["spans"] for flag in span["flags"]}
    assert {"cycle of parents, cut here", "parent not in the store", "duplicate span id"} <= flags
