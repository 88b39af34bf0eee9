"""The state of a search: its hits as they come, and which one the user stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.view import Hit


class Finding:
    def __init__(self) -> None:
        self.query = ""
        self.hits: list[Hit] = []
        self.at = -1
        self.finished = True

    def start(self, query: str) -> None:
        self.query, self.hits, self.at, self.finished = query, [], -1, False

    def add(self, hits: list[Hit], *, finished: bool) -> bool:
        """Take hits in; true when the first has just come."""
        fresh = not self.hits and bool(hits)
        self.hits += hits
        self.finished = finished
        return fresh

    def step(self, by: int) -> Hit | None:
        """The next (1) or previous (-1) hit; goes round at the ends."""
        if not self.hits:
            return None
        self.at = (self.at + by) % len(self.hits)
        return self.hits[self.at]

    @property
    def words(self) -> tuple[str, ...]:
        """What to mark on the screen."""
        return tuple(word.strip('"') for word in self.query.split() if word.strip('"'))

    def label(self, more: str) -> str:
        """For the header: `/refund 3 of 17`."""
        if not self.query:
            return ""
        if not self.hits:
            return f"/ {self.query}  {'none' if self.finished else more}"
        return f"/ {self.query}  {self.at + 1:,} of {len(self.hits):,}{'' if self.finished else more}"
