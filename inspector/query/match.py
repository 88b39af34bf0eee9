"""Holding values against operands. True, False, or None where it can't be known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from inspector.query.fields import LEVELS, Is
from inspector.query.pathmatch import wild
from inspector.query.quantities import number
from inspector.query.regex import compiled
from inspector.query.stretch import stretches
from inspector.query.tree import Literal, Number, Operand, Quantity, Range, Regex, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from inspector.query.facts import Scalar

    Test: TypeAlias = Callable[[Scalar], bool]

Kleene: TypeAlias = bool | None


def term_test(term: Term, type_: Is) -> Test:
    """Whether one value satisfies a term: any of its operands."""
    if type_ is Is.TYPE:
        return _type_test(term.operands)
    if type_ is Is.TEXT:
        return _text_test(term.operands)
    if type_ is Is.ATTRIBUTE:
        return _attribute_test(term)
    return _quantity_test(term, _rank if type_ is Is.LEVEL else _number)


def any_value(test: Test, values: Collection[Scalar] | None) -> Kleene:
    return None if values is None else any(test(v) for v in values)


def _written(value: Scalar) -> str:
    """A value as a query writes it."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _text_test(operands: Iterable[Operand]) -> Test:
    exact: set[str] = set()
    globs: list[tuple[str, ...]] = []
    searches: list[Test] = []
    for operand in operands:
        match operand:
            case Literal(pieces) if len(pieces) == 1:
                exact.add(pieces[0].casefold())
            case Literal(pieces):
                globs.append(tuple(p.casefold() for p in pieces))
            case Regex(source):
                searches.append(_regex_test(source))
    if not globs and not searches:
        return lambda value: _written(value).casefold() in exact

    def test(value: Scalar) -> bool:
        text = _written(value).casefold()
        return text in exact or any(wild(g, text) for g in globs) or any(s(value) for s in searches)

    return test


def _regex_test(source: str) -> Test:
    pattern = compiled(source)
    return lambda value: pattern.search(encodable(_written(value))) is not None


def encodable(text: str) -> str:
    """Without lone surrogates, which RE2 can't take."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _type_test(operands: Iterable[Operand]) -> Test:
    """`credential` names all of `credential.*`; `any` names all."""
    found = _text_test(operands)
    exact = {o.plain.casefold() for o in operands if isinstance(o, Literal) and o.plain is not None}
    if "any" in exact:
        return lambda value: True
    stems = tuple(name + "." for name in exact)
    return lambda value: found(value) or _written(value).casefold().startswith(stems)


def _number(value: Scalar) -> Number | None:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return None
    return None if isinstance(value, float) and math.isnan(value) else value


def _number_or_text(value: Scalar) -> Number | None:
    """Numbers are often stored as text."""
    if isinstance(value, str):
        found = number(value) if len(value) < 80 else None
        return found.low if found else None
    return _number(value)


def _rank(value: Scalar) -> Number | None:
    return LEVELS.index(value) if isinstance(value, str) and value in LEVELS else None


def _quantity_test(term: Term, read: Callable[[Scalar], Number | None]) -> Test:
    checks = [stretch.holds for stretch in stretches(term)]

    def test(value: Scalar) -> bool:
        n = read(value)
        return n is not None and any(check(n) for check in checks)

    return test


def _attribute_test(term: Term) -> Test:
    measured = [o for o in term.operands if isinstance(o, Quantity | Range)]
    texts = [o for o in term.operands if isinstance(o, Literal | Regex)]
    tests: list[Test] = []
    if measured:
        tests.append(_quantity_test(Term(term.field, term.op, tuple(measured)), _number_or_text))
    if texts:
        tests.append(_text_test(texts))
        tests += [
            _equal(n.low) for o in texts if isinstance(o, Literal) and o.plain and (n := number(o.plain))
        ]
    return lambda value: any(test(value) for test in tests)


def _equal(wanted: Number) -> Test:
    """`5` finds 5.0 too."""
    return lambda value: _number(value) == wanted
