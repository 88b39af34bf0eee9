"""Python's garbage collector: many objects that all stay are made faster while it doesn't look through them."""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_lock = threading.Lock()
_inside = 0
_was_on = False
_HUGE: Final = 20_000


def collect_again() -> None:
    """A start is over, during which nothing was collected: what it imported stays, and isn't looked through."""
    global _was_on
    with _lock:
        if _inside:
            _was_on = True
        elif not gc.isenabled():
            gc.freeze()
            gc.enable()


@contextmanager
def uncollected(spans: int = 0) -> Iterator[None]:
    """No collection until the last thread has left; reference counts free what isn't in a cycle all the same.

    Objects of very many spans aren't looked through later either: each time a frame would wait for it.
    """
    global _inside, _was_on
    with _lock:
        if _inside == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if spans >= _HUGE:
                gc.freeze()
            if _inside == 0 and _was_on:
                gc.enable()
