"""The scene that the sweep kills: one edit of a JSON store.

    python -m tests.sweep.edit_json_scene STORE MODE

Modes: drop (traces), spans (with their children moved up), pseudonymise (a token in every cell), tombstones.
"""

from __future__ import annotations

import sys
from pathlib import Path

from inspector.errors import InspectorError
from inspector.intent import announced
from inspector.stores import open_store
from inspector.stores.edits import Edits

TOKEN, OTHER = b"usr_7f3a91c2d4", b"usr_0000000000"
MODES = ("drop", "spans", "pseudonymise", "tombstones")


def edits_of(path: Path, mode: str) -> Edits:
    """The same for every state of the store: what is gone already is asked for in vain."""
    ids = path.with_suffix(".ids").read_text().split()
    pairs = frozenset(tuple(one.split(":")) for one in ids)
    traces = frozenset(trace for trace, _ in pairs)
    return {
        "drop": Edits(traces),
        "spans": Edits(spans=pairs),
        "pseudonymise": Edits(every=lambda cell: cell.content.replace(TOKEN, OTHER)),
        "tombstones": Edits(traces, in_place=True),
    }[mode]


def main(path: Path, mode: str) -> int:
    store = open_store(path)
    try:
        editor = store.editor()
        editor.carry_out(edits_of(path, mode), announced("op1", 1), lambda step: None, lambda: False)
    except InspectorError as error:
        sys.stderr.write(f"{error.what}\n")
        return int(error.exit_code)
    finally:
        store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
