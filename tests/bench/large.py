"""What opening a large trace costs: a session without a screen, then what the screen makes of it.

usage: python -m tests.bench.large [SPANS]

Processor time of this process. One trace in one OTLP file: an agent with turns, each with model calls and tools.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from inspector.redaction import Redactor
from inspector.session import Session
from inspector.stores import open_store
from inspector.tui.tree import Tree
from inspector.view import Badge

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGAN = 1_760_000_000_000_000_000
_PER_LINE = 500
_NAMES = ("agent.turn", "chat gpt-4o", "execute_tool search_docs", "execute_tool read_file", "retrieve")
_KINDS = ("AGENT", "LLM", "TOOL", "TOOL", "RETRIEVER")


def span(n: int) -> dict[str, object]:
    """Every fifth is a turn of the agent, the others stand below the last turn."""
    above = 0 if n % 5 == 1 else (n - 2) // 5 * 5 + 1
    which = 0 if n == 0 else (n - 1) % 5
    keys = {
        "openinference.span.kind": _KINDS[which],
        "input.value": f"Question {n}: which of the {n % 97} pages says how long a lease lasts?",
        "output.value": f"Page {n % 31} does, under terms.",
        "llm.model_name": f"gpt-4o-{n % 3}",
        "user.id": f"usr_{n % 1000}",
    }
    return {
        "traceId": "7" * 32,
        "spanId": f"{n * 2_654_435_761 % (1 << 64):016x}",
        "parentSpanId": "" if n == 0 else f"{above * 2_654_435_761 % (1 << 64):016x}",
        "name": _NAMES[which],
        "startTimeUnixNano": str(_BEGAN + n * 1000),
        "endTimeUnixNano": str(_BEGAN + n * 1000 + 900),
        "attributes": [{"key": key, "value": {"stringValue": text}} for key, text in keys.items()],
        "status": {"code": 2, "message": "timed out"} if n % 50 == 3 else {},
    }


def write(path: Path, spans: int) -> None:
    with path.open("wb") as file:
        for first in range(0, spans, _PER_LINE):
            some = [span(n) for n in range(first, min(first + _PER_LINE, spans))]
            file.write(orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": some}]}]}) + b"\n")


@contextmanager
def taken(what: str) -> Iterator[None]:
    wall, start = time.perf_counter(), time.process_time()
    yield
    print(f"{what:44}{time.process_time() - start:8.2f} s CPU{time.perf_counter() - wall:9.2f} s wall")


def main(spans: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.jsonl"
        write(path, spans)
        session = Session([open_store(path)], Redactor(), Badge("viewer", False), workers=1)
        with taken("scan"):
            session.scan(lambda p: None, lambda: False)
        (row,) = session.rows().page(0, 1)
        with taken("the trace"):
            trace = session.trace(row.key)
        with taken("its tree"):
            tree = Tree(trace.nodes)
            _ = tree.timing, tree.steps, tree.services
        with taken("a page of its rows"):
            _ = [tree.nodes[at] for at in range(64)]
        with taken("a span of it"):
            session.span(row.key, trace.nodes[spans // 2].index)
        with taken("another span of it"):
            session.span(row.key, trace.nodes[spans // 3].index)
        with taken("the trace again"):
            session.trace(row.key)
        session.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
