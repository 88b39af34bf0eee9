"""End a process, or let a call fail, at the Nth call of the operating system that an edit makes."""

from __future__ import annotations

import os

from inspector.errors import InspectorError
from inspector.intent import announced
from inspector.stores import open_store

CALLS = ("open", "write", "pwrite", "fsync", "fchmod", "link", "rename", "unlink")
KILLED = 137


class Nth:
    """Counts calls; ends the process, or fails, at one of them."""

    def __init__(self, at=0, error=0):
        self.count, self.at, self.error = 0, at, error

    def patched(self, real):
        def call(*args, **options):
            self.count += 1
            if self.count == self.at:
                if not self.error:
                    os._exit(KILLED)
                raise OSError(self.error, os.strerror(self.error))
            return real(*args, **options)

        return call


def carry_out(path, edits, op="op1"):
    store = open_store(path)
    try:
        return store.editor().carry_out(edits, announced(op, 1), lambda step: None, lambda: False)
    finally:
        store.close()


def forked(path, edits, nth):
    """Carry out in a child, so that no cleaning up is done where it ends. Its exit code: 4 is an error."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            store = open_store(path)
            editor = store.editor()
            for name in CALLS:
                setattr(os, name, nth.patched(getattr(os, name)))
            editor.carry_out(edits, announced("op1", 1), lambda step: None, lambda: False)
            code = 0
        except InspectorError:
            code = 4
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
