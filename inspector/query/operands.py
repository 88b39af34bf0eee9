"""Making words and terms of what was scanned: each field says how its values are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.query import quantities
from inspector.query.errors import QueryError
from inspector.query.fieldpath import parse as parse_path
from inspector.query.fields import Field, Fields, Is
from inspector.query.regex import BadRegex, compiled
from inspector.query.tree import Literal, Node, Operand, Quantity, Range, Regex, Term, Word, any_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from inspector.query.scan import Raw, Token

    Read: TypeAlias = Callable[[str], Quantity | None]

_READ: dict[Is, Read] = {
    Is.NUMBER: quantities.number,
    Is.DURATION: quantities.length,
    Is.AGE: quantities.length,
    Is.TIME: quantities.instant,
    Is.LEVEL: quantities.level,
    Is.ATTRIBUTE: quantities.number_or_size,
}
_EXACT = (":", "=")


def word(text: str, raw: Raw) -> Word:
    return Word(_pattern(text, raw))


def term(text: str, token: Token, fields: Fields) -> Node:
    """A field's term. `text:` gives words, since it means the same."""
    field = fields.get(token.field.lower())
    if field is None or (field.type is Is.ATTRIBUTE) != (token.path is not None):
        raise _unknown(text, token, fields)
    if len(token.values) > 1 and token.op not in _EXACT:
        raise QueryError(
            text, token.values[1].start + 1, f"`{token.op}` takes one value", "Lists go with `:`."
        )
    if field.type is Is.WORDS:
        if token.op != ":":
            raise _incomparable(text, token, field)
        return any_of([word(text, raw) for raw in token.values])
    at = token.start + len("attr.")
    path = None if token.path is None else parse_path(token.path, whole=text, at=at)
    return Term(field.name, token.op, tuple(_operand(text, token, raw, field) for raw in token.values), path)


def _operand(text: str, token: Token, raw: Raw, field: Field) -> Operand:
    match field.type:
        case Is.TEXT | Is.TYPE | Is.WORDS:
            if token.op not in _EXACT:
                raise _incomparable(text, token, field)
            return _checked(text, token, raw, field)
        case Is.ATTRIBUTE if token.op == "=" or (token.op == ":" and raw.form != "bare"):
            return _checked(text, token, raw, field)
        case Is.ATTRIBUTE if token.op == ":":
            return _range(raw, _READ[field.type]) or _checked(text, token, raw, field)
    read = _READ[field.type]
    found = (
        None if raw.form == "regex" else read(raw.text) or (_range(raw, read) if token.op == ":" else None)
    )
    if found is None:
        raise QueryError(text, raw.start + 1, f"`{field.name}` wants {_wanted(field)}", field.help)
    if isinstance(found, Range) and found.low and found.high and found.low.low >= found.high.low:
        raise QueryError(
            text, raw.start + 1, "this range is empty", "Its end is not part of it: `1..3` is 1 and 2."
        )
    return found


def _wanted(field: Field) -> str:
    return "one of " + ", ".join(field.words) if field.closed else field.type.value


def _range(raw: Raw, read: Read) -> Range | None:
    """`a..b`, `a..`, `..b`; none if it isn't one."""
    low, dots, high = raw.text.partition("..")
    if not dots or not (low or high):
        return None
    first, last = read(low) if low else None, read(high) if high else None
    if (low and first is None) or (high and last is None):
        return None
    return Range(first, last)


def _checked(text: str, token: Token, raw: Raw, field: Field) -> Operand:
    pattern = _pattern(text, raw, wild=token.op == ":")
    plain = pattern.plain if isinstance(pattern, Literal) else None
    if field.closed and plain is not None and plain.casefold() not in field.words:
        from inspector.config.check import nearest

        near = nearest(plain, field.words)
        fix = f"Did you mean `{near}`?" if near else "Write one of " + ", ".join(field.words) + "."
        raise QueryError(text, raw.start + 1, f"`{field.name}` has no such value", fix)
    return pattern


def _pattern(text: str, raw: Raw, *, wild: bool = True) -> Literal | Regex:
    if raw.form == "regex":
        try:
            compiled(raw.text)
        except BadRegex as error:
            raise QueryError(text, raw.start + 1, str(error), "RE2's syntax is understood.") from None
        return Regex(raw.text)
    return Literal(raw.pieces if wild else (raw.text,))


def _unknown(text: str, token: Token, fields: Fields) -> QueryError:
    from inspector.config.check import nearest

    column = token.start + 1
    if token.path is not None:
        return QueryError(text, column, "there are no attributes here", "Known: " + ", ".join(fields) + ".")
    if token.field == "attr":
        return QueryError(text, column, "`attr` wants a path", "Write it as `attr.http.method:GET`.")
    near = nearest(token.field, fields)
    if near:
        fix = f"Did you mean `{near}`?"
    elif "attr" in fields and "." in token.field:
        fix = f"An attribute is written `attr.{token.field}{token.op}`; a text to search for, in quotes."
    else:
        fix = "To search for the text, put it in quotes. Fields: " + ", ".join(fields) + "."
    return QueryError(text, column, f"`{token.field}` is no field", fix)


def _incomparable(text: str, token: Token, field: Field) -> QueryError:
    column = token.values[0].start - len(token.op) + 1
    return QueryError(
        text, column, f"`{field.name}` can't be compared by `{token.op}`", f"Write `{field.name}:value`."
    )
