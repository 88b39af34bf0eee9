"""What the engine makes of a value: the same shape, its texts cut into pieces that are clean or found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a piece is hidden. Holds nothing of the value but what the operator leaves (`tag`)."""

    type: str
    level: str
    operator: str
    rule: str
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the redacted text. `finding` is none where the text stands as it was; `failed` marks a value
    the engine couldn't judge and so hid whole."""

    text: str
    finding: Finding | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class RedactedText:
    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return "".join(p.text for p in self.pieces)

    @property
    def clean(self) -> bool:
        return all(p.finding is None and not p.failed for p in self.pieces)


@dataclass(frozen=True, slots=True)
class RedactedMap:
    pairs: tuple[tuple[RedactedText, RedactedValue], ...]


@dataclass(frozen=True, slots=True)
class RedactedList:
    items: tuple[RedactedValue, ...]


RedactedValue: TypeAlias = "bool | int | float | RedactedText | RedactedList | RedactedMap | None"
