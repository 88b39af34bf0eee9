"""One open store with its index; a lock lets a scan and loads take turns."""

from __future__ import annotations

import threading
from collections import OrderedDict
from itertools import takewhile
from typing import TYPE_CHECKING

from msgspec import Struct

from inspector.collector import uncollected
from inspector.index import Builder, ColumnIndex
from inspector.session.keeping import Keeper
from inspector.session.limited import LimitedStore
from inspector.session.screening import screen
from inspector.session.show import label
from inspector.session.tree import arrange
from inspector.stores.base import Grows, HasLines, HasWindows

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.index.block import Block
    from inspector.model import Batch, Span, Trace
    from inspector.session.tree import Branch
    from inspector.session.veil import Veil
    from inspector.stores.base import Store
    from inspector.view import ShownText

OVERLAP = 16 << 10
"""Bytes that two windows share: a name and the keys beside it lie nearer to each other."""
_KEPT_TRACES = 8
_KEPT_SPANS = 20_000


class Loaded(Struct, frozen=True):
    """A trace in memory, raw, with its tree; `branches` are in display order."""

    trace: Trace
    branches: tuple[Branch, ...]

    def span(self, index: int) -> tuple[Span, tuple[str, ...]]:
        """The span at a position of the trace, and what its links have wrong."""
        flags = next((b.flags for b in self.branches if b.index == index), ())
        return self.trace.spans[index], flags

    def below(self, index: int) -> list[Span]:
        """All spans that stand under one."""
        at = next((n for n, b in enumerate(self.branches) if b.index == index), len(self.branches))
        deeper = takewhile(lambda b: b.depth > self.branches[at].depth, self.branches[at + 1 :])
        return [self.trace.spans[b.index] for b in deeper]


class Opened:
    """A store's structure and the few traces that were looked at last."""

    def __init__(self, store: Store, veil: Veil, workers: int = 0, cache_max: int = 0) -> None:
        """`cache_max`: bytes that the indexes kept on disk may take; 0 keeps none."""
        self.store = store
        self.veil = veil
        self.name: ShownText = veil.text(str(store.info.path), (), "store")
        self.index = ColumnIndex(lambda field, text: label(field, text, veil), screen(veil))
        self._builder = Builder(store, self.index, workers)
        self.workers = workers
        """How many processes read and redact, 0 for one a core."""
        self._keeper = Keeper(store, self.index, veil, cache_max)
        self._unkept = False
        """Whether the index is newer than what is kept of it; it is kept once labels are judged for good."""
        self.done = 0
        self.begun = False
        self.gone = False
        """Whether what it held was cut away: its rows are in no new list."""
        self.finished = False
        self.named = False
        """Whether everybody is known whom some field of the store names."""
        self.plain: set[tuple[int, int]] = set()
        """Pieces of its text in which no letter or digit is escaped, as far as searches have looked."""
        self._looked = -1
        """The version of the index whose spans were looked into for what they hide."""
        self._naming = threading.Lock()
        self._finding = threading.Lock()
        self._turn = threading.Lock()
        self._kept: OrderedDict[tuple[int, int], Loaded] = OrderedDict()

    def scan(self, after_step: Callable[[], None], stopped: Callable[[], bool]) -> None:
        """Feed the index until the store is read or `stopped` says so. A finished scan isn't repeated."""
        self.begun = True
        if self.finished:
            return

        def step(done: int) -> None:
            self.done = max(self.done, done)
            after_step()

        start = self._keeper.restored()
        whole = start == self.store.info.bytes
        self.named = whole and self.index.nameless
        if whole or self._builder.run(step, stopped, start):
            self.index.pack()
            self.finished = True
            self.done = self.store.info.bytes
            after_step()
            self._unkept = not whole

    def learn_names(self, stopped: Callable[[], bool]) -> None:
        """Find the people whom any field of the store names wherever else they stand, from now on."""
        with self._naming:
            if self.named:
                return
            if isinstance(self.store, HasWindows):
                windows = takewhile(lambda _: not stopped(), self.store.windows(OVERLAP))
                if self.veil.learn_all(windows):
                    self.index.judge_again()
            self.named = not stopped()
            self.index.nameless = self.named and not self.veil.known
            if self.named and self.finished and self._unkept:
                self._keeper.keep()
                self._unkept = False

    def find_types(self, stopped: Callable[[], bool]) -> None:
        """Look into all spans of a big store for what they hide, so that queries need not read them."""
        if self._looked == self.index.version:
            return
        from inspector.session.types.finding import Finding, can_be_found

        self.learn_names(stopped)
        lines = self.store.lines() if isinstance(self.store, HasLines) else None
        if not self.finished or lines is None or not can_be_found(lines, self.veil):
            return
        with self._finding:
            finding = Finding(lines, self.index, self.veil, self.workers)
            if finding.run(lambda share: None, stopped):
                self._looked = self.index.version
                if finding.found:
                    self._keeper.keep()

    def load(self, row: int) -> Loaded:
        raw_id, places = self.index.source(row)
        key = (row, len(places))
        with self._turn:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
            with uncollected(len(places)):
                trace = self.store.load(raw_id, places)
                self.veil.learn(trace)
                loaded = Loaded(trace, arrange(trace.spans))
            self._kept[key] = loaded
            self._trim()
            return loaded

    def take(self, block: Block) -> None:
        """The same for a block that is finished."""
        if isinstance(self.store, Grows):
            self.store.grown()
        self.index.absorb(block)
        self.done = self.store.info.bytes

    def grow(self, batch: Batch) -> None:
        """Take in what has come to the store since it was scanned."""
        if isinstance(self.store, Grows):
            self.store.grown()
        self.index.feed(self.store.permitted(batch) if isinstance(self.store, LimitedStore) else batch)
        self.done = self.store.info.bytes

    def newest_first(self) -> list[int]:
        """All rows."""
        return list(self.index.order("start", descending=True))

    def close(self) -> None:
        with self._turn:
            self._kept.clear()
            self.store.close()

    def _trim(self) -> None:
        while len(self._kept) > 1 and (
            len(self._kept) > _KEPT_TRACES
            or sum(len(kept.trace.spans) for kept in self._kept.values()) > _KEPT_SPANS
        ):
            self._kept.popitem(last=False)
