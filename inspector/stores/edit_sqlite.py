"""Changing a SQLite store in place: the transaction, then everything that makes what went really go.

Called again with the same op id after being killed anywhere, it goes on where it was: the transaction is all
or nothing, and the notes in the state folder say whether it was committed.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from inspector.errors import HeldBack
from inspector.model import RowPlace
from inspector.stores.edits import Cell, Done, Edits, FileState, Owner, Preview, Step
from inspector.stores.rows import checking, cleaning, fulltext, journal, leaving, triggers, writing
from inspector.stores.rows.asking import Asking, planning
from inspector.stores.rows.catalog import Catalog, catalog
from inspector.stores.rows.changing import Changes, change, present
from inspector.stores.rows.owning import owners
from inspector.stores.rows.reading import cells
from inspector.stores.sqlite_file import DatabaseFile
from inspector.stores.sqlite_guard import allow_temporary
from inspector.stores.sqlite_open import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.intent import Intent
    from inspector.stores.generation import Generation
    from inspector.stores.rows.declared import RowEdits

_MOMENT = 200_000
"""Steps of SQLite's machine between two looks at whether to stop: some milliseconds."""


class SqliteEditor:
    """An `Editor`. Reads by a connection of its own, which is closed while `carry_out` writes."""

    def __init__(self, path: Path, declared: RowEdits) -> None:
        self._path = path
        self._declared = declared
        self._opened: Opened | None = None
        self._catalog: Catalog | None = None
        self._asking: Asking | None = None
        self._seen = _generation(path)

    def cells(self, needles: Sequence[bytes] = ()) -> Iterator[Cell]:
        connection = self._connection()
        return cells(connection, self._known(connection), needles)

    def owners(self, cell: Cell, paths: Sequence[tuple[str | int, ...]]) -> Sequence[Owner]:
        connection = self._connection()
        if self._asking is None:
            self._asking = Asking(connection, self._known(connection))
        return owners(self._asking, self._declared, cell, paths)

    def preview(self, edits: Edits) -> Preview:
        connection = self._connection()
        known = self._known(connection)
        with planning(connection, known) as asking:
            leaving.fill(asking, edits, self._declared)
            counted = leaving.counts(asking)
            touched = set(asking.gone_tables())
            for put in self._declared.puts(asking, edits.orphans):
                if not asking.is_gone(put.table, put.rowid):
                    counted[f"updated {put.table}"] = counted.get(f"updated {put.table}", 0) + 1
                    touched.add(put.table)
            outside = self._declared.outside(asking)
        for rewrite in edits.rewrites:
            table = rewrite.place.table if isinstance(rewrite.place, RowPlace) else ""
            label = f"rewritten {table}"
            counted[label] = counted.get(label, 0) + 1
            touched.add(table)
        if edits.every is not None:
            for cell in cells(connection, known, ()):
                if edits.every(cell) not in (None, cell.content):
                    table = cast(RowPlace, cell.place).table
                    counted[f"rewritten {table}"] = counted.get(f"rewritten {table}", 0) + 1
                    touched.add(table)
        refusals = triggers.refusals(known, touched) + (fulltext.refusals(known) if touched else [])
        return Preview(
            counted, writing.disk_needed(self._path), refusals, (*outside, *triggers.copies(known, touched))
        )

    def carry_out(
        self,
        edits: Edits,
        intent: Intent,
        report: Callable[[Step], None],
        stopped: Callable[[], bool],
    ) -> Done:
        self._release()
        journal.sweep()
        real = self._path.resolve()
        entry = journal.load(intent.op_id, real, _digest(edits))
        if entry.phase == journal.DONE:
            return _done(entry)
        fresh = entry.phase == journal.FRESH
        if fresh:
            writing.refuse_without_room(real)
            entry.before = _states(real)
        with _watched(real) as file:
            same = file.generation() == self._seen
            partial = self._run(edits, entry, same, report, stopped)
        if not partial:
            entry.after = _states(real)
            entry.phase = journal.DONE
            journal.save(entry)
        self._seen = _generation(self._path)
        done = _done(entry)
        done.partial = partial
        return done

    def files(self) -> Sequence[Path]:
        return writing.files(self._path)

    def close(self) -> None:
        self._release()

    def _run(
        self,
        edits: Edits,
        entry: journal.Entry,
        same: bool,
        report: Callable[[Step], None],
        stopped: Callable[[], bool],
    ) -> str:
        """What kept it from being complete, or nothing."""
        with writing.opened(self._path.resolve()) as connection:
            known = catalog(connection)
            version = writing.version(connection)
            fresh = entry.phase == journal.FRESH
            if fresh and not edits.past_readers and not writing.patient(lambda: cleaning.emptied(connection)):
                raise HeldBack(
                    "Another program reads or writes the database, so that old bytes would stay in its log.",
                    "Close that program, or go on and have it certified as partial.",
                )
            if entry.phase != journal.CHANGED:

                def unchanged() -> bool:
                    return not edits.records or (same and writing.version(connection) == version)

                self._change(connection, known, edits, entry, unchanged, report, stopped)
            return self._clean(connection, known, entry, report)

    def _change(
        self,
        connection: sqlite3.Connection,
        known: Catalog,
        edits: Edits,
        entry: journal.Entry,
        unchanged: Callable[[], bool],
        report: Callable[[Step], None],
        stopped: Callable[[], bool],
    ) -> None:
        resumed = entry.phase == journal.CHANGING
        report(Step("check", 0, 1))
        if not resumed:
            found = checking.integrity(connection, quick=True)
            checking.refuse_damaged(found)
            entry.checks = {"quick check before": found}
            entry.settings = checking.settings(connection)
        writing.begin(connection)
        try:
            if not resumed and not unchanged():
                raise HeldBack("The store has changed since the plan was made.", "Make the plan again.")
            connection.execute("PRAGMA temp_store=MEMORY")
            asking = Asking(connection, known)
            if resumed and entry.witness and not present(asking, entry.witness):
                connection.execute("ROLLBACK")
            else:
                self._transact(asking, edits, entry, report, stopped)
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        entry.phase = journal.CHANGED
        journal.save(entry)

    def _transact(
        self,
        asking: Asking,
        edits: Edits,
        entry: journal.Entry,
        report: Callable[[Step], None],
        stopped: Callable[[], bool],
    ) -> None:
        connection = asking.connection
        asking.prepare()
        sound = fulltext.check_all(connection, asking.catalog)
        violations = checking.foreign_keys(connection)

        def look() -> None:
            if stopped():
                raise HeldBack("It was stopped before anything was changed.", "Run it again to go on.")

        report(Step("rows", 0, 1))
        connection.set_progress_handler(lambda: stopped(), _MOMENT)
        try:
            changes: Changes = change(asking, edits, self._declared, sound, look)
        finally:
            connection.set_progress_handler(None, 0)
        after = checking.foreign_keys(connection)
        entry.checks["foreign keys before"] = violations
        entry.checks["foreign keys after"] = after
        entry.checks.update({f"{name} before": said for name, said in sound.items()})
        if _count(after) > _count(violations):
            raise HeldBack(
                "Rows that stay would refer to rows that go: nothing was changed.",
                "Look for tables of your own that refer to the writer's.",
            )
        entry.counts = changes.counts
        entry.witness = changes.witness
        entry.phase = journal.CHANGING
        journal.save(entry)
        connection.execute("COMMIT")
        asking.forget()
        report(Step("rows", 1, 1))

    def _clean(
        self,
        connection: sqlite3.Connection,
        known: Catalog,
        entry: journal.Entry,
        report: Callable[[Step], None],
    ) -> str:
        size = writing.size(self._path)
        sound = {i.name: entry.checks.get(f"{i.name} before", "ok") for i in known.indexes}
        partial = cleaning.clean(connection, known, sound, lambda phase: report(Step(phase, 0, size)))
        if partial:
            return partial
        report(Step("check", 0, size))
        check, said = checking.afterwards(connection, size)
        entry.checks[f"{check} after"] = said
        for name, said in fulltext.check_all(connection, known).items():
            entry.checks[f"{name} after"] = said
        now = checking.settings(connection)
        entry.checks["settings"] = "kept" if now == entry.settings else "changed"
        entry.method = (
            f"DELETE and UPDATE with secure_delete, full-text optimize, VACUUM, log emptied; "
            f"SQLite {sqlite3.sqlite_version}"
        )
        report(Step("check", size, size))
        return ""

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = Opened(self._path)
            allow_temporary(self._opened.connection)
        if self._opened.stale():
            self._release()
            raise HeldBack("The store has changed since the plan was made.", "Make the plan again.")
        return self._opened.connection

    def _known(self, connection: sqlite3.Connection) -> Catalog:
        if self._catalog is None:
            self._catalog = catalog(connection)
        return self._catalog

    def _release(self) -> None:
        self._asking = self._catalog = None
        if self._opened is not None:
            self._opened.close()
            self._opened = None


def _generation(path: Path) -> Generation:
    file = DatabaseFile(path)
    try:
        return file.generation()
    finally:
        file.close()


@contextmanager
def _watched(real: Path) -> Iterator[DatabaseFile]:
    """A descriptor that is opened before SQLite's and closed after: closing one drops all locks."""
    file = DatabaseFile(real)
    try:
        yield file
    finally:
        file.close()


def _states(real: Path) -> list[tuple[str, int, str]]:
    found = []
    for file in writing.files(real):
        with file.open("rb") as stream:
            summed = hashlib.file_digest(stream, "sha256").hexdigest()
        found.append((str(file), file.stat().st_size, summed))
    return found


def _digest(edits: Edits) -> str:
    parts = (
        *sorted(edits.traces),
        *(f"{trace}\0{span}" for trace, span in sorted(edits.spans)),
        *sorted(repr(place) for place in edits.records),
        *sorted(f"{r.place!r}\0{r.before}\0{hashlib.sha256(r.after).hexdigest()}" for r in edits.rewrites),
        str(edits.orphans),
        str(edits.every is not None),
    )
    return hashlib.sha256("\x01".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _count(said: str) -> int:
    return 0 if said == "ok" else int(said.split()[0])


def _done(entry: journal.Entry) -> Done:
    return Done(
        dict(entry.counts),
        [FileState(Path(name), size, digest) for name, size, digest in entry.before],
        [FileState(Path(name), size, digest) for name, size, digest in entry.after],
        entry.method,
        dict(entry.checks),
    )
