"""What lifecycle is handed by whoever puts the program together: how to open a store, the log, the clock."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.errors import StoreError
from inspector.session.store_names import store_name
from inspector.stores.edits import Editable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from inspector.access.limits import Limit
    from inspector.audit.log import AuditLog
    from inspector.audit.notes import NoteSigner
    from inspector.lifecycle.person import Person
    from inspector.lifecycle.sight import Sight
    from inspector.session.veil import Veil
    from inspector.stores.base import Store
    from inspector.stores.edits import Editor


@dataclass(frozen=True, slots=True)
class Desk:
    """`signers` may give none: certificates are then unsigned, and say so."""

    open: Callable[[Path], Store]
    veil: Callable[[Path], Veil]
    log: AuditLog
    now: Callable[[], int]
    signers: Callable[[], Sequence[NoteSigner]] = lambda: ()
    blind: Callable[[Sequence[str]], Sequence[str]] = lambda ids: ()
    """Tags that ids would have in a blind index, where the role in use holds its key."""
    limit: Limit | None = None
    """What of any store exists for the role in use."""

    def sight(self, store: Store, stopped: Callable[[], bool] = lambda: False) -> Sight | None:
        """None for a role that sees everything."""
        if self.limit is None:
            return None
        from inspector.lifecycle.sight import Sight

        return Sight.of(store, self.limit, self.veil(store.info.path), stopped)

    def person(self, id: str, aliases: Sequence[str] = ()) -> Person:
        """Raises UsageError for an id that is too short to be told from other text."""
        from inspector.lifecycle.person import Person
        from inspector.lifecycle.tokens import tokens_of

        tokens_of(id, aliases)
        ids = (id.strip(), *(a.strip() for a in aliases))
        return Person(ids[0], ids[1:], self.log.mark(id), tuple(self.blind(ids)))

    @contextmanager
    def editing(self, path: Path) -> Iterator[tuple[Store, Editor]]:
        """A store with its editor. Raises StoreError for a format that can only be read."""
        store = self.open(path)
        try:
            if not isinstance(store, Editable) or not store.info.writable:
                raise StoreError(
                    f"{store_name(path)}: stores of this kind can only be read here.",
                    "inspector formats says which can be changed; check that the file and folder are writable.",
                )
            editor = store.editor()
            try:
                yield store, editor
            finally:
                editor.close()
        finally:
            store.close()
