"""Why a text was redacted the way it was: what fired where, and what nearly did. Never the value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from inspector.redaction.keys import words

if TYPE_CHECKING:
    from inspector.redaction.engine import Redactor
    from inspector.redaction.paths import Path
    from inspector.redaction.result import RedactedText
    from inspector.redaction.rule import Rule


@dataclass(frozen=True, slots=True)
class Fired:
    """A finding: characters `start` to `end` of the text, before they were hidden."""

    start: int
    end: int
    type: str
    level: str
    operator: str
    rule: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A pattern that matched and was no finding, and which check said so."""

    start: int
    end: int
    type: str
    rule: str
    reason: Literal[
        "context", "validator", "entropy", "allowlist", "stopword", "allowed by policy", "kept by policy"
    ]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of it, in the order of the text. `text` is the redacted text, safe to print."""

    text: RedactedText
    fired: tuple[Fired, ...]
    missed: tuple[Missed, ...]


_MOST = 200


def explain(redactor: Redactor, text: str, path: Path = ()) -> Explanation:
    """What the redactor's rules make of `text` at `path`. At most 200 near misses are listed."""
    raw = text.encode("utf-8", "replace")
    missed: dict[tuple[int, int, str], Missed] = {}

    def reject(rule: Rule, start: int, end: int, reason: str) -> None:
        if len(missed) < _MOST:
            place = (_chars(raw, start), _chars(raw, end))
            missed[(*place, rule.name)] = Missed(*place, rule.type, rule.name, reason)  # type: ignore[arg-type]

    keys = " ".join(words(p) for p in path if isinstance(p, str))
    found = redactor.content.find(raw, lambda: keys, None)
    redactor.content.find(raw, lambda: keys, reject, deep=False)
    for rule, start, end, reason in redactor.left_alone(raw, keys):
        reject(rule, start, end, reason)
    fired = tuple(
        Fired(_chars(raw, f.start), _chars(raw, f.end), f.type, f.level, f.operator, f.rule) for f in found
    )
    near = tuple(
        sorted(
            (m for m in missed.values() if not any(f.start <= m.start and m.end <= f.end for f in fired)),
            key=lambda m: (m.start, m.end, m.rule),
        )
    )
    return Explanation(redactor.text(text, path), fired, near)


def _chars(raw: bytes, at: int) -> int:
    return len(raw[:at].decode("utf-8", "ignore"))
