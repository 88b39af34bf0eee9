"""A redactor that shows what it finds, marked as revealed, up to the levels that somebody may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.redaction.engine import Redactor
from inspector.redaction.result import Finding, Piece, RedactedText
from inspector.redaction.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Collection

    from inspector.model import Value
    from inspector.redaction.content import Found
    from inspector.redaction.rule import FieldRule, KeyRule

REVEAL: Final = "reveal"
"""The operator of a finding that is shown."""


class Revealing(Redactor):
    """Made by `revealing`; what lies above `levels` stays as the policy hides it."""

    levels: frozenset[str] = frozenset()

    def piece(self, found: Found) -> Piece:
        if found.level not in self.levels:
            return super().piece(found)
        return Piece(found.value, Finding(found.type, found.level, REVEAL, found.rule))

    def whole(self, rule: KeyRule | FieldRule, value: Value) -> RedactedText:
        hidden = super().whole(rule, value)
        finding = hidden.pieces[0].finding if hidden.pieces else None
        if finding is None or finding.level not in self.levels:
            return hidden
        return RedactedText(
            (Piece(_text(value), Finding(finding.type, finding.level, REVEAL, finding.rule)),)
        )


def revealing(redactor: Redactor, levels: Collection[str]) -> Redactor:
    """The same policy, names and rules; findings of these levels come out as they are."""
    made = Revealing.__new__(Revealing)
    made.__dict__.update(redactor.__dict__)
    made.levels = frozenset(levels)
    made._remembered = {}
    made.walk = Walk(made)
    return made


def _text(value: Value) -> str:
    if isinstance(value, str):
        return value
    import orjson

    from inspector.model import Multimap

    def plain(other: object) -> object:
        if isinstance(other, Multimap):
            return dict(other.pairs)
        return "(bytes)"

    try:
        return orjson.dumps(value, default=plain).decode()
    except (TypeError, ValueError):
        return str(value) if isinstance(value, int | float) else "(can't be shown)"
