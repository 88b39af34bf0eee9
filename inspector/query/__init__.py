"""The query language: one for lists, search, retention, holds, exports and limits.

    tree = parse("kind:llm status:error age>60d")
    Matcher(tree).trace(facts)

Names load when they are first used: most commands run without a query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.query.errors import QueryError
    from inspector.query.evaluation import Matcher, evaluate, matches_span
    from inspector.query.facts import Leaf, Scalar, SpanFacts, TraceFacts
    from inspector.query.fieldpath import FieldPath, PathSet
    from inspector.query.fields import AUDIT, LEVELS, TRACES, Field, Fields
    from inspector.query.parser import parse
    from inspector.query.printer import unparse
    from inspector.query.tree import ALL, Node

__all__ = [
    "ALL",
    "AUDIT",
    "LEVELS",
    "TRACES",
    "Field",
    "FieldPath",
    "Fields",
    "Leaf",
    "Matcher",
    "Node",
    "PathSet",
    "QueryError",
    "Scalar",
    "SpanFacts",
    "TraceFacts",
    "evaluate",
    "matches_span",
    "parse",
    "unparse",
]

_MODULES = {
    "errors": ("QueryError",),
    "evaluation": ("Matcher", "evaluate", "matches_span"),
    "facts": ("Leaf", "Scalar", "SpanFacts", "TraceFacts"),
    "fieldpath": ("FieldPath", "PathSet"),
    "fields": ("AUDIT", "LEVELS", "TRACES", "Field", "Fields"),
    "parser": ("parse",),
    "tree": ("ALL", "Node"),
    "printer": ("unparse",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """PEP 562."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = found
    return found
