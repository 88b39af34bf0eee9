"""What the process does for its own privacy before it reads anything."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


_PR_SET_DUMPABLE = 4


def harden() -> None:
    """Files private, no core dump, no traceback with data in it."""
    os.umask(0o077)
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    sys.excepthook = _last_words


def undumpable() -> None:
    """Before keys are in memory: no core, and no other process of the same user may attach or read /proc."""
    if sys.platform != "linux":
        return
    import ctypes

    try:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    except (OSError, AttributeError):
        return  # a libc without it; cores are off all the same


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Says where it happened. The message and the locals may hold data, so neither is printed."""
    if issubclass(kind, KeyboardInterrupt):
        return
    sys.stderr.write(f"inspector: {crash_sentence(kind, trace)}\n")


def crash_sentence(kind: type[BaseException], trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = ""
    if trace is not None:
        code = trace.tb_frame.f_code
        where = f" at {os.path.basename(code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119
    return f"The inspector has a bug: {kind.__name__}{where}."
