"""Virtual rows: any number of lines at the cost of those on screen.

A source knows how many rows there are and gives any page of them. Pages are fetched off the UI thread, only
those on screen and the next one; a finished line is kept by (row, width, selected, epoch).
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import TimeoutError as NotYet
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor, Future

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

PAGE = 64
KEPT = 24
PATIENCE = 0.008
"""Seconds that a paint may wait for a page before it draws placeholders: half a frame, so that a quick source
never flickers and a slow one never blocks."""


class RowSource(Protocol[T_co]):
    @property
    def count(self) -> int: ...

    def page(self, start: int, n: int) -> Sequence[T_co]: ...


class Pages(Generic[T]):
    """The pages of one source that were wanted lately."""

    def __init__(
        self, source: RowSource[T], fetcher: Executor, arrived: Callable[[Future[Sequence[T]]], None]
    ) -> None:
        self.source = source
        self.count = source.count
        self._fetcher = fetcher
        self._arrived = arrived
        self._kept: OrderedDict[int, Sequence[T]] = OrderedDict()
        self._asked: dict[int, Future[Sequence[T]]] = {}
        self.fetched = 0
        """How many pages were asked of the source."""

    def want(self, first: int, last: int) -> None:
        """Have the rows `first` to `last` and the page after them; wait a moment for those on screen."""
        low, high = max(first, 0) // PAGE, min(max(last, 0), max(self.count - 1, 0)) // PAGE
        for number in range(low, high + 1):
            self._ask(number)
        for number in range(low, high + 1):
            future = self._asked.get(number)
            if future is not None:
                try:
                    error = future.exception(PATIENCE)
                except NotYet:
                    break
                if error is None:
                    self._keep(number, future.result())
        if (high + 1) * PAGE < self.count:
            self._ask(high + 1)

    def get(self, row: int) -> T | None:
        """The row if it is here."""
        number = row // PAGE
        page = self._kept.get(number)
        if page is None:
            future = self._asked.get(number)
            if future is None or not future.done() or future.exception() is not None:
                return None
            page = self._keep(number, future.result())
        at = row - number * PAGE
        return page[at] if at < len(page) else None

    def _ask(self, number: int) -> None:
        if number in self._kept:
            self._kept.move_to_end(number)
        elif number not in self._asked:
            self.fetched += 1
            future = self._fetcher.submit(self.source.page, number * PAGE, PAGE)
            self._asked[number] = future
            future.add_done_callback(self._arrived)

    def _keep(self, number: int, page: Sequence[T]) -> Sequence[T]:
        self._asked.pop(number, None)
        self._kept[number] = page
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return page
