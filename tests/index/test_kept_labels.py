"""Hidden labels come back from bytes as they went in, one by one."""

from __future__ import annotations

import pytest

from inspector.index.kept_labels import KeptLabels, packed
from inspector.redaction.result import Finding, Piece, RedactedText

FOUND = Finding("email", "confidential", "hash", "rule", "0123")


def text(*pieces: str) -> RedactedText:
    return RedactedText(tuple(Piece(p, FOUND if p.startswith("[") else None) for p in pieces))


LABELS = {
    3: text("for ", "[email:0123]"),
    900: text("[email:0123]"),
    7: RedactedText((Piece("x", failed=True),)),
    12: text("half \ud800 pair"),
    13: RedactedText(()),
}


def kept() -> KeptLabels:
    codes, ends, blob = packed(LABELS)
    return KeptLabels(memoryview(codes), memoryview(ends), memoryview(blob))


def test_they_come_back() -> None:
    labels = kept()
    assert dict(labels) == LABELS
    assert list(labels) == sorted(LABELS)
    assert len(labels) == 5
    assert 4 not in labels
    with pytest.raises(KeyError):
        labels[1000]


def test_what_is_set_later_lies_on_top() -> None:
    labels = kept()
    labels[3], labels[4] = text("new"), text("more")
    del labels[7]
    assert labels[3] == text("new")
    assert 7 not in labels
    assert set(labels) == {3, 4, 12, 13, 900}
    assert labels.pop(900) == LABELS[900]
    assert labels.pop(900, None) is None
    labels[7] = text("back")
    assert labels[7] == text("back")
