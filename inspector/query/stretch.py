"""What a numeric term asks for, as stretches of numbers: one value is held against them, or a whole column."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.query.tree import Quantity, Range

if TYPE_CHECKING:
    from inspector.query.tree import Number, Term


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `low` to `high`, `above` without the first and `within` with the last; none where it is open."""

    low: Number | None = None
    high: Number | None = None
    above: bool = False
    within: bool = False

    def holds(self, n: Number) -> bool:
        low, high = self.low, self.high
        if low is not None and not (n > low if self.above else n >= low):
            return False
        return high is None or (n <= high if self.within else n < high)

    def integers(self) -> tuple[int | None, int | None]:
        """The first integer in it and the first after it."""
        low, high = self.low, self.high
        return (
            None if low is None else math.floor(low) + 1 if self.above else math.ceil(low),
            None if high is None else math.floor(high) + 1 if self.within else math.ceil(high),
        )


def stretches(term: Term) -> tuple[Stretch, ...]:
    return tuple(_stretch(term.op, o) for o in term.operands if isinstance(o, Quantity | Range))


def _stretch(op: str, operand: Quantity | Range) -> Stretch:
    if isinstance(operand, Range):
        low, high = operand.low, operand.high
        return Stretch(None if low is None else low.low, None if high is None else high.low)
    first, after = operand.low, operand.high
    point = first == after
    match op:
        case "<":
            return Stretch(high=first)
        case "<=":
            return Stretch(high=after, within=point)
        case ">":
            return Stretch(after, above=point)
        case ">=":
            return Stretch(first)
    return Stretch(first, after, within=point)
