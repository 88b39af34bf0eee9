"""Cutting a query in two: what columns can answer at once, and what needs the text.

Bounds rather than parts: `maybe` selects every trace that the query does, and perhaps more; `surely` selects
only traces that the query does. So a list asks the columns first and reads text for those between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.query.fields import TRACES, Fields, Is
from inspector.query.tree import (
    ALL,
    NOTHING,
    And,
    InSpan,
    Literal,
    Node,
    Not,
    Or,
    Term,
    Word,
    all_of,
    any_of,
    leaves,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

Needles = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    maybe: Node
    surely: Node
    exact: bool
    """Whether columns answer all of it; then both bounds are the query."""


def plan(node: Node, columns: Collection[str]) -> Plan:
    """`columns` are the fields that can be answered without text. Words and attributes never can."""

    def answerable(leaf: Word | Term) -> bool:
        return isinstance(leaf, Term) and leaf.path is None and leaf.field in columns

    if all(answerable(leaf) for leaf in leaves(node)):
        return Plan(node, node, True)
    return Plan(_bound(node, answerable, upper=True), _bound(node, answerable, upper=False), False)


def _bound(node: Node, answerable: Callable[[Word | Term], bool], *, upper: bool) -> Node:
    match node:
        case Word() | Term():
            return node if answerable(node) else ALL if upper else NOTHING
        case Not(inner):
            return _denied(_bound(inner, answerable, upper=not upper))
        case InSpan(inner):
            bound = _bound(inner, answerable, upper=upper)
            return bound if bound in (ALL, NOTHING) else InSpan(bound)
        case And(nodes):
            return _joined([_bound(n, answerable, upper=upper) for n in nodes])
        case Or(nodes):
            parts = [_bound(n, answerable, upper=upper) for n in nodes]
            return ALL if ALL in parts else any_of([p for p in parts if p != NOTHING])
    return node


def _joined(parts: list[Node]) -> Node:
    return NOTHING if NOTHING in parts else all_of([p for p in parts if p != ALL])


def _denied(node: Node) -> Node:
    return NOTHING if node == ALL else ALL if node == NOTHING else Not(node)


def trace_only(node: Node, fields: Fields = TRACES) -> bool:
    """Whether a query can be answered without looking at any span."""
    return all(isinstance(leaf, Term) and fields[leaf.field].trace for leaf in leaves(node)) and not _groups(
        node
    )


def _groups(node: Node) -> bool:
    match node:
        case InSpan():
            return True
        case And(nodes) | Or(nodes):
            return any(_groups(n) for n in nodes)
        case Not(inner):
            return _groups(inner)
    return False


def sorts_by(field: str, fields: Fields = TRACES) -> bool:
    """Whether traces can be put in order by this field."""
    known = fields.get(field)
    return known is not None and known.trace and known.type is not Is.WORDS


def needles(node: Node) -> Needles:
    """Case-folded texts of which a hit's own text must hold one of each set: for finding candidates fast.

    Empty where a query promises nothing, as under NOT, or for a regular expression.
    """
    match node:
        case Word(Literal(pieces)):
            longest = max((p.casefold() for p in pieces), key=len)
            return (frozenset({longest}),) if longest else ()
        case InSpan(inner):
            return needles(inner)
        case And(nodes):
            return tuple(group for n in nodes for group in needles(n))
        case Or(nodes):
            each = [needles(n) for n in nodes]
            return (frozenset().union(*(_rarest(groups) for groups in each)),) if all(each) else ()
    return ()


def _rarest(groups: Needles) -> frozenset[str]:
    """The set that is likely to find least: its shortest text is longest."""
    return max(groups, key=lambda group: min(len(text) for text in group))
