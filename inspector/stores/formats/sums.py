"""Totals that stand beside what they sum up, when some of it goes."""

from __future__ import annotations


def less(total: object, before: float, after: float) -> object:
    """The new sum where the total was the old one; else the total less what went, and never less than nothing:
    a writer may count otherwise than we do. What is no number stays."""
    if isinstance(total, bool) or not isinstance(total, (int, float)):
        return total
    made = after if abs(total - before) < 1e-9 else max(0, total - (before - after))
    return int(made) if isinstance(total, int) else float(made)
