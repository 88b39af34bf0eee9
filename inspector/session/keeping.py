"""The index of a big store is kept on disk for the next time, and taken from there while it is still true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.index import cache
from inspector.redaction.engine import Redactor
from inspector.stores.base import HasGeneration, HasLines
from inspector.stores.generation import of_file

if TYPE_CHECKING:
    from inspector.index import ColumnIndex
    from inspector.session.veil import Veil
    from inspector.stores.base import Store
    from inspector.stores.generation import Generation

WORTH: Final = 8 << 20
"""A smaller store is read as fast as its index."""


class Keeper:
    """Of one store and its index."""

    def __init__(self, store: Store, index: ColumnIndex, veil: Veil, most: int) -> None:
        self._store = store
        self._index = index
        self._veil = veil
        self._most = most
        self._generation: Generation | None = None
        self._policy = ""
        self._policy = ""
        """The engine's fingerprint before it learned names: labels are judged again once they are known."""

    def restored(self) -> int:
        """Fill the index from the cache; up to which byte of the store it then reaches, 0 if none fits."""
        stamp = self._stamp()
        if stamp is None:
            return 0
        path = self._store.info.path
        known = cache.stamp_of(path)
        if known is None or (known.policy, known.version) != (stamp.policy, stamp.version):
            return 0
        if known.generation == stamp.generation:
            return self._store.info.bytes if cache.restore(self._index, path, known) else 0
        if self._grew(known, stamp) and cache.restore(self._index, path, known):
            return known.generation.size
        return 0

    def keep(self) -> None:
        """Write the index of a store that has just been read whole."""
        stamp = self._stamp()
        if stamp is not None and stamp.generation == self._generation:
            cache.save(self._index, self._store.info.path, stamp, self._most)

    def _grew(self, known: cache.Stamp, stamp: cache.Stamp) -> bool:
        """Whether whole lines have come to a text and nothing else has changed."""
        lines = self._store.lines() if isinstance(self._store, HasLines) else None
        if lines is None:
            return False
        then = of_file(lines.fd, size=known.generation.size)
        return stamp.generation.grew_from(known.generation, then.tail) and lines.ends_at(
            known.generation.size
        )

    def _stamp(self) -> cache.Stamp | None:
        """What an index of the store as it is now would be good for; none where it isn't worth keeping."""
        if not self._most or not isinstance(self._store, HasGeneration) or self._store.info.bytes < WORTH:
            return None
        if not isinstance(self._veil.engine, Redactor):
            return None
        made = self._store.generation()
        self._generation = self._generation or made
        self._policy = self._policy or self._veil.engine.fingerprint()
        return cache.Stamp(made, self._policy)
