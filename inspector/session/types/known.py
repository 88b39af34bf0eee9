"""What each text, attribute, or event of spans hides, remembered: stores repeat themselves.

What isn't known yet is scanned together for places worth a look; the exact engine judges only where something
fired. Both rest on what the redaction of streams rests on: where nothing fires, nothing is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inspector.redaction.plan import Unscannable
from inspector.redaction.scanner import Scanner
from inspector.session.types.sets import CLEAN, Sets

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable

    from inspector.index.typebits import Types
    from inspector.redaction.engine import Redactor

MOST: Final = 24 << 20
"""Bytes of texts that are remembered, about."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Something to be judged."""

    line: bytes
    """As it stands in a store; empty where only the engine can tell."""
    judge: Callable[[], Types]


class Known:
    def __init__(self, redactor: Redactor) -> None:
        self.sets = Sets()
        self.codes: dict[Hashable, int] = {}
        self._scanner = _scanner(redactor)
        self._size = 0
        self._waiting: dict[Hashable, Unit] = {}

    def ask(self, key: Hashable, unit: Unit) -> None:
        """To be known after the next `settle`."""
        self._waiting[key] = unit

    def asked(self, key: Hashable) -> bool:
        return key in self._waiting

    def keep(self, key: Hashable, types: Types, size: int) -> int:
        """Remember what something hides."""
        code = self.codes[key] = self.sets.code(types)
        self._size += size + 200
        return code

    def fired(self, lines: list[bytes]) -> Collection[int]:
        """Numbers of the lines in which something is worth a look; without a scanner all of them."""
        if self._scanner is None or not lines:
            return range(len(lines))
        fired: set[int] = set()
        number, end = 0, len(lines[0]) + 1
        for at, *_ in self._scanner.places(b"\n".join(lines) + b"\n"):
            while at > end:
                number += 1
                end += len(lines[number]) + 1
            fired.add(number)
        return fired

    def settle(self) -> None:
        """Judge all that was asked."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        lines = [unit.line for unit in waiting.values()]
        fired = self.fired(lines)
        if self._size > MOST:
            self.codes.clear()
            self._size = 0
        self._size += sum(map(len, lines)) + 200 * len(lines)
        for number, (key, unit) in enumerate(waiting.items()):
            worth = number in fired or not unit.line
            self.codes[key] = self.sets.code(unit.judge()) if worth else CLEAN


def _scanner(redactor: Redactor) -> Scanner | None:
    """None under a policy that leaves nothing to a scan."""
    keys = redactor.policy.keys
    if not keys.allow_all or keys.ignored or keys.blocked_patterns:
        return None
    try:
        return Scanner(redactor)
    except Unscannable:
        return None
