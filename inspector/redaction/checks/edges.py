"""What stands on either side of a match: re2 has no lookaround, so the rules leave this question to code."""

from __future__ import annotations


def before(text: str, start: int) -> str:
    return text[start - 1] if start > 0 else ""


def after(text: str, end: int) -> str:
    return text[end] if end < len(text) else ""


def ascii_word(char: str) -> bool:
    """ASCII letters, digits and `_`; letters of scripts without spaces are no part of a token."""
    return char != "" and char.isascii() and (char.isalnum() or char == "_")


def joins_number(text: str, start: int, end: int, joiners: str = ".,-") -> bool:
    """Whether the digits go on beyond the match: `1.4111…`, `4111…-2`, `x4111…`."""
    left, right = before(text, start), after(text, end)
    if ascii_word(left) or ascii_word(right):
        return True
    if left != "" and left in joiners and before(text, start - 1).isdigit():
        return True
    return right != "" and right in joiners and after(text, end + 1).isdigit()


def digits_of(value: str) -> str:
    return "".join([c for c in value if c.isdigit()])
