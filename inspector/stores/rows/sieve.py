"""Many needles sought in bytes at once, upper and lower case of ASCII alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.stores.needle import module

if TYPE_CHECKING:
    from collections.abc import Sequence


class Sieve:
    """Not thread-safe."""

    def __init__(self, needles: Sequence[bytes]) -> None:
        patterns = [_either_case(needle) for needle in needles if needle]
        self._ends: list[int] = []
        self._database: object | None = None
        hyperscan = module("hyperscan")
        if hyperscan is not None:
            database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
            database.compile(
                expressions=patterns,
                ids=list(range(len(patterns))),
                elements=len(patterns),
                flags=[0] * len(patterns),
            )
            self._database = database
            self._scratch = hyperscan.Scratch(database)
            return
        together = b"|".join(patterns)
        re2 = module("re2")
        if re2 is not None:
            options = re2.Options()
            options.encoding = re2.Options.Encoding.LATIN1
            options.log_errors = False
            self._finditer = re2.compile(together, options).finditer
        else:
            self._finditer = re.compile(together).finditer

    def ends(self, data: bytes) -> list[int]:
        """Where needles end; where one stands within another, perhaps only one of the two."""
        if self._database is None:
            return [match.end() for match in self._finditer(data)]
        found: list[int] = []

        def met(_id: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append(end)

        self._database.scan(data, match_event_handler=met, scratch=self._scratch)  # type: ignore[attr-defined]
        return found


def _either_case(needle: bytes) -> bytes:
    """Letters of ASCII in either case, all else as it is: no flag, which would fold more than ASCII."""
    return b"".join(
        b"[\\x%02x\\x%02x]" % (byte, byte ^ 0x20)
        if 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A
        else b"\\x%02x" % byte
        for byte in needle
    )
