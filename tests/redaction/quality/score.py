"""How well the redactor does on the labelled set: recall over labels, specificity over harmless texts, F1."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.redaction import RedactedText, Redactor

HERE = Path(__file__).parent
KEPT = frozenset({"ip"})
"""Types that the default policy shows."""
COVERED = 0.8
"""The share of a label that must be hidden for it to count as found."""


class Label(TypedDict):
    start: int
    end: int
    type: str


class Case(TypedDict):
    text: str
    labels: list[Label]
    source: str


@dataclass
class Score:
    labels: int = 0
    found: int = 0
    harmless: int = 0
    clean: int = 0
    missed: list[str] = field(default_factory=list)
    """Sources and types of the missed, never the values."""
    wrong: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.labels if self.labels else 1.0

    @property
    def specificity(self) -> float:
        return self.clean / self.harmless if self.harmless else 1.0

    @property
    def precision(self) -> float:
        """Found labels among everything flagged, where a harmless text flagged counts once."""
        flagged = self.found + self.harmless - self.clean
        return self.found / flagged if flagged else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def add(self, other: Score) -> Score:
        return Score(
            self.labels + other.labels,
            self.found + other.found,
            self.harmless + other.harmless,
            self.clean + other.clean,
            self.missed + other.missed,
            self.wrong + other.wrong,
        )


def load(name: str) -> Iterator[Case]:
    with (HERE / f"{name}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def hidden(text: str, redacted: RedactedText) -> list[bool]:
    """For each character of the text whether the redacted form hides it."""
    shape = "".join(
        f"({re.escape(p.text)})" if p.finding is None and not p.failed else ".*?" for p in redacted.pieces
    )
    match = re.fullmatch(shape, text, re.DOTALL)
    if match is None:
        return [True] * len(text)
    out = [True] * len(text)
    for group in range(1, (match.re.groups or 0) + 1):
        start, end = match.span(group)
        out[start:end] = [False] * (end - start)
    return out


def score(redactor: Redactor, name: str) -> Score:
    total = Score()
    for case in load(name):
        redacted = redactor.text(case["text"])
        if not case["labels"]:
            total.harmless += 1
            total.clean += redacted.clean
            if not redacted.clean:
                rules = {p.finding.rule for p in redacted.pieces if p.finding is not None}
                total.wrong.append(f"{case['source']} by {sorted(rules)}")
            continue
        marks = hidden(case["text"], redacted)
        for label in case["labels"]:
            if label["type"] in KEPT:
                continue
            total.labels += 1
            size = label["end"] - label["start"]
            if sum(marks[label["start"] : label["end"]]) >= COVERED * size:
                total.found += 1
            else:
                total.missed.append(f"{case['source']}: {label['type']}")
    return total


def main() -> None:
    """A table of the sets, for people."""
    from inspector.redaction import Redactor

    redactor = Redactor(key=b"quality-set-needs-no-real-secret")
    for name in ("positives", "vendors", "adversarial", "negatives", "holdout", "handwritten"):
        s = score(redactor, name)
        found = f"recall {s.recall:.4f} of {s.labels:5}"
        print(f"{name:12} {found}  specificity {s.specificity:.4f} of {s.harmless:5}")


if __name__ == "__main__":
    main()
