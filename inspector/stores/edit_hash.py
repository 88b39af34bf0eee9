"""The hash of a file while it is read or written: on another core, so that it costs no time of its own."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from concurrent.futures import Future
    from types import TracebackType

_STEP: Final = 1 << 20
_AHEAD: Final = 4
"""Blocks that may wait to be hashed: what is read runs no further ahead."""


class Hashing:
    """SHA-256 of what `add` is given, in order."""

    def __init__(self) -> None:
        self._state = hashlib.sha256()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="hash")
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Hashing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def add(self, data: bytes) -> None:
        if len(data) < 4096:
            self._settle()
            self._state.update(data)
            return
        self._waiting.append(self._pool.submit(self._state.update, data))
        if len(self._waiting) > _AHEAD:
            self._waiting.popleft().result()

    def digest(self) -> str:
        self._settle()
        return self._state.hexdigest()

    def _settle(self) -> None:
        while self._waiting:
            self._waiting.popleft().result()


def hash_of(fd: int) -> str:
    """Of an open file, read by position."""
    state = hashlib.sha256()
    at = 0
    while data := os.pread(fd, _STEP, at):
        state.update(data)
        at += len(data)
    return state.hexdigest()
