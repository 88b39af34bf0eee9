"""Write the edited text beside the store and give it the store's name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.errors import HeldBack, StoreError
from inspector.stores import edit_os, edit_swap
from inspector.stores.edit_hash import Hashing, hash_of
from inspector.stores.edit_records import changed
from inspector.stores.edit_text import PlainSink, sink
from inspector.stores.edits import Done, FileState, Step
from inspector.stores.source import read_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.stores.edit_pass import Pass
    from inspector.stores.edit_records import Verdict
    from inspector.stores.edit_swap import Edit, Spot
    from inspector.stores.source import Source

_METHOD = "rewritten beside it, exchanged under a lease"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """`demand_snapshot` raises HeldBack where the file isn't the one that the pass is made for, or grew from
    it. `late` says what becomes of bytes that were added since."""

    source: Source
    spot: Spot
    op_id: str
    verdict: Verdict
    run: Pass
    late: Edit
    demand_snapshot: Callable[[], None]
    report: Callable[[Step], None]
    stopped: Callable[[], bool]

    def finish(self) -> Done:
        source = self.source
        # Said at once rather than after a gigabyte was written.
        edit_swap.lease_soon(source.fd)
        edit_os.drop_lease(source.fd)
        demand_space(self.spot, source.size)
        name = self.spot.named(self.op_id, "tmp")
        temp = self.spot.create(name)
        try:
            edit_os.take_lock(temp)
            with Hashing() as old, Hashing() as new:
                return self._write(name, temp, old, new)
        finally:
            edit_os.drop_lease(source.fd)
            os.close(temp)
            # By now it has the store's name, or nothing was changed.
            self.spot.remove(name)

    def _write(self, name: str, temp: int, old: Hashing, new: Hashing) -> Done:
        fd = self.source.fd
        written = PlainSink(temp, new.add)
        out = sink(written, self.source)
        text = self.run.text
        hashed = text.listen(old.add)
        self.run.run(out.write, self._step)
        if self.verdict.unmet():
            raise changed()
        before = FileState(self.spot.path, text.size, old.digest() if hashed else hash_of(fd))
        counts = dict(self.verdict.counts)
        if not self.run.changed:
            return Done(counts, [before], [before], "nothing had to be changed")
        out.close()
        os.fsync(temp)
        edit_os.copy_owner(fd, temp)
        edit_swap.lease_soon(fd)
        covered = self._tail(written, text.size)
        os.fsync(temp)
        kept = edit_swap.exchange(self.spot, fd, name, self.op_id, covered)
        edit_os.drop_lease(fd)
        partial = edit_swap.drain(self.spot, kept, covered, written.size, self.late)
        return Done(counts, [before], [self._after(written.size, new)], _METHOD, partial=partial)

    def _step(self, done: int) -> None:
        if self.stopped():
            raise HeldBack("Stopped before anything was changed.", "Run it again when you want to.")
        self.report(Step("write", done, self.run.text.size))

    def _tail(self, written: PlainSink, covered: int) -> int:
        """Takes over what was added while the new file was written. Nobody writes now."""
        self.demand_snapshot()
        end = os.fstat(self.source.fd).st_size
        if end > covered:
            written.write(self.late(read_all(self.source.fd, covered, end - covered)))
        return end

    def _after(self, size: int, new: Hashing) -> FileState:
        fd = self.spot.open(self.spot.name)
        try:
            now = os.fstat(fd).st_size
            # More has come since: then it has to be read again.
            return FileState(self.spot.path, now, new.digest() if now == size else hash_of(fd))
        finally:
            os.close(fd)


def demand_space(spot: Spot, size: int) -> None:
    found = os.fstatvfs(spot.folder)
    if found.f_bavail * found.f_frsize < size:
        raise StoreError(
            f"Rewriting needs {size >> 20} MB beside the store, and there is less.", "Free disk space."
        )
