"""What hides sensitive values: rules, policy, engine. Nothing is compiled until the first text is judged.

from inspector.redaction import Redactor

redactor = Redactor()
str(redactor.text("write to ada@example.com"))     # 'write to [email:9f3a5c01d2e47b60]'
redactor.mask({"password": "hunter2", "n": [1]})   # {'password': '[REDACTED:credential.password]', 'n': [1]}
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.redaction.engine import Redactor
    from inspector.redaction.explaining import Explanation, explain
    from inspector.redaction.policy import DEFAULT, OFF, Policy, parse_policy
    from inspector.redaction.result import (
        Finding,
        Piece,
        RedactedList,
        RedactedMap,
        RedactedText,
        RedactedValue,
    )
    from inspector.redaction.stream import Stats, check_stream, redact_stream
    from inspector.redaction.strict import merge_strict, weakenings

_HOMES = {
    "Redactor": "engine",
    "Policy": "policy",
    "DEFAULT": "policy",
    "OFF": "policy",
    "parse_policy": "policy",
    "merge_strict": "strict",
    "weakenings": "strict",
    "Explanation": "explaining",
    "explain": "explaining",
    "Stats": "stream",
    "redact_stream": "stream",
    "check_stream": "stream",
    "Finding": "result",
    "Piece": "result",
    "RedactedText": "result",
    "RedactedList": "result",
    "RedactedMap": "result",
    "RedactedValue": "result",
}

__all__ = [
    "DEFAULT",
    "OFF",
    "Explanation",
    "Finding",
    "Piece",
    "Policy",
    "RedactedList",
    "RedactedMap",
    "RedactedText",
    "RedactedValue",
    "Redactor",
    "Stats",
    "check_stream",
    "explain",
    "merge_strict",
    "parse_policy",
    "redact_stream",
    "weakenings",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
