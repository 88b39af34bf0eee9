"""How cost grows with the store: `python -m tests.bench.linear STORE.otlp.jsonl` prints a row a size and a fit.

Cuts the first lines of a big OTLP file to about ten thousand, a hundred thousand and a million spans. Indexing
is processor time of all processes; opening and a page should not grow at all.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from pathlib import Path

from inspector.redaction import Redactor
from inspector.session import Session
from inspector.stores import open_store
from inspector.view import Badge
from tests.bench.index import built, percentile, processor

SIZES = (10_000, 100_000, 1_000_000)


def cut(source: Path, target: Path, spans: int) -> None:
    with source.open("rb") as lines, target.open("wb") as out:
        for line in lines:
            if spans <= 0:
                break
            spans -= line.count(b'"spanId":')
            out.write(line)


def measured(path: Path) -> tuple[int, float, float, float]:
    """Spans; seconds of indexing; of opening to the first rows; p95 of a page."""
    before = processor()
    _, _, _, index = built(path)
    indexing = processor() - before
    began = time.process_time()
    first = 0.0
    view = Session([open_store(path)], Redactor(), Badge("viewer", proved=False))

    def step(_: object) -> None:
        nonlocal first
        if not first:
            view.rows().page(0, 40)
            first = time.process_time() - began

    view.scan(step, lambda: False)
    rows = view.rows()
    pages = []
    for n in range(100):
        began_page = time.process_time()
        rows.page(n * 7919 * 64 % max(rows.count - 64, 1), 64)
        pages.append(time.process_time() - began_page)
    view.close()
    return index.span_count, indexing, first, percentile(pages, 0.95)


def main(source: Path) -> None:
    found = []
    print(f"{'spans':>10}{'index s':>10}{'us a span':>11}{'first rows s':>14}{'page p95 ms':>13}")
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            path = Path(folder) / f"{size}.otlp.jsonl"
            cut(source, path, size)
            each = measured(path)
            found.append(each)
            spans, indexing, first, page = each
            print(
                f"{spans:>10,}{indexing:>10.2f}{indexing / spans * 1e6:>11.1f}{first:>14.3f}{page * 1e3:>13.1f}"
            )
            path.unlink()
    (small, quick, *_), (big, slow, *_) = found[-2], found[-1]
    print(f"index grows with spans to the power of {math.log(slow / quick) / math.log(big / small):.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
