"""Erase every planted person from a copy of every writable store, in every mode, and hold each outcome to the rest.

    python -m tests.sweep.subjects [STORE ...]

What is found is held to truth.json in tests/lifecycle/test_subjects.py. After each: a second search finds nothing,
the decoys are mentioned as often as before, no token stands in any file in one of the forms that `forms` and
`encoded` write, and everything else is as it was: of a text store line by line, of a database row by row, but for
full-text indexes and the columns in `DERIVED`. Exit 1 if something doesn't hold.
"""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import sys
import tempfile
import urllib.parse
from contextlib import closing
from pathlib import Path

from inspector.lifecycle.jobs import JobState
from inspector.lifecycle.plan import Mode, Terms
from inspector.lifecycle.subjects import search
from inspector.stores import open_store
from tests.lifecycle.acting import copied, desk_in, erase
from tests.lifecycle.people import DECOY_OF, PLANTED, SUBJECTS, person
from tests.lifecycle.test_subjects import EDITABLE

UNTOLD = ("tracecraft/runs.db", "tracecraft/runs.jsonl")
"""Writable, and truth.json says nothing of who is in them."""
DERIVED = frozenset(
    (
        "spans.parent_id spans.cumulative_error_count spans.cumulative_llm_token_count_prompt "
        "spans.cumulative_llm_token_count_completion messages.hash messages.parent_hash parts.message_hash "
        "turns.parent_message_hash turns.tip_message_hash threads.tip_message_hash threads.name traces.project_session_rowid"
    ).split()
)
"""Columns that follow from others: sums over what is below, hashes of content, the beginning of a first
message, the session that went and was a trace's."""
UP = frozenset("parentSpanId parent_id parentId parent_run_id dotted_order".split())
"""Keys that name the span above: another one where that went."""
LONGER = b"boom-"
"""What a writer put before an address: that is another address."""
Rows = dict[tuple[str, int], dict[str, object]]


def found_in(path: Path, who: str):
    with closing(open_store(path)) as store, closing(store.editor()) as editor:
        return search(editor, person(who).matcher())


def rows_of(path: Path) -> Rows:
    """Every row outside of full-text indexes by its table and rowid."""
    found: Rows = {}
    with closing(sqlite3.connect(path)) as db:
        db.text_factory = bytes
        named = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        tables = {name.decode(): (sql or b"").decode() for name, sql in named}
        full = [name for name, sql in tables.items() if sql.upper().startswith("CREATE VIRTUAL")]
        for name, sql in tables.items():
            shadow = any(name == one or name.startswith(f"{one}_") for one in full)
            if shadow or name.startswith("sqlite_"):
                continue
            key = "rowid" if "WITHOUT ROWID" not in sql.upper() else "0"
            cursor = db.execute(f'SELECT {key}, * FROM "{name}"')
            columns = [d[0] for d in cursor.description][1:]
            for number, row in enumerate(cursor):
                found[name, row[0] if key == "rowid" else number] = dict(zip(columns, row[1:], strict=True))
    return found


def keys_of(path: Path) -> list[tuple[str, str, str, str]]:
    """Declared foreign keys: table, column, the table and column it points to."""
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [
            (table, key[3], key[2], key[4] or "id")
            for table in tables
            for key in db.execute(f'PRAGMA foreign_key_list("{table}")')
        ]


def rows_differ(path: Path, before: Rows, after: Rows, ids: set[str], mode: Mode, cells: set) -> list[str]:
    """What changed or went without a reason."""
    wrong = [f"new row in {table}" for table, _ in after.keys() - before.keys()]
    for at in before.keys() & after.keys():
        for column, old in before[at].items():
            if after[at][column] == old:
                continue
            name = f"{at[0]}.{column}"
            if (at[0], at[1]) not in cells and name not in DERIVED:
                wrong.append(f"{name} changed")
    gone = before.keys() - after.keys()
    if mode is Mode.PSEUDONYMISE and gone:
        wrong.append(f"{len(gone)} rows went")
    marks = [id.encode() for id in ids if id]
    theirs = {at for at in gone if _mentions(before[at], marks) or (at[0], at[1]) in cells}
    keys = keys_of(path)
    while True:
        held = {(at[0], column, before[at].get(column)) for at in theirs for column in before[at]}
        more = {
            at for at in gone - theirs
            if any(at[0] == table and (to, column, before[at].get(own)) in held for table, own, to, column in keys)
            or any(to == at[0] and (table, own, before[at].get(column)) in held for table, own, to, column in keys)
        }  # fmt: skip
        if not more:
            break
        theirs |= more
    return wrong + [f"a row of {table} went that isn't theirs" for table, _ in gone - theirs]


def _mentions(row: dict[str, object], marks: list[bytes]) -> bool:
    text = b"\x00".join(cell for cell in row.values() if isinstance(cell, bytes))
    return any(mark in text for mark in marks)


def lines_differ(before: bytes, after: bytes, ids: set[str], mode: Mode, whose: list[bytes]) -> list[str]:
    """Lines that name neither the person nor a trace of theirs are there as before, in their order; of the others
    no more is left than the old line less elements of lists, or words of it."""
    marks = [mark.encode() for id in ids if id for mark in (id, _dashed(id))]
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    at, wrong = 0, []
    for line in old:
        same = at < len(new) and new[at] == line
        if same:
            at += 1
        elif not any(mark in line for mark in marks) and not any(token in line.lower() for token in whose):
            wrong.append("a line went or changed that isn't theirs")
        elif at < len(new) and _less(line, new[at], mode, whose):
            at += 1
        elif mode is Mode.PSEUDONYMISE:
            wrong.append("a line lost more than words")
    return wrong + ["lines were added or moved"] * (at != len(new))


def _dashed(id: str) -> str:
    return f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"


def _less(old: bytes, new: bytes, mode: Mode, whose: list[bytes]) -> bool:
    try:
        return _within(json.loads(new), json.loads(old), mode, whose)
    except ValueError:
        return False


def _within(new: object, old: object, mode: Mode, whose: list[bytes]) -> bool:
    """Elements of lists may be gone, texts that hold words of the person may differ. Where spans went from between
    others, numbers and parents may."""
    if isinstance(new, dict) and isinstance(old, dict):
        return new.keys() <= old.keys() and all(
            (key in UP and mode is Mode.SPANS) or _within(new[key], old[key], mode, whose) for key in new
        )
    if isinstance(new, list) and isinstance(old, list):
        if mode is Mode.PSEUDONYMISE:
            return len(new) == len(old) and all(
                _within(n, o, mode, whose) for n, o in zip(new, old, strict=True)
            )
        left = iter(old)
        return all(any(_within(one, other, mode, whose) for other in left) for one in new)
    if new == old or new != new:
        return True
    if isinstance(new, str) and isinstance(old, str) and any(word in old.lower().encode() for word in whose):
        return True
    if mode is Mode.PSEUDONYMISE:
        # Written in a way that `forms` doesn't write.
        return isinstance(new, str) and "erased" in new
    return mode is Mode.SPANS and not isinstance(new, str) and type(new) is type(old)


def forms(token: str) -> set[bytes]:
    """A token as it may lie in a file, in lower case."""
    whole = token.encode()
    out = {
        whole, json.dumps(token)[1:-1].encode(), json.dumps(json.dumps(token))[2:-2].encode(),
        urllib.parse.quote(token, safe="").encode(), urllib.parse.quote_plus(token).encode(),
        token.encode("utf-16-le"), token.encode("utf-16-be"), token.upper().encode(),
    }  # fmt: skip
    return {form.lower() for form in out}


def encoded(token: str) -> set[bytes]:
    """As it stands within base64, at each of three positions, less the letters that neighbours take part in."""
    whole = token.encode()
    out = set()
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + whole).rstrip(b"=")
        out.add(text[(0, 2, 3)[shift] : len(text) - (1 if (shift + len(whole)) % 3 else 0)])
    return out


def left_in(folder: Path, path: Path, who: str, decoy: str) -> int:
    """Tokens that stand in any file of the store. What is part of a decoy's longer word isn't the person's."""
    count = 0
    others = [form for token in PLANTED[decoy] for form in forms(token)]
    others += [LONGER + form for token in PLANTED[who] for form in forms(token)]
    for file in folder.glob(f"{path.name}*"):
        data = file.read_bytes()
        low = data.lower()
        for form in others:
            low = low.replace(form, b"\x01")
        for token in PLANTED[who]:
            count += sum(low.count(form) for form in forms(token))
            count += sum(data.count(form) for form in encoded(token) if len(form) > 10)
    return count


def one(name: str, who: str, mode: Mode, place: Path) -> list[str]:
    """What doesn't hold of one erasure on a copy in an empty folder."""
    folder = place / "store"
    folder.mkdir()
    path = copied(name, folder)
    database = path.suffix == ".db"
    before = rows_of(path) if database else path.read_bytes()
    found, decoys = found_in(path, who), found_in(path, DECOY_OF[who])
    ids = found.traces | {span for _, span in found.spans}
    if mode is not Mode.PSEUDONYMISE:
        ids |= {owner.trace_id for owner in found.owners.values()}
    wrong = []
    if not left_in(folder, path, who, DECOY_OF[who]) and found.cells:
        wrong.append("the oracle sees nothing before")
    job = erase(desk_in(place), [path], who, Terms(mode))
    if job.state is not JobState.COMPLETED:
        wrong.append(f"{job.state.value}: {job.stores[0].error}")
    again, after = found_in(path, who), found_in(path, DECOY_OF[who])
    if again.cells:
        wrong.append(f"{len(again.cells)} cells found again")
    if after.records != decoys.records or len(after.cells) != len(decoys.cells):
        wrong.append(f"decoys: {decoys.records} records, now {after.records}")
    if count := left_in(folder, path, who, DECOY_OF[who]):
        wrong.append(f"{count} tokens are left")
    if database:
        cells = {(place.table, place.key) for place in found.cells}
        wrong += rows_differ(path, before, rows_of(path), ids, mode, cells)
    else:
        whose = [
            form for token in PLANTED[who] for form in (*forms(token), *map(bytes.lower, encoded(token)))
        ]
        wrong += lines_differ(before, path.read_bytes(), ids, mode, whose)
    return wrong


def main() -> int:
    bad = tried = 0
    for name in sys.argv[1:] or [*EDITABLE, *UNTOLD]:
        for who in SUBJECTS:
            for mode in Mode:
                with tempfile.TemporaryDirectory() as place:
                    os.environ["INSPECTOR_STATE_DIR"] = f"{place}/state"
                    os.environ["INSPECTOR_CACHE_DIR"] = f"{place}/cache"
                    wrong = one(name, who, mode, Path(place))
                tried += 1
                bad += bool(wrong)
                said = {text: wrong.count(text) for text in wrong}
                print(f"{name} {who} {mode.value}: {said or 'holds'}", flush=True)
    print(f"{tried} cases, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
