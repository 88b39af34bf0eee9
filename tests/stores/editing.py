"""Edit a copy of a store as the program does, with an intent from a real audit log."""

from __future__ import annotations

import shutil

from inspector.audit.log import AuditLog
from inspector.audit.record import Actor, Entry
from inspector.stores import open_store
from inspector.stores.edits import Edits


def copy_of(stores, name, folder):
    path = folder / name.rsplit("/", maxsplit=1)[-1]
    shutil.copyfile(stores / name, path)
    return path


def edit(path, edits, op_id="", stopped=lambda: False, report=lambda _step: None):
    """Carry out edits, or what a function makes of the editor."""
    store = open_store(path)
    try:
        editor = store.editor()
        chosen = edits if isinstance(edits, Edits) else edits(editor)
        log = AuditLog(path.parent / "audit", Actor("admin"), b"k" * 32)
        with log.act(Entry("trace.view", op_id=op_id)) as intent:
            return editor.carry_out(chosen, intent, report, stopped)
    finally:
        store.close()


def heads_of(path):
    """Every span as trace id, span id, parent; of a store that was emptied, none."""
    if path.stat().st_size == 0:
        return []
    store = open_store(path)
    try:
        return [(h.trace_id, h.span_id, h.parent_id) for batch in store.scan() for h in batch.spans]
    finally:
        store.close()
