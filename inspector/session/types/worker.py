"""A process that looks into spans for another: jobs come as lines, what was found goes out as frames.

It is told the policy and the people's names that are known, through a pipe that no other process can see. It
needs no key: which types are found doesn't depend on one.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, cast

import orjson

from inspector.index.worker import send

if TYPE_CHECKING:
    from inspector.index.worker import Job
    from inspector.redaction.engine import Redactor


def told(redactor: Redactor) -> bytes:
    """What a process has to know, in one line."""
    return b64encode(pickle.dumps((redactor.policy, redactor.known_names)))


def main() -> None:
    """Work until standard input ends."""
    from inspector.redaction.engine import Redactor
    from inspector.session.types.otlp import OtlpTypes
    from inspector.session.types.ranges import found_in
    from inspector.session.veil import Veil
    from inspector.stores.formats.otlp import FORMAT

    gc.set_threshold(100_000, 50, 50)
    if hasattr(os, "nice"):
        os.nice(10)
    # Our own parent wrote this line, into a pipe that it made for us.
    policy, names = pickle.loads(b64decode(sys.stdin.buffer.readline()))  # noqa: S301
    redactor = Redactor(policy, known_names=names)
    types = OtlpTypes(Veil(redactor), redactor)
    out = sys.stdout.fileno()
    try:
        for line in sys.stdin.buffer:
            job = cast("Job", orjson.loads(line))
            fd, start, stop = (cast(int, job[name]) for name in ("fd", "start", "stop"))
            send(out, found_in(types, fd, FORMAT, start, stop, lambda: False).frame())
            send(out, [])
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)
