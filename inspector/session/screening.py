"""Many labels at once: where the stream's scan finds nothing, they are clean and needn't be judged singly."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import orjson

from inspector.session.show import keys_of, label
from inspector.session.veil import is_sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from inspector.session.veil import Veil

_AT_ONCE = 2_000
_NEUTRAL = "x"
_NOT_ASKED = b"0\n"
"""Stands for a text that is judged singly, whatever the scan says."""


def screen(veil: Veil) -> Callable[[str, Sequence[str], Sequence[int]], Iterable[int]]:
    """What `ColumnIndex` asks of many texts of a field; gives none where the engine can't scan streams."""

    def clean(field: str, texts: Sequence[str], codes: Sequence[int]) -> Iterable[int]:
        from inspector.redaction.engine import Redactor
        from inspector.redaction.line import LineEditor

        redactor = veil.engine
        if not isinstance(redactor, Redactor) or not label(field, _NEUTRAL, veil).clean:
            return []  # hidden for its place, whatever it holds
        if redactor.policy.keys.ignored:
            return []  # the stream leaves alone what stands under such a key, a label is judged all the same
        editor = LineEditor(redactor, Counter())
        keys = [".".join(str(step) for step in path) for path in keys_of(field)]
        found: list[int] = []
        for start in range(0, len(texts), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            lines = [_line(keys, text) for text in texts[some]]
            out: list[bytes] = []
            editor.block(b"".join(lines), out.append)
            after = b"".join(out).split(b"\n")
            if len(after) == len(lines) + 1:
                pairs = zip(codes[some], lines, after, strict=False)
                found += [
                    code for code, before, now in pairs if before[:-1] == now and before is not _NOT_ASKED
                ]
        return found

    return clean


def _line(keys: Sequence[str], text: str) -> bytes:
    if text[:1] == "{" and is_sealed(text):
        return _NOT_ASKED
    try:
        return orjson.dumps(dict.fromkeys(keys, text)) + b"\n"
    except TypeError:  # half a surrogate pair
        return _NOT_ASKED
