"""The proof after the act: a second search of the store, and a scan of every byte of every file involved."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from inspector.lifecycle.residue import Residue, residue
from inspector.lifecycle.subjects import search
from inspector.stores.sqlite_open import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from inspector.lifecycle.person import Person
    from inspector.lifecycle.sight import Sight
    from inspector.stores.base import Store
    from inspector.stores.edits import Editor

_WINDOW: Final = 8
_PIECE: Final = 48
_IN_WINDOWS: Final = 60
"""Values that are looked for in windows: each is hundreds of patterns."""
_AT_ONCE: Final = 500
_MOST_IDS: Final = 20
"""Of so many traces that went, the ids are looked for."""


@dataclass(frozen=True, slots=True)
class Proof:
    """`residue` counts by file what is left outside what survives; `shared` are runs of characters that
    survivors hold too, and which say nothing."""

    second: int = 0
    residue: Mapping[str, int] = field(default_factory=dict)
    shared: int = 0
    unread: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Why it doesn't hold, or nothing."""
        if self.second:
            return "a second search still finds what was to go"
        left = [name for name, count in self.residue.items() if count]
        if left:
            return f"bytes of what was erased are left in {', '.join(left)}"
        return f"{', '.join(self.unread)} could not be scanned" if self.unread else ""


def of_person(
    store: Store,
    editor: Editor,
    person: Person,
    report: Callable[[int, int], None] = lambda done, total: None,
    sight: Sight | None = None,
) -> Proof:
    """For a role that sees a part of the store, the second search is all: bytes of what lies outside stay."""
    found = search(editor, person.matcher(), sight=sight)
    if sight is not None:
        return Proof(0 if found.empty else max(1, found.records))
    words = list(dict.fromkeys((person.id, *person.aliases)))
    return _proof(len(found.cells), _scanned(store, editor, words, report))


def of_traces(
    store: Store,
    editor: Editor,
    ids: Collection[str],
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Proof:
    """By the ids of the traces that went: those of 16 hex digits and more, which nothing else holds."""
    words = _telling(ids)
    return _proof(0, _scanned(store, editor, words, report)) if words else Proof()


def of_values(
    store: Store,
    editor: Editor,
    values: Iterable[str],
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Proof:
    """Of values that were replaced, by their beginnings and ends: all of them whole, and so many in windows.

    One that survivors hold too, inside a longer text or of another span, says nothing, nor does one that is
    shorter than a window.
    """
    words = sorted({piece for value in values for piece in _pieces(value)})
    files: list[Path] = [path for path in editor.files() if path.exists()]
    texts = files if store.info.format.container == "json" else []
    found: list[Residue] = []
    some = words[:: max(1, -(-len(words) // _IN_WINDOWS))]
    for batch, windows in (
        (some, True),
        *((words[at : at + _AT_ONCE], False) for at in range(0, len(words), _AT_ONCE)),
    ):
        if not batch:
            continue
        live = chain((cell.content for cell in editor.cells()), _schema(store))
        found.append(
            residue(files, batch, live=live, texts=texts, report=report, windows=windows, prose=True)
        )
    left: Counter[str] = Counter({path.name: 0 for path in files})
    for each in (file for one in found for file in one.files):
        left[each.path.name] += each.whole + each.windows
    unread = {f"{f.path.name} ({f.unread})" for one in found for f in one.files if f.unread}
    return Proof(0, left, sum(len(one.shared) for one in found), tuple(sorted(unread)))


def _pieces(value: str) -> set[str]:
    if len(value.encode("utf-8", "surrogatepass")) < _WINDOW:
        return set()
    return {piece for piece in (value[:_PIECE], value[-_PIECE:]) if piece.strip()}


def _schema(store: Store) -> Iterator[bytes]:
    """Names of tables and columns stand in a database for good."""
    if store.info.format.container != "sqlite":
        return
    with closing(Opened(store.info.path)) as opened:
        for (sql,) in opened.connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
            yield str(sql).encode()


def of_file(
    path: Path, person: Person | None, ids: Collection[str], report: Callable[[int, int], None]
) -> Proof:
    """Of a file that is no store any more."""
    words = [person.id, *person.aliases] if person is not None else _telling(ids)
    return _proof(0, residue([path], words, texts=[path], report=report)) if words else Proof()


def _telling(ids: Collection[str]) -> list[str]:
    return [id for id in islice(sorted(ids), _MOST_IDS) if len(id) >= 2 * _WINDOW]


def _proof(second: int, found: Residue) -> Proof:
    return Proof(
        second,
        {each.path.name: each.whole + each.windows for each in found.files},
        len(found.shared),
        tuple(f"{each.path.name} ({each.unread})" for each in found.files if each.unread),
    )


def _scanned(
    store: Store, editor: Editor, words: Sequence[str], report: Callable[[int, int], None]
) -> Residue:
    files: list[Path] = [path for path in editor.files() if path.exists()]
    texts = files if store.info.format.container == "json" else []
    survivors = None if texts else lambda needles: (cell.content for cell in editor.cells(needles))
    return residue(files, words, survivors=survivors, texts=texts, report=report)
