"""Which keys of a JSON line stand side by side, found in one pass without parsing its values."""

from __future__ import annotations

import re

from inspector.redaction.positions import NotJSON, decode_string

_PART = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:\s*)?|[{}\[\]]', re.DOTALL)

Sibling = tuple[str, int, int]
"""A key, where its token starts, and where its value does."""


class Skeleton:
    """The objects of one line, each with its keys."""

    def __init__(self, line: bytes) -> None:
        self._line = line
        self._members: list[list[tuple[int, int, int]]] = []
        self._parent: list[int] = []
        self._children: list[list[int]] = []
        self._lists: set[int] = set()
        self._at: dict[int, int] = {}
        stack: list[int] = []
        last_key = b""
        entry_of: dict[int, int] = {}
        for match in _PART.finditer(line):
            start = match.start()
            char = line[start]
            if char == 34:
                if match.lastindex:
                    here = stack[-1] if stack else -1
                    if here >= 0:
                        self._members[here].append((start, match.start(1), match.end()))
                        self._at[start] = here
                    last_key = line[start : match.start(1)]
                else:
                    if last_key == b'"key"' and stack:
                        entry_of[start] = stack[-1]
                    last_key = b""
            elif char in b"{[":
                self._parent.append(stack[-1] if stack else -1)
                self._members.append([])
                self._children.append([])
                if stack:
                    self._children[stack[-1]].append(len(self._parent) - 1)
                if char == 91:
                    self._lists.add(len(self._parent) - 1)
                stack.append(len(self._parent) - 1)
                last_key = b""
            elif stack:
                stack.pop()
        self._entry_of = entry_of

    def siblings(self, start: int) -> list[Sibling] | None:
        """The keys beside the one whose token starts here, itself included; none where that can't be told.

        A token that is the K of `{"key": K, "value": V}` has the other entries of its list beside it.
        """
        here = self._at.get(start)
        try:
            if here is not None:
                return [(decode_string(self._line[s:e]), s, v) for s, e, v in self._members[here]]
            entry = self._entry_of.get(start)
            if entry is None:
                return None
            return self._entries(entry)
        except NotJSON:
            return None

    def _entries(self, entry: int) -> list[Sibling] | None:
        out: list[Sibling] = []
        above = self._parent[entry]
        # Only in a list do entries say anything of each other.
        for child in self._children[above] if above in self._lists else [entry]:
            key = value = -1
            name = b""
            for start, end, at in self._members[child]:
                token = self._line[start:end]
                if token == b'"key"':
                    key = at
                elif token == b'"value"':
                    value = at
            if key < 0 or value < 0 or self._line[key : key + 1] != b'"':
                return None
            match = _PART.match(self._line, key)
            if match is None:
                return None
            name = match[0]
            out.append((decode_string(name), key, value))
        return out
