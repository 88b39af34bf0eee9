"""Labels of which something is hidden, as the cache keeps them: read one by one when they are asked for.

A store may name a person in every trace: a hundred thousand of them as objects would take longer to make, and
more memory, than all else that is restored.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, cast

import orjson

from inspector.redaction.result import Finding, Piece, RedactedText

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def packed(hidden: Mapping[int, RedactedText]) -> tuple[array[int], array[int], bytes]:
    """Codes in order, where each one's text ends, and the texts."""
    codes = array("I", sorted(hidden))
    parts = [_dumped(_pieces(hidden[code])) for code in codes]
    ends, total = array("Q"), 0
    for part in parts:
        total += len(part)
        ends.append(total)
    return codes, ends, b"".join(parts)


class KeptLabels(MutableMapping[int, RedactedText]):
    """By code. What is set later lies on top; what is deleted is gone."""

    def __init__(self, codes: memoryview, ends: memoryview, blob: memoryview) -> None:
        self._codes, self._ends, self._blob = codes, ends, blob
        self._later: dict[int, RedactedText | None] = {}

    def __getitem__(self, code: int) -> RedactedText:
        if code in self._later:
            later = self._later[code]
            if later is None:
                raise KeyError(code)
            return later
        at = bisect_left(self._codes, code)
        if at == len(self._codes) or self._codes[at] != code:
            raise KeyError(code)
        start = self._ends[at - 1] if at else 0
        return _text(_loaded(bytes(self._blob[start : self._ends[at]])))

    def __setitem__(self, code: int, text: RedactedText) -> None:
        self._later[code] = text

    def __delitem__(self, code: int) -> None:
        self[code]
        self._later[code] = None

    def __iter__(self) -> Iterator[int]:
        for code in self._codes:
            if code not in self._later:
                yield code
        yield from (code for code, text in self._later.items() if text is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _dumped(pieces: list[list[object]]) -> bytes:
    try:
        return orjson.dumps(pieces)
    except TypeError:  # a lone surrogate
        return json.dumps(pieces).encode()


def _loaded(data: bytes) -> list[list[object]]:
    try:
        return cast("list[list[object]]", orjson.loads(data))
    except orjson.JSONDecodeError:
        return cast("list[list[object]]", json.loads(data))


def _pieces(text: RedactedText) -> list[list[object]]:
    return [
        [p.text, p.failed, *((f.type, f.level, f.operator, f.rule, f.tag) if (f := p.finding) else ())]
        for p in text.pieces
    ]


def _text(pieces: list[list[object]]) -> RedactedText:
    return RedactedText(
        tuple(
            Piece(str(p[0]), Finding(*(str(x) for x in p[2:])) if len(p) > 2 else None, bool(p[1]))
            for p in pieces
        )
    )
