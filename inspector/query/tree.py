"""A parsed query. Values only: what they mean is in `evaluation`, how they are written in `printer`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from inspector.query.fieldpath import FieldPath

Number: TypeAlias = int | float


@dataclass(frozen=True, slots=True)
class Literal:
    """A text; several pieces where wildcards stand between them."""

    pieces: tuple[str, ...]

    @property
    def plain(self) -> str | None:
        """The text itself if it has no wildcard."""
        return self.pieces[0] if len(self.pieces) == 1 else None


@dataclass(frozen=True, slots=True)
class Regex:
    """In RE2's syntax, checked when it was parsed."""

    source: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, duration (ns), instant (ns since the epoch) or rank, and how it was written.

    A date is all of its day: `low` is the first value it covers, `high` the first after it. For anything
    exact both are equal.
    """

    text: str
    low: Number
    high: Number


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` up to, and without, `high`; either may be open."""

    low: Quantity | None
    high: Quantity | None


Operand: TypeAlias = Literal | Regex | Quantity | Range


@dataclass(frozen=True, slots=True)
class All:
    """The empty query."""


@dataclass(frozen=True, slots=True)
class Word:
    """A free word, phrase or regular expression, found anywhere in the text."""

    pattern: Literal | Regex


@dataclass(frozen=True, slots=True)
class Term:
    """A field's value against one of a list of operands."""

    field: str
    op: str
    """`:`, `=`, `<`, `<=`, `>` or `>=`."""
    operands: tuple[Operand, ...]
    path: FieldPath | None = None
    """Which attribute, for `attr`."""


@dataclass(frozen=True, slots=True)
class Not:
    node: Node


@dataclass(frozen=True, slots=True)
class InSpan:
    """`span(...)`: all of it in one span."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    nodes: tuple[Node, ...]


Node: TypeAlias = All | Word | Term | Not | InSpan | And | Or

ALL = All()
NOTHING = Not(ALL)


def all_of(nodes: list[Node]) -> Node:
    """Their conjunction, flat: brackets around an AND inside an AND mean nothing."""
    flat: list[Node] = []
    for node in nodes:
        flat += node.nodes if isinstance(node, And) else [node]
    return flat[0] if len(flat) == 1 else And(tuple(flat)) if flat else ALL


def any_of(nodes: list[Node]) -> Node:
    flat: list[Node] = []
    for node in nodes:
        flat += node.nodes if isinstance(node, Or) else [node]
    return flat[0] if len(flat) == 1 else Or(tuple(flat)) if flat else NOTHING


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case And(nodes) | Or(nodes):
            return nodes
        case Not(inner) | InSpan(inner):
            return (inner,)
    return ()


def leaves(node: Node) -> list[Word | Term]:
    """Every word and term, in the order of writing."""
    out: list[Word | Term] = []
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, Word | Term):
            out.append(node)
        todo += reversed(children(node))
    return out


def fields_of(node: Node) -> frozenset[str]:
    """The fields a query names; `text` where it has free words."""
    return frozenset("text" if isinstance(leaf, Word) else leaf.field for leaf in leaves(node))


def literals_of(node: Node, field: str) -> frozenset[str]:
    """The plain texts that a query compares a field with: to check them against what is known."""
    return frozenset(
        text
        for leaf in leaves(node)
        if isinstance(leaf, Term) and leaf.field == field
        for operand in leaf.operands
        if isinstance(operand, Literal) and (text := operand.plain) is not None
    )
