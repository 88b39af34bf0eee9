"""Tree -> text: the canonical way to write a query. Parsing it gives the same tree."""

from __future__ import annotations

import re

from inspector.query.tree import (
    All,
    And,
    InSpan,
    Literal,
    Node,
    Not,
    Operand,
    Or,
    Quantity,
    Range,
    Regex,
    Term,
    Word,
)

_SAFE = re.compile(r"[A-Za-z0-9_.@%+$#&!?;~^{}|'\[\]-]+", re.ASCII)
_SPECIAL = re.compile(r'[\s()",\\*/]')


def unparse(node: Node) -> str:
    return "" if isinstance(node, All) else _node(node)


def _node(node: Node) -> str:
    match node:
        case All():
            return "*"
        case Word(pattern):
            return _word(pattern)
        case Term(field, op, operands, path):
            name = field if path is None else f"{field}.{path}"
            return name + op + ",".join(_operand(o) for o in operands)
        case InSpan(inner):
            return f"span({_node(inner)})"
        case Not(inner):
            return "-" + _bracketed(inner, And, Or)
        case And(nodes):
            return " ".join(_bracketed(n, Or) for n in nodes)
        case Or(nodes):
            return " OR ".join(_node(n) for n in nodes)


def _bracketed(node: Node, *kinds: type[Node]) -> str:
    return f"({_node(node)})" if isinstance(node, kinds) else _node(node)


def _word(pattern: Literal | Regex) -> str:
    if isinstance(pattern, Literal) and pattern.plain in ("OR", "AND", "NOT"):
        return f'"{pattern.plain}"'
    written = _operand(pattern)
    if written.startswith("-"):
        return '"' + written + '"' if "*" not in written else "\\" + written
    return written


def _operand(operand: Operand) -> str:
    match operand:
        case Literal(pieces):
            return _literal(pieces)
        case Regex(source):
            return "/" + source.replace("/", "\\/") + "/"
        case Quantity(text):
            return quote(text) if _SPECIAL.search(text) else text
        case Range(low, high):
            written = (low.text if low else "") + ".." + (high.text if high else "")
            return quote(written) if _SPECIAL.search(written) else written


def _literal(pieces: tuple[str, ...]) -> str:
    if len(pieces) == 1:
        text = pieces[0]
        return text if _SAFE.fullmatch(text) and ".." not in text else quote(text)
    return "*".join(re.sub(r'([\s()",\\*/:<>=])', r"\\\1", p) for p in pieces)


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
