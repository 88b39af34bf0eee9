"""What a redacted value hides: where (dotted path) and which type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.redaction.result import RedactedList, RedactedMap, RedactedText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.redaction.result import RedactedValue


def findings(value: RedactedValue, path: str = "") -> Iterator[tuple[str, str]]:
    """Path and type of each hidden piece, in reading order; a hidden key is named by its object."""
    if isinstance(value, RedactedText):
        for piece in value.pieces:
            if piece.finding is not None:
                yield path, piece.finding.type
            elif piece.failed:
                yield path, "unredactable"
    elif isinstance(value, RedactedList):
        for n, item in enumerate(value.items):
            yield from findings(item, f"{path}[{n}]")
    elif isinstance(value, RedactedMap):
        for key, below in value.pairs:
            yield from findings(key, path)
            yield from findings(below, f"{path}.{key}" if path else str(key))
