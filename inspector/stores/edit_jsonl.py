"""The editor of JSON stores: finds cells, says whose they are, and rewrites the file in its own folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.errors import HeldBack, InspectorError, StoreError
from inspector.model import BytePlace
from inspector.stores import edit_os, edit_swap, edit_tombstones
from inspector.stores.edit_pass import Choice, Pass, chosen
from inspector.stores.edit_records import Family, Judged, Verdict, changed, held, owners, parts_of
from inspector.stores.edit_rewrite import Rewriting
from inspector.stores.edit_swap import Spot
from inspector.stores.edit_text import Block, Text
from inspector.stores.edit_tombstones import Overwriting
from inspector.stores.edits import Cell, Edits, Preview
from inspector.stores.generation import of_file
from inspector.stores.records import Piece, Shape
from inspector.stores.sieve import sieve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from inspector.intent import Intent
    from inspector.model import Place
    from inspector.stores.edits import Done, Owner, Step
    from inspector.stores.formats.parts import FormatEdits, Part
    from inspector.stores.generation import Generation
    from inspector.stores.source import Source

_MORE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """Which pieces of a text are changed by some edits, and how: whoever carries them out decodes nothing again."""

    snapshot: Generation
    family: Family
    known: dict[int, Judged]


class JsonEditor:
    """See `Editor`. Cells are lines, or the values of a text whose values span lines."""

    def __init__(self, path: Path, source: Source, shape: Shape, formats: FormatEdits) -> None:
        self._path = path
        self._source = source
        self._shape = shape
        self._format = formats
        self._snapshot: Generation = of_file(source.fd, size=source.size)
        self._later = 0
        self._parts: tuple[Place, list[Part]] | None = None
        """Those of the cell that was asked about last."""

    def cells(self, needles: Sequence[bytes] = ()) -> Iterator[Cell]:
        choice = Choice(sieve(needles) if needles else None)
        for piece in chosen(Text(self._source, self._shape), choice):
            yield Cell(BytePlace(piece.start, piece.end, (), piece.line), piece.data)

    def owners(self, cell: Cell, paths: Sequence[tuple[str | int, ...]]) -> Sequence[Owner]:
        place = cell.place
        assert isinstance(place, BytePlace)
        piece = Piece(cell.content, place.start, place.line)
        if self._parts is None or self._parts[0] != place:
            self._parts = place, parts_of(self._format, piece)
        return owners(self._parts[1], piece, paths)

    def preview(self, edits: Edits) -> Preview:
        verdict = self._verdict(edits)
        verdict.bare = True
        self._pass(edits, verdict).run(_nowhere, _unheard)
        foreseen = None if verdict.forgot else _Foreseen(self._snapshot, verdict.family, verdict.known)
        refusals = [error.what for error in self._in_the_way()]
        if verdict.unmet():
            refusals.append(changed().what)
        return Preview(dict(verdict.counts), self._source.size + _MORE, refusals, self._beside(), foreseen)

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
            edit_os.take_lock(self._source.fd)
            self._demand_snapshot(spot)
            self._demand_one_name(spot)
            verdict = self._verdict(edits)
            self._recover(spot, verdict)
            self._source.grown()
            done = self._making(edits, intent, spot, verdict, report, stopped)
            intent.counts.update(done.counts)
            return done
        except OSError as error:
            raise edit_swap.refused(error, "The store can't be rewritten") from error
        finally:
            edit_os.drop_lock(self._source.fd)
            spot.close()

    def files(self) -> Sequence[Path]:
        spot = Spot(self._path)
        try:
            return spot.files()
        finally:
            spot.close()

    def close(self) -> None:
        return

    def _recover(self, spot: Spot, verdict: Verdict) -> None:
        if edit_tombstones.redo(spot):
            self._snapshot = of_file(self._source.fd, size=self._source.size)
            verdict.known.clear()
        edit_swap.recover(spot, lambda late: self._late(late, verdict))

    def _making(
        self,
        edits: Edits,
        intent: Intent,
        spot: Spot,
        verdict: Verdict,
        report: Callable[[Step], None],
        stopped: Callable[[], bool],
    ) -> Done:
        op_id, run = intent.op_id, self._pass(edits, verdict)
        if edits.in_place:
            return Overwriting(
                self._source, spot, op_id, verdict, run.text, run.choice, report, stopped
            ).finish()
        return Rewriting(
            self._source,
            spot,
            op_id,
            verdict,
            run,
            lambda late: self._late(late, verdict),
            lambda: self._demand_snapshot(spot),
            report,
            stopped,
        ).finish()

    def _pass(self, edits: Edits, verdict: Verdict) -> Pass:
        return Pass(Text(self._source, self._shape), self._choice(edits, verdict), verdict.piece)

    def _verdict(self, edits: Edits) -> Verdict:
        seen = self._foreseen(edits)
        if seen is not None:
            return Verdict(edits, self._format, seen.family, dict(seen.known))
        return Verdict(edits, self._format, self._family(Text(self._source, self._shape), edits))

    def _foreseen(self, edits: Edits) -> _Foreseen | None:
        """What a preview found out about the text as it is now."""
        seen = edits.foreseen
        return seen if isinstance(seen, _Foreseen) and seen.snapshot == self._snapshot else None

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
        if edits.every is not None:
            return Choice(None)
        seen = self._foreseen(edits)
        if seen is not None:
            return Choice(sieve(()), verdict.starts() | seen.known.keys())
        return Choice(sieve(verdict.forms(), escaped=True), verdict.starts())

    def _late(self, data: bytes, verdict: Verdict) -> bytes:
        """What bytes become that were added since: lines of a plain text are edited for the ids in them."""
        if self._shape is not Shape.LINES or not self._source.plain:
            return data
        # No place of the snapshot is below zero: nothing that was planned for a place is meant here.
        self._later -= len(data) + 1
        out: list[bytes] = []
        run = Pass(Text(self._source, self._shape), Choice(None), verdict.piece)
        run.block(Block(data, self._later, 0), out.append)
        return b"".join(out)

    def _demand_snapshot(self, spot: Spot) -> None:
        now = of_file(self._source.fd, size=self._snapshot.size)
        grew = os.fstat(self._source.fd).st_size > self._snapshot.size
        same = (now.size, now.head, now.tail) == (
            self._snapshot.size,
            self._snapshot.head,
            self._snapshot.tail,
        ) and (grew or now.mtime == self._snapshot.mtime)
        if not same or not spot.holds(self._source.fd):
            raise changed()

    def _demand_one_name(self, spot: Spot) -> None:
        links = os.fstat(self._source.fd).st_nlink
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
            edit_swap.lease_soon(self._source.fd, 0.2)
            edit_os.drop_lease(self._source.fd)
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


def _nowhere(_data: bytes) -> None:
    return


def _unheard(_done: int) -> None:
    return
