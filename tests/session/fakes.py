"""A small store and a small engine that follow the protocols, for tests of what stands on them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.errors import NotFound
from inspector.model import (
    Attribute,
    Batch,
    BytePlace,
    Kind,
    Multimap,
    Span,
    Status,
    Trace,
    TraceHead,
    head_of,
)
from inspector.redaction.result import Finding, Piece, RedactedList, RedactedMap, RedactedText
from inspector.stores.base import FormatInfo, StoreInfo

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from inspector.model import Place, Problem, SideRecord, Value
    from inspector.redaction.result import RedactedValue

EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\.\w+")
FOUND = Finding("email", "confidential", "hash", "email", "0123456789abcdef")
SECRET = Finding("credential", "restricted", "replace", "password")


class Engine:
    """Hides emails everywhere and whole values under a key named password; `!` makes it fail."""

    def text(self, text: str, path: tuple[str | int, ...] = (), section: str = "") -> RedactedText:
        if "password" in path:
            return RedactedText((Piece("[REDACTED:credential]", SECRET),))
        if text.startswith("!"):
            return RedactedText((Piece(text, None, failed=True),))
        pieces: list[Piece] = []
        at = 0
        for found in EMAIL.finditer(text):
            pieces += [Piece(text[at : found.start()]), Piece("[email:0123456789abcdef]", FOUND)]
            at = found.end()
        pieces.append(Piece(text[at:]))
        return RedactedText(tuple(p for p in pieces if p.text))

    def value(self, value: Value, path: tuple[str | int, ...] = (), section: str = "") -> RedactedValue:
        if isinstance(value, str):
            return self.text(value, path, section)
        if "password" in path:
            return self.text("", path, section)
        if isinstance(value, dict):
            value = Multimap(tuple(value.items()))
        if isinstance(value, Multimap):
            return RedactedMap(
                tuple((self.text(k), self.value(v, (*path, k), section)) for k, v in value.pairs)
            )
        if isinstance(value, list):
            return RedactedList(tuple(self.value(v, (*path, i), section) for i, v in enumerate(value)))
        if isinstance(value, bytes):
            return RedactedText((Piece("?", None, failed=True),))
        return value

    def names(self, value: Value) -> set[str]:
        return set()

    def stated(self, windows: Iterable[bytes]) -> set[str]:
        return set()

    def with_names(self, names: Collection[str]) -> None:
        raise AssertionError(names)

    def under(self, key: bytes) -> Engine:
        return self


FORMAT = FormatInfo("fake", "Fake", "json", "tests")


class FakeStore:
    """Spans in memory."""

    def __init__(
        self,
        spans: Sequence[Span],
        heads: Sequence[TraceHead] = (),
        problems: Sequence[Problem] = (),
        name: str = "fake.jsonl",
    ) -> None:
        self.spans, self.heads, self.problems = list(spans), list(heads), list(problems)
        self.info = StoreInfo(Path(name), FORMAT, "", 100, writable=False)
        self.closed = False

    def scan(self) -> Iterator[Batch]:
        yield Batch(traces=self.heads, problems=self.problems, side=2, done=50)
        for span in self.spans:
            yield Batch(spans=[head_of(span)], done=100)

    def load(self, trace_id: str, places: Sequence[Place]) -> Trace:
        spans = tuple(s for s in self.spans if s.trace_id == trace_id)
        heads = [h for h in self.heads if h.trace_id == trace_id]
        if not spans and not heads:
            raise NotFound("Gone.")
        return Trace(heads[0] if heads else TraceHead(trace_id), spans)

    def side_records(self) -> Iterator[SideRecord]:
        return iter(())

    def close(self) -> None:
        self.closed = True


def span(
    trace: str = "t1",
    id: str = "a",
    parent: str | None = None,
    name: str = "work",
    *,
    kind: Kind = Kind.CHAIN,
    start: int | None = 1_000,
    end: int | None = 2_000,
    status: Status = Status.OK,
    attributes: dict[str, Value] | None = None,
    **more: object,
) -> Span:
    return Span(
        trace_id=trace,
        span_id=id,
        parent_id=parent,
        name=name,
        kind=kind,
        kind_written=kind.value.upper(),
        start=start,
        end=end,
        status=status,
        status_message=str(more.pop("status_message", "")),
        attributes=tuple(Attribute(k, v) for k, v in (attributes or {}).items()),
        place=BytePlace(0, 1),
        **more,  # type: ignore[arg-type]  # whatever else the test sets
    )
