"""Cuts a masked copy down to the traces that were chosen: what isn't chosen goes as in an erasure."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from inspector.errors import StoreError, UsageError
from inspector.lifecycle.erasure import let_go
from inspector.stores.edits import Editable, Edits, foreseeing

if TYPE_CHECKING:
    from collections.abc import Collection

    from inspector.intent import Intent
    from inspector.stores.base import Store


def demand_editable(store: Store) -> None:
    """Raises UsageError for a store of which nothing can be left out."""
    if not isinstance(store, Editable):
        raise UsageError("Of this store nothing can be left out.", "Leave out the query, or use --to otlp.")


def leave_traces(store: Store, kept: Collection[str], intent: Intent) -> None:
    """Of a copy that is nobody else's yet; `kept` are ids as stored. Raises UsageError or StoreError; the copy
    is then of no use."""
    demand_editable(store)
    assert isinstance(store, Editable)
    there: set[str] = set()
    for batch in store.scan():
        there.update(span.trace_id for span in batch.spans)
        there.update(trace.trace_id for trace in batch.traces)
    if not there.issuperset(kept):
        raise StoreError("An id of a chosen trace was hidden in the copy.", "Leave out the query.")
    edits = Edits(traces=frozenset(there.difference(kept)))
    if edits.empty:
        return
    with closing(store.editor()) as editor:
        preview = editor.preview(edits)
        if preview.refusals:
            raise UsageError(preview.refusals[0], "Leave out the query, or use --to otlp.")
        let_go(store)
        editor.carry_out(foreseeing(edits, preview.foreseen), intent, lambda step: None, lambda: False)
