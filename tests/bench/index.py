"""How fast a big store is there: `python -m tests.bench.index [STORE] [--runs N]` prints a table.

Without a store one is made of the OTLP sample's lines, with fresh ids, of about a hundred thousand spans.
Ratios are to `orjson.loads` of the same lines on one core, taken in turns with the index in this very run.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from inspector.index import Builder, ColumnIndex
from inspector.index.frames import columns_of
from inspector.redaction import Redactor
from inspector.redaction.result import Piece, RedactedText
from inspector.session import Session
from inspector.stores import open_store
from inspector.view import Badge, Sort

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SAMPLE = Path(__file__).parents[1] / "data" / "stores" / "otlp" / "genai_manual.otlp.jsonl"
SPANS = 100_000
QUERIES = ("status:error", "kind:llm status:error", "-kind:tool", "dur>1s", "span(kind:llm tokens>100)")
SORTS = ("start", "dur", "tokens", "name")


def made(folder: Path) -> Path:
    """A store of about `SPANS` spans whose ids differ from line to line."""
    lines = [orjson.loads(line) for line in SAMPLE.read_bytes().splitlines()]
    path = folder / "made.otlp.jsonl"
    spans = turn = 0
    with path.open("wb") as out:
        while spans < SPANS:
            turn += 1
            for line in lines:
                for resource in line.get("resourceSpans", ()):
                    for scope in resource["scopeSpans"]:
                        for span in scope["spans"]:
                            span["traceId"] = f"{turn:08x}{span['traceId'][8:]}"
                            spans += 1
                out.write(orjson.dumps(line) + b"\n")
    return path


def loads(path: Path) -> float:
    """Seconds of processor time of `orjson.loads` over all lines, reading not counted."""
    spent = 0.0
    with path.open("rb") as file:
        while block := file.readlines(32 << 20):
            began = time.process_time()
            for line in block:
                orjson.loads(line)
            spent += time.process_time() - began
    return spent


def pss(pid: int) -> int:
    """Proportional set size in bytes; resident size where the kernel doesn't tell."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("Pss:")), 0)


class Watch:
    """The highest summed PSS of this process and its readers."""

    def __init__(self, pids: Callable[[], list[int]]) -> None:
        self.peak = 0
        self._pids = pids
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(0.2):
            self.peak = max(self.peak, sum(pss(pid) for pid in (os.getpid(), *self._pids())))

    def stop(self) -> int:
        self._over.set()
        self._thread.join()
        return self.peak


def as_it_is(field: str, text: str) -> RedactedText:
    return RedactedText((Piece(text),)) if text else RedactedText(())


def built(path: Path) -> tuple[float, float, int, ColumnIndex]:
    """Seconds to the first rows and to the end, peak PSS, and the index."""
    store = open_store(path)
    index = ColumnIndex(as_it_is)
    builder = Builder(store, index)
    watch = Watch(lambda: builder.pids)
    first: list[float] = []
    began = time.perf_counter()
    builder.run(lambda done: first.append(time.perf_counter() - began) if not first else None, lambda: False)
    spent = time.perf_counter() - began
    index.pack()
    peak = watch.stop()
    store.close()
    return first[0], spent, peak, index


def bytes_of(index: ColumnIndex) -> int:
    arrays = [*columns_of(index.spans, index.traces, index.heads), index.starts, index.ends, index.lines]
    return sum(len(a) * a.itemsize for a in arrays) + sum(texts.size for texts in index.texts.values())


def told(name: str, value: str, bar: str = "") -> None:
    print(f"{name:<44}{value:>16}   {bar}")


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def views(path: Path, folder: Path) -> None:
    """What a person waits for."""
    os.environ["INSPECTOR_CACHE_DIR"] = str(folder / "cache")
    os.environ["INSPECTOR_STATE_DIR"] = str(folder / "state")
    for word in ("opened", "reopened"):
        began = time.perf_counter()
        first: list[float] = []
        badge = Badge("viewer", proved=False)
        stores = [open_store(path)]
        view = Session(stores, Redactor(), badge, key_of=lambda _: bytes(32), cache_max=4 << 30)

        def step(_: object, view: Session = view, first: list[float] = first, began: float = began) -> None:
            if not first:
                view.rows().page(0, 40)
                first.append(time.perf_counter() - began)

        view.scan(step, lambda: False)
        told(f"{word}: to the first rows", f"{first[0]:.2f} s")
        told(f"{word}: until the scan and the cache are done", f"{time.perf_counter() - began:.2f} s")
        if word == "opened":
            view.close()
    rows = view.rows()
    pages: list[float] = []
    for n in range(200):
        at = n * 7919 * 64 % max(rows.count - 64, 1)
        began = time.perf_counter()
        rows.page(at, 64)
        pages.append(time.perf_counter() - began)
    told("a page of 64 rows at random, median", f"{statistics.median(pages) * 1e3:.1f} ms")
    told("a page of 64 rows at random, p95", f"{percentile(pages, 0.95) * 1e3:.1f} ms", "16 ms")
    filters(view, QUERIES)
    for field in SORTS:
        began = time.perf_counter()
        view.rows("", Sort(field, descending=True))
        told(f"sort {field} of {rows.count:,}", f"{(time.perf_counter() - began) * 1e3:.0f} ms")
    view.close()


def processor() -> float:
    """Seconds of processor time of this process and of those it has waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def types(path: Path, base: float) -> None:
    """Looking into every span for the types of what it hides, and the first queries for them."""
    view = Session([open_store(path)], Redactor(), Badge("viewer", proved=False))
    view.scan(lambda _: None, lambda: False)
    before, began = processor(), time.perf_counter()
    view.deepen(lambda: False)
    used, spent = processor() - before, time.perf_counter() - began
    ratio = f"{used / 2 / base:.1f} of orjson.loads (bar 5)" if base else ""
    told("type bits, processor time of all / 2", f"{used / 2:.1f} s", ratio)
    told("type bits, wall", f"{spent:.1f} s")
    filters(view, ("pii:any", "pii:card", "level:restricted kind:llm"))
    view.close()


def filters(view: Session, queries: Sequence[str]) -> None:
    """Processor time of each query, its count and its first 40 rows; modules are loaded by then."""
    view.rows("kind:none")
    for query in queries:
        began = time.process_time()
        found = view.rows(query)
        found.page(0, 40)
        spent = f"{(time.process_time() - began) * 1e3:.0f} ms"
        told(f"filter {query}", spent, f"{found.count:,} traces (bar 50 ms)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path: Path = given.store or made(folder)
        lines = path.suffix != ".db"
        base: list[float] = []
        spent: list[float] = []
        used: list[float] = []
        peaks: list[int] = []
        for _ in range(given.runs):
            if lines:
                base.append(loads(path))
            before = processor()
            first, seconds, peak, index = built(path)
            used.append(processor() - before)
            spent.append(seconds)
            peaks.append(peak)
        spans = max(index.span_count, 1)
        told("store", f"{path.stat().st_size / 1e6:,.0f} MB", f"{spans:,} spans, {index.count:,} traces")
        if lines:
            told("orjson.loads of its lines, one core", f"{statistics.median(base):.2f} s", "1")
        told("index, wall", f"{statistics.median(spent):.2f} s")
        half = statistics.median(used) / 2
        share = (
            f"{statistics.median(u / 2 / b for u, b in zip(used, base, strict=True)):.2f} of it"
            if lines
            else ""
        )
        told("index, processor time of all / 2", f"{half:.2f} s", share)
        told("first rows in the index", f"{first * 1e3:.0f} ms")
        told("summed PSS, highest", f"{max(peaks) / 1e6:.0f} MB", "400 MB")
        told("index a span", f"{bytes_of(index) / spans:.0f} bytes", "130 bytes")
        del index
        views(path, folder)
        types(path, statistics.median(base) if lines else 0.0)


if __name__ == "__main__":
    main()
