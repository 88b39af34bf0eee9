"""Query text -> tree. One pass, no recursion; depth and length are bounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.query.errors import QueryError
from inspector.query.fields import TRACES
from inspector.query.operands import term, word
from inspector.query.scan import Token, tokens
from inspector.query.tree import ALL, InSpan, Node, Not, all_of, any_of

if TYPE_CHECKING:
    from inspector.query.fields import Fields

MAX_LENGTH = 1_000_000
MAX_DEPTH = 100


@dataclass(slots=True)
class _Frame:
    """What has been read since one opening bracket."""

    opened: Token | None = None
    ors: list[Node] = field(default_factory=list)
    ands: list[Node] = field(default_factory=list)
    nots: list[Token] = field(default_factory=list)
    joined: Token | None = None
    """An OR or AND that still waits for its right side."""


def parse(text: str, fields: Fields = TRACES) -> Node:
    """Raises QueryError, which points at the column."""
    if len(text) > MAX_LENGTH:
        raise QueryError(text[:60], 1, "it is longer than a million characters", "Write a shorter query.")
    return _Parser(text, fields).run()


class _Parser:
    __slots__ = ("depth", "fields", "frames", "text")

    def __init__(self, text: str, fields: Fields) -> None:
        self.text = text
        self.fields = fields
        self.frames = [_Frame()]
        self.depth = 0

    def run(self) -> Node:
        for token in tokens(self.text):
            match token.kind:
                case "word" if token.word is not None:
                    self.add(word(self.text, token.word))
                case "term":
                    self.add(term(self.text, token, self.fields))
                case "NOT":
                    self.frames[-1].nots.append(token)
                    self.deeper(token)
                case "OR" | "AND":
                    self.join(token)
                case "(" | "span(":
                    self.open(token)
                case ")":
                    self.close(token)
        if self.frames[-1].opened is not None:
            raise self.wrong(self.frames[-1].opened, "this bracket isn't closed", "Add `)`.")
        return self.finish(self.frames[0])

    def add(self, node: Node) -> None:
        frame = self.frames[-1]
        for _ in frame.nots:
            node = Not(node)
            self.depth -= 1
        frame.nots.clear()
        frame.ands.append(node)
        frame.joined = None

    def join(self, token: Token) -> None:
        frame = self.frames[-1]
        self.complete(frame)
        if not frame.ands:
            what = f"{token.kind} needs something on its left"
            raise self.wrong(token, what, f'To search for the word, write "{token.kind}" in quotes.')
        if token.kind == "OR":
            frame.ors.append(all_of(frame.ands))
            frame.ands = []
        frame.joined = token

    def open(self, token: Token) -> None:
        if token.kind == "span(" and any(f.opened and f.opened.kind == "span(" for f in self.frames):
            raise self.wrong(token, "span(...) can't stand inside span(...)", "Write one after the other.")
        if token.kind == "span(" and not any(f.span for f in self.fields.values()):
            raise self.wrong(token, "there are no spans here", "Leave span(...) out.")
        self.frames.append(_Frame(token))
        self.deeper(token)

    def close(self, token: Token) -> None:
        frame = self.frames.pop()
        if frame.opened is None:
            raise self.wrong(token, "this bracket was never opened", "Remove it, or put the text in quotes.")
        self.depth -= 1
        if not (frame.ands or frame.ors or frame.nots):
            raise self.wrong(frame.opened, "there is nothing in these brackets", "Write a term in them.")
        node = self.finish(frame)
        self.add(InSpan(node) if frame.opened.kind == "span(" else node)

    def complete(self, frame: _Frame) -> None:
        """Nothing may be left waiting for its right side."""
        waiting = frame.nots[-1] if frame.nots else frame.joined
        if waiting is not None:
            written = self.text[waiting.start : waiting.end]
            what = f"`{written}` needs something on its right"
            raise self.wrong(waiting, what, f'To search for it, write "{written}" in quotes.')

    def finish(self, frame: _Frame) -> Node:
        self.complete(frame)
        if not frame.ors:
            return all_of(frame.ands) if frame.ands else ALL
        return any_of([*frame.ors, all_of(frame.ands)])

    def deeper(self, token: Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.wrong(token, f"more than {MAX_DEPTH} levels of brackets and NOT", "Write it flatter.")

    def wrong(self, token: Token, reason: str, fix: str) -> QueryError:
        return QueryError(self.text, token.start + 1, reason, fix)
