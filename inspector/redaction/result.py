"""What the engine makes of a value: the same shape, its texts cut into pieces that are clean or found."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class Finding(Struct, frozen=True, gc=False):
    """Why a piece is hidden. Holds nothing of the value but what the operator leaves (`tag`)."""

    type: str
    level: str
    operator: str
    rule: str
    tag: str = ""


class Piece(Struct, frozen=True, gc=False):
    """A run of the redacted text. `finding` is none where the text stands as it was; `failed` marks a value
    the engine couldn't judge and so hid whole."""

    text: str
    finding: Finding | None = None
    failed: bool = False


class RedactedText(Struct, frozen=True, gc=False):
    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return "".join(p.text for p in self.pieces)

    @property
    def clean(self) -> bool:
        for piece in self.pieces:  # noqa: SIM110  # asked of every text: a generator takes three times as long
            if piece.finding is not None or piece.failed:
                return False
        return True


class RedactedMap(Struct, frozen=True, gc=False):
    pairs: tuple[tuple[RedactedText, RedactedValue], ...]


class RedactedList(Struct, frozen=True, gc=False):
    items: tuple[RedactedValue, ...]


RedactedValue: TypeAlias = "bool | int | float | RedactedText | RedactedList | RedactedMap | None"
