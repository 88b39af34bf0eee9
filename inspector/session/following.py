"""Open stores that go on growing: what comes is taken into their index as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.errors import InspectorError
from inspector.index.lines import LineReader
from inspector.session.limited import LimitedStore
from inspector.stores.base import HasLines
from inspector.stores.follow import Change, Newest, Tail, Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.session.opened import Opened
    from inspector.stores.base import Lines, Store


class Following:
    """One following of some stores; `added` is asked to open the file that has taken a store's name."""

    def __init__(self, stores: list[Opened], add: Callable[[Opened], Opened | None]) -> None:
        self._stores = stores
        self._add = add
        self._readers: dict[int, Tail | Newest] = {}
        self._left: set[int] = set()

    def run(self, moved: Callable[[], None], stopped: Callable[[], bool]) -> None:
        """Until `stopped` says so; `moved` after each change of what there is."""
        folders = {opened.store.info.path.resolve().parent for opened in self._stores}
        watch = Watch(sorted(folder for folder in folders if folder.is_dir()), stopped)
        while not stopped():
            if self.step(stopped):
                moved()
            watch.wait()

    def step(self, stopped: Callable[[], bool] = lambda: False) -> bool:
        """Take in what has come; whether anything has."""
        changed = False
        for number, opened in enumerate(list(self._stores)):
            if opened.finished and number not in self._left and not stopped():
                changed |= self._one(number, opened)
        return changed

    def _one(self, number: int, opened: Opened) -> bool:
        reader = self._readers.get(number)
        if reader is None:
            reader = reader_of(opened)
            if reader is None:
                self._left.add(number)
                return False
            self._readers[number] = reader
        changed = False
        change = reader.change() if isinstance(reader, Tail) else Change.NONE
        if change is not Change.CUT:
            lines = _lines_of(opened.store)
            if isinstance(reader, Tail) and lines is not None:
                changed = self._columns(opened, reader, lines)
            else:
                for batch in reader.batches():
                    changed |= bool(batch.spans or batch.traces or batch.problems)
                    opened.grow(batch)
        if change is not Change.NONE and self._add(opened) is not None:
            # The old file has been read to its end; the new one is a store of its own.
            self._left.add(number)
            opened.gone = change is Change.CUT
            return True
        return changed

    def _columns(self, opened: Opened, tail: Tail, lines: Lines) -> bool:
        """Take in what has come straight into columns, as a scan does."""
        changed = False
        for start, stop, before in tail.ranges():
            block = LineReader(lines.fd, lines.format).block_after(before, start, stop)
            changed |= bool(len(block.spans) or len(block.traces) or block.problems)
            opened.take(block)
        return changed


def _lines_of(store: Store) -> Lines | None:
    """The text of lines that a store is, where all of it may be seen."""
    return store.lines() if isinstance(store, HasLines) and not isinstance(store, LimitedStore) else None


def reader_of(opened: Opened) -> Tail | Newest | None:
    """What reads on where the index ends; none for a store that can't grow."""
    store = opened.store.inner if isinstance(opened.store, LimitedStore) else opened.store
    lines = store.lines() if isinstance(store, HasLines) else None
    if lines is not None and lines.grows:
        return Tail(store.info.path, lines, lines.size, opened.index.line_count)
    if store.info.format.container == "sqlite":
        return Newest(store, opened.index.highest())
    return None


def reopened(store: Store) -> Store | None:
    """The store that has the name now; none while it can't be opened, as when it is still empty."""
    from inspector.stores import open_store

    try:
        return open_store(store.info.path)
    except InspectorError:
        return None
