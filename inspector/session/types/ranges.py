"""What the spans in a range of an OTLP file hide, line by line: the work of one job, and its result as bytes."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from inspector.index.frames import joined, numbers, parted
from inspector.index.lines import LineReader
from inspector.index.typebits import Types

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.session.types.otlp import OtlpTypes
    from inspector.stores.formats.base import JsonFormat

_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Found:
    """Lines by where they begin, how many spans each has, and all spans' numbers in `sets`."""

    starts: array[int]
    counts: array[int]
    codes: array[int]
    sets: list[Types]

    def frame(self) -> list[bytes]:
        sets = [[sorted(each.types), each.level] for each in self.sets]
        return joined({"sets": sets}, [self.starts, self.counts, self.codes])


def from_frame(data: memoryview) -> Found:
    raw, parts = parted(data)
    sets = cast("dict[str, list[tuple[list[str], str]]]", raw)["sets"]
    starts, counts, codes = parts
    return Found(
        numbers(starts),
        numbers(counts, "I"),
        numbers(codes, "I"),
        [Types(frozenset(types), level) for types, level in sets],
    )


def found_in(
    types: OtlpTypes, fd: int, chosen: JsonFormat, start: int, stop: int, stopped: Callable[[], bool]
) -> Found:
    """Of all lines that begin from `start` up to, and without, `stop`."""
    starts, counts, codes = array("q"), array("I"), array("I")
    for at, line in LineReader(fd, chosen).lines(start, stop):
        if stopped():
            break
        text = (line or b"").rstrip(_SPACE)
        mark = len(_BOM) if at == 0 and text.startswith(_BOM) else 0
        if len(text) > mark:
            found = types.line(text[mark:], at + mark)
            starts.append(at + mark)
            counts.append(len(found))
            codes.extend(found)
    return Found(starts, counts, codes, types.sets)
