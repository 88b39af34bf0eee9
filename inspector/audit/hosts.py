"""The hosts that a log has seen: a small file beside it, so that the log needn't be read to know a new one.

It is a memory, not a proof: without it, hosts are learnt from the newest records and nobody is alarmed.
"""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING

import orjson

from inspector.audit.reading import newest_first, text
from inspector.paths import open_private

if TYPE_CHECKING:
    from pathlib import Path

FILE = "hosts.json"
_ENOUGH = 10_000
"""Records that hosts are learnt from."""


class KnownHosts:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[str] | None = None

    def is_new(self, host: str) -> bool:
        """Whether the log has not seen this host; from now on it has."""
        if self._known is None:
            self._known = self._read()
        if self._known is None:
            self._known = self._learn() | {host}
            self._write()
        if host in self._known:
            return False
        self._known.add(host)
        self._write()
        return True

    def _read(self) -> set[str] | None:
        try:
            held = orjson.loads((self._folder / FILE).read_bytes())
        except (OSError, ValueError):
            return None
        return {h for h in held if isinstance(h, str)} if isinstance(held, list) else None

    def _learn(self) -> set[str]:
        try:
            return {text(r, "host") for r in islice(newest_first(self._folder), _ENOUGH)}
        except OSError:
            return set()

    def _write(self) -> None:
        draft = self._folder / f".{FILE}.{os.getpid()}"
        try:
            fd = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            with os.fdopen(fd, "wb") as out:
                out.write(orjson.dumps(sorted(self._known or ())))
            draft.replace(self._folder / FILE)
        except OSError:
            draft.unlink(missing_ok=True)
