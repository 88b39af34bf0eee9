"""Texts written by hand, each round before the rules were looked at again: chat, logs, code, JSON, forms.

A line is `round part kind ~ text`. `«type:value»` marks a value; `⏎` is a line break and `␛` an escape sign.
`{{a36}}` stands for 36 random signs of an alphabet of `vendors`, `{{u}}` for a UUID, `{{B58}}` for bech32.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.redaction.quality import vendors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from tests.redaction.quality.build import Case, Label

_BLANK = re.compile(r"\{\{(u|[a-zA-Z]\d+)\}\}")
_MARK = re.compile(r"«([a-z_]+):(.*?)»", re.DOTALL)
_BECH32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"


def _filled(text: str, rng: Random) -> str:
    def one(match: re.Match[str]) -> str:
        if match[1].startswith("B"):
            return "".join(rng.choice(_BECH32) for _ in range(int(match[1][1:])))
        return vendors.fill(rng, "{" + match[1] + "}")

    return _BLANK.sub(one, text).replace("⏎", "\n").replace("␛", "\x1b")


def cases(rng: Random, file: Path) -> Iterator[Case]:
    for line in file.read_text(encoding="utf-8").split("\n"):
        head, _, text = line.partition(" ~ ")
        if not text:
            continue
        round_, _, kind = head.split(" ", 2)
        shown = ""
        labels: list[Label] = []
        at = 0
        filled = _filled(text, rng)
        for mark in _MARK.finditer(filled):
            shown += filled[at : mark.start()]
            labels.append({"start": len(shown), "end": len(shown) + len(mark[2]), "type": mark[1]})
            shown += mark[2]
            at = mark.end()
        case: Case = {
            "text": shown + filled[at:],
            "labels": labels,
            "source": f"hand-written, round {round_}: {kind}",
        }
        yield case
