"""Helpers of these tests: whose tokens are whose, carrying out edits, and an oracle of residue of their own."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from inspector.intent import announced
from inspector.stores import open_store
from inspector.stores.edits import Cell, Done, Editable, Editor, Edits, Owner


class Tokens:
    """The planted tokens of the sample stores."""

    def __init__(self, rows: Sequence[dict[str, str]]) -> None:
        self._rows = rows

    def of(self, owner: str) -> list[str]:
        return [row["token"] for row in self._rows if row["owner"] == owner]


def editor(path: Path) -> Editor:
    store = open_store(path)
    assert isinstance(store, Editable)
    made = store.editor()
    store.close()
    return made


def carry_out(path: Path, edits: Edits, op: str = "op", stopped: Callable[[], bool] = lambda: False) -> Done:
    made = editor(path)
    try:
        return made.carry_out(edits, announced(op, 1), lambda step: None, stopped)
    finally:
        made.close()


def forms(token: str) -> set[bytes]:
    """The ways a token may stand in a store, in lower case."""
    texts = {token, json.dumps(token)[1:-1], json.dumps(json.dumps(token))[2:-2].strip('"'), quote(token)}
    found = {text.encode() for text in texts} | {token.encode("utf-16-le"), token.encode("utf-16-be")}
    for shift in range(3):
        packed = base64.b64encode(b"\0" * shift + token.encode())
        found.add(packed[4 if shift else 0 : -4])
    return {form.lower() for form in found if len(form) > 7}


def whole_token(token: str) -> re.Pattern[str]:
    """The token with no letter or digit beside it, as a person's search means it."""
    return re.compile(rf"(?<![\w+.-]){re.escape(token)}(?![\w-]|\.\w)", re.IGNORECASE)


def decoded(content: bytes) -> str:
    """A cell's text with JSON in JSON undone, as far as escapes go."""
    text = content.decode(errors="replace")
    for _ in range(3):
        text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m.group(1), 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def hits(made: Editor, names: Iterable[str]) -> list[Cell]:
    """Cells that name one of these, by whole tokens."""
    names = list(names)
    needles = [form for name in names for form in forms(name)]
    patterns = [whole_token(name) for name in names]
    return [
        cell
        for cell in made.cells(needles)
        if any(pattern.search(decoded(cell.content)) for pattern in patterns)
    ]


def owners_of(made: Editor, cells: Iterable[Cell]) -> list[Owner]:
    return [owner for cell in cells for owner in made.owners(cell, [()])]


def erasure(made: Editor, names: Iterable[str]) -> Edits:
    """Every trace, and every record outside of traces, that names one of these."""
    found = owners_of(made, hits(made, names))
    return Edits(
        traces=frozenset(owner.trace_id for owner in found if owner.trace_id),
        records=tuple({owner.place for owner in found if not owner.trace_id}),
    )


def residue(paths: Iterable[Path], names: Iterable[str], shared: bytes = b"") -> int:
    """How many 8-byte windows of these names, in any form, stand anywhere in the files' bytes.

    Windows that `shared` has too don't count: other people's data may hold them.
    """
    data = b"\0".join(path.read_bytes() for path in paths).lower()
    shared = shared.lower()
    windows = {form[at : at + 8] for name in names for form in forms(name) for at in range(len(form) - 7)}
    return sum(data.count(window) for window in windows if window not in shared)


def texts(path: Path) -> bytes:
    """All live, decoded content of a database."""
    made = editor(path)
    try:
        return b"\0".join(cell.content for cell in made.cells())
    finally:
        made.close()


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every ordinary table, sorted."""
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    found = {
        name.decode(): sorted(connection.execute(f'SELECT * FROM "{name.decode()}"').fetchall(), key=repr)
        for (name,) in names
    }
    connection.close()
    return found
