"""Which runs of bytes hold any of some others, ASCII case ignored: the first, cheap look of every edit."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Final, Protocol

from inspector.stores.needle import ESCAPED, module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MOST: Final = 4000
"""So many needles are looked for; with more everything is taken for a hit."""
_HEX: Final = re.compile(rb"(?:[0-9a-f]{16}){1,2}")


class Sieve(Protocol):
    def ends(self, data: bytes) -> Sequence[int]:
        """Where hits end, in no order, perhaps several times."""


def sieve(needles: Iterable[bytes], *, escaped: bool = False) -> Sieve | None:
    """None where it would let everything through. With `escaped`, a letter or digit that JSON has escaped for
    no reason is a hit too: it may hide any needle."""
    chosen = sorted(set(needles))
    if b"" in chosen or len(chosen) > MOST:
        return None
    hyperscan = module("hyperscan")
    if hyperscan is None:
        return _Plain(chosen, escaped)
    patterns = [b"".join(b"\\x%02x" % byte for byte in needle) for needle in chosen]
    flags = [hyperscan.HS_FLAG_CASELESS] * len(patterns)
    if escaped:
        patterns.append(ESCAPED)
        flags.append(0)
    if not patterns:
        return _Plain([], escaped=False)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=patterns, ids=list(range(len(patterns))), elements=len(patterns), flags=flags
    )
    return _Hyperscan(database.scan, hyperscan.Scratch(database))


class _Hyperscan:
    def __init__(self, scan: Callable[..., object], scratch: object) -> None:
        self._scan = scan
        self._scratch = scratch

    def ends(self, data: bytes) -> Sequence[int]:
        found: list[int] = []

        def met(_id: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append(end)

        self._scan(data, match_event_handler=met, scratch=self._scratch)
        return found


class _Plain:
    def __init__(self, needles: list[bytes], escaped: bool) -> None:
        self._needles = [needle.lower() for needle in needles]
        self._escaped = re.compile(ESCAPED) if escaped else None

    def ends(self, data: bytes) -> Sequence[int]:
        found = [match.end() for match in self._escaped.finditer(data)] if self._escaped else []
        lower = data.lower() if self._needles else b""
        for needle in self._needles:
            at = lower.find(needle)
            while at >= 0:
                found.append(at + len(needle))
                at = lower.find(needle, at + len(needle))
        return found


def id_forms(text: str) -> set[bytes]:
    """How writers spell an id: itself, escaped, and an OpenTelemetry id as the base64 of its bytes."""
    raw = text.encode("utf-8", "surrogatepass")
    forms = {raw, json.dumps(text)[1:-1].encode(), json.dumps(text, ensure_ascii=False)[1:-1].encode(
        "utf-8", "surrogatepass")}  # fmt: skip
    if _HEX.fullmatch(raw):
        forms.add(base64.b64encode(bytes.fromhex(text)))
    return forms | {form.replace(b"/", rb"\/") for form in forms}


def lines_hit(data: bytes, ends: Iterable[int]) -> list[tuple[int, int]]:
    """The lines, each once, in which something ends; from first to last."""
    found: list[tuple[int, int]] = []
    stop = -1
    for end in sorted(set(ends)):
        if end <= stop:
            continue
        start = data.rfind(b"\n", 0, max(0, end - 1)) + 1
        cut = data.find(b"\n", max(0, end - 1))
        stop = len(data) if cut < 0 else cut + 1
        found.append((start, stop))
    return found
