"""The scene that the sweep kills: one edit of a SQLite store, with an op id that stays the same.

    python -m tests.sweep.edit_sqlite_scene STORE PLAN

PLAN is JSON: the ids of traces that go, and words to be replaced in what stays.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from inspector.intent import announced
from inspector.stores import open_store
from inspector.stores.edits import Cell, Done, Editable, Edits


def edits_in(plan: Path) -> Edits:
    asked = json.loads(plan.read_text())
    words = {old.encode(): new.encode() for old, new in asked["words"].items()}

    def replaced(cell: Cell) -> bytes | None:
        content = cell.content
        for old, new in words.items():
            content = content.replace(old, new)
        return None if content == cell.content else content

    return Edits(traces=frozenset(asked["traces"]), every=replaced if words else None)


def play(store: Path, plan: Path) -> Done:
    opened = open_store(store)
    assert isinstance(opened, Editable)
    editor = opened.editor()
    opened.close()
    try:
        return editor.carry_out(edits_in(plan), announced("sweep", 1), lambda step: None, lambda: False)
    finally:
        editor.close()


if __name__ == "__main__":
    play(Path(sys.argv[1]), Path(sys.argv[2]))
