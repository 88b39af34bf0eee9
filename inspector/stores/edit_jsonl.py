"""The editor of JSON stores: finds cells, says whose they are, and rewrites the file in its own folder."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.errors import HeldBack, InspectorError, StoreError
from inspector.model import BytePlace
from inspector.stores import edit_os, edit_swap
from inspector.stores.edit_pass import Choice, Pass, chosen
from inspector.stores.edit_records import Family, Verdict, changed, held, owners
from inspector.stores.edit_swap import Spot
from inspector.stores.edit_text import Block, PlainSink, Text, sink
from inspector.stores.edits import Cell, Done, Edits, FileState, Preview, Step
from inspector.stores.generation import of_file
from inspector.stores.records import Piece, Shape
from inspector.stores.sieve import sieve
from inspector.stores.source import read_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from inspector.intent import Intent
    from inspector.stores.edits import Owner
    from inspector.stores.formats.parts import FormatEdits
    from inspector.stores.generation import Generation
    from inspector.stores.source import Source

_HASHED: Final = 1 << 20


class JsonEditor:
    """See `Editor`. Cells are lines, or the values of a text whose values span lines."""

    def __init__(self, path: Path, source: Source, shape: Shape, formats: FormatEdits) -> None:
        self._path = path
        self.source = source
        self._shape = shape
        self._format = formats
        self._snapshot: Generation = of_file(source.fd, size=source.size)

    def cells(self, needles: Sequence[bytes] = ()) -> Iterator[Cell]:
        choice = Choice(sieve(needles) if needles else None)
        for piece in chosen(Text(self.source, self._shape), choice):
            yield Cell(BytePlace(piece.start, piece.end, (), piece.line), piece.data)

    def owners(self, cell: Cell, paths: Sequence[tuple[str | int, ...]]) -> Sequence[Owner]:
        place = cell.place
        assert isinstance(place, BytePlace)
        return owners(self._format, Piece(cell.content, place.start, place.line), paths)

    def preview(self, edits: Edits) -> Preview:
        verdict, run = self._pass(edits)
        run.run(_nowhere, _unheard)
        refusals = [error.what for error in self._in_the_way()]
        if verdict.unmet():
            refusals.append(changed().what)
        return Preview(dict(verdict.counts), self.source.size + _HASHED, refusals, self._beside())

    def carry_out(
        self,
        edits: Edits,
        intent: Intent,
        report: Callable[[Step], None],
        stopped: Callable[[], bool],
    ) -> Done:
        edit_os.demand_platform()
        spot = Spot(self._path)
        try:
            edit_os.take_lock(self.source.fd)
            self._demand_snapshot(spot)
            self._demand_one_name(spot)
            verdict, run = self._pass(edits)
            edit_swap.recover(spot, lambda late: self.late(late, verdict))
            self.source.grown()
            done = _Rewriting(self, spot, verdict, intent, report, stopped).run(edits, run)
            intent.counts.update(done.counts)
            return done
        except OSError as error:
            raise edit_swap.refused(error, "The store can't be rewritten") from error
        finally:
            edit_os.drop_lock(self.source.fd)
            spot.close()

    def files(self) -> Sequence[Path]:
        spot = Spot(self._path)
        try:
            return spot.files()
        finally:
            spot.close()

    def close(self) -> None:
        return

    def _pass(self, edits: Edits) -> tuple[Verdict, Pass]:
        text = Text(self.source, self._shape)
        verdict = Verdict(edits, self._format, self._family(text, edits))
        return verdict, Pass(text, self._choice(edits, verdict), verdict.piece)

    def _family(self, text: Text, edits: Edits) -> Family:
        """A first pass, needed where spans go and others stay that have to do with them."""
        family = Family()
        if edits.spans or (edits.traces and self._format.loose):
            traces = edits.traces | {trace for trace, _ in edits.spans}
            bare = Verdict(Edits(traces), self._format, family)
            choice = Choice(sieve(bare.forms(), escaped=True), bare.starts())
            for piece in chosen(text, choice):
                for one in held(self._format, piece):
                    family.add(one.parts, traces)
        return family

    def _choice(self, edits: Edits, verdict: Verdict) -> Choice:
        everything = edits.every is not None
        return Choice(None if everything else sieve(verdict.forms(), escaped=True), verdict.starts())

    def late(self, data: bytes, verdict: Verdict) -> bytes:
        """What bytes become that were added since: lines of a plain text are edited for the ids in them."""
        if self._shape is not Shape.LINES or not self.source.plain:
            return data
        out: list[bytes] = []
        run = Pass(Text(self.source, self._shape), Choice(None), verdict.piece)
        # No place of a planned edit lies here: the block begins where no record of the snapshot can.
        run.block(Block(data, self.source.size + 1, 0), out.append)
        return b"".join(out)

    def _demand_snapshot(self, spot: Spot) -> None:
        now = of_file(self.source.fd, size=self._snapshot.size)
        grew = os.fstat(self.source.fd).st_size > self._snapshot.size
        same = (now.size, now.head, now.tail) == (
            self._snapshot.size,
            self._snapshot.head,
            self._snapshot.tail,
        ) and (grew or now.mtime == self._snapshot.mtime)
        if not same or not spot.holds(self.source.fd):
            raise changed()

    def _demand_one_name(self, spot: Spot) -> None:
        links = os.fstat(self.source.fd).st_nlink
        ours = sum(left.kind == "old" for left in spot.leftovers())
        if links > 1 + ours:
            raise HeldBack(
                f"The file has {links} names (hard links): rewritten under one it stays under the others.",
                "Remove the other names, or edit a copy.",
            )

    def _in_the_way(self) -> Iterator[InspectorError]:
        """All that would make `carry_out` refuse, as far as it can be told beforehand."""
        spot: Spot | None = None
        try:
            edit_os.demand_platform()
            spot = Spot(self._path)
            self._demand_one_name(spot)
            if not os.access(spot.path.parent, os.W_OK):
                raise StoreError("The store's folder can't be written to.", "Ask for the right to write.")
            edit_swap.lease_soon(self.source.fd, 0.2)
            edit_os.drop_lease(self.source.fd)
        except InspectorError as error:
            yield error
        finally:
            if spot is not None:
                spot.close()

    def _beside(self) -> list[str]:
        """Files that look like other copies of this one."""
        name = self._path.name
        stem = name.split(".")[0]
        own = {path.name for path in self.files()}
        found = sorted(
            other
            for other in (path.name for path in self._path.resolve().parent.iterdir())
            if other not in own and other != name and other.startswith(stem)
        )
        return (
            [f"{len(found)} files beside it begin with the same name: they aren't looked at."]
            if found
            else []
        )


@dataclass(slots=True)
class _Rewriting:
    """One writing of the new file and its exchange for the old."""

    editor: JsonEditor
    spot: Spot
    verdict: Verdict
    intent: Intent
    report: Callable[[Step], None]
    stopped: Callable[[], bool]

    def run(self, edits: Edits, run: Pass) -> Done:
        source = self.editor.source
        edit_swap.lease_soon(source.fd)
        edit_os.drop_lease(source.fd)
        _demand_space(self.spot, source.size)
        before = FileState(self.spot.path, source.size, _hash(source.fd))
        name = self.spot.named(self.intent.op_id, "tmp")
        temp = self.spot.create(name)
        kept = ""
        try:
            edit_os.take_lock(temp)
            out = sink(temp, source)
            run.run(out.write, self._step)
            if self.verdict.unmet():
                raise changed()
            if not run.changed:
                self.spot.remove(name)
                return Done(dict(self.verdict.counts), [before], [before], "nothing to change")
            out.close()
            os.fsync(temp)
            edit_os.copy_owner(source.fd, temp)
            covered = source.size
            edit_swap.lease_soon(source.fd)
            covered = self._tail(temp, covered)
            os.fsync(temp)
            kept = edit_swap.exchange(self.spot, source.fd, name, self.intent.op_id, covered)
        except BaseException:
            if not kept:
                self.spot.remove(name)
            raise
        finally:
            size = os.fstat(temp).st_size
            os.close(temp)
            edit_os.drop_lease(source.fd)
        partial = edit_swap.drain(
            self.spot, kept, covered, size, lambda late: self.editor.late(late, self.verdict)
        )
        return Done(dict(self.verdict.counts), [before], [self._after()], "rewritten beside it and exchanged",
                    partial=partial)  # fmt: skip

    def _step(self, done: int) -> None:
        if self.stopped():
            raise HeldBack("Stopped before anything was changed.", "Run it again when you want to.")
        self.report(Step("write", done, self.editor.source.size))

    def _tail(self, temp: int, covered: int) -> int:
        """Lines that were added while the new file was written."""
        fd = self.editor.source.fd
        end = os.fstat(fd).st_size
        if end < covered or not self.spot.holds(fd):
            raise changed()
        if end > covered:
            late = read_all(fd, covered, end - covered)
            PlainSink(temp).write(self.editor.late(late, self.verdict))
        return end

    def _after(self) -> FileState:
        fd = self.spot.open(self.spot.name)
        try:
            return FileState(self.spot.path, os.fstat(fd).st_size, _hash(fd))
        finally:
            os.close(fd)


def _nowhere(_data: bytes) -> None:
    return


def _unheard(_done: int) -> None:
    return


def _hash(fd: int) -> str:
    state = hashlib.sha256()
    at = 0
    while data := os.pread(fd, _HASHED, at):
        state.update(data)
        at += len(data)
    return state.hexdigest()


def _demand_space(spot: Spot, size: int) -> None:
    found = os.fstatvfs(spot.folder)
    if found.f_bavail * found.f_frsize < size:
        raise StoreError(
            f"Rewriting needs {size >> 20} MB beside the store, and there is less.", "Free disk space."
        )
