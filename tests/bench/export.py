"""How fast exports are beside a plain JSON round trip, one core, CPU time.

usage: python -m tests.bench.export OTLP.jsonl [MEGABYTES]

`stream` is `Session.stream` of the whole store, names learned first; `names` is that first pass. The ratio is
`orjson.loads` and `dumps` of the same bytes by the export's time; on two cores by the time of the busier of two
processes. Kinds over shown spans follow, in spans a second,
on the first 2,000 traces.
"""

from __future__ import annotations

import io
import resource
import sys
import tempfile
import time
from pathlib import Path

import orjson

from inspector.redaction import Redactor
from inspector.reports.chosen import Chosen, Selection, choose
from inspector.reports.registry import KINDS, STORE
from inspector.session import Session
from inspector.stores import open_store
from inspector.view import Badge
from tests.reports.support import ABOUT


class Nowhere(io.RawIOBase):
    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        self.size += len(data)  # type: ignore[arg-type]
        return len(data)  # type: ignore[arg-type]


def children() -> float:
    """Seconds of CPU of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    source = Path(sys.argv[1])
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.otlp.jsonl"
        with source.open("rb") as file:
            data = file.read(megabytes << 20)
        data = data[: data.rfind(b"\n") + 1]
        part.write_bytes(data)
        started = time.process_time()
        for line in data.splitlines():
            orjson.dumps(orjson.loads(line))
        plain = time.process_time() - started
        size = len(data) / 1e6
        del data
        view = Session([open_store(part)], Redactor(), Badge("viewer", proved=False), workers=1)
        started = time.process_time()
        view._stores[0].learn_names(lambda: False)
        names = time.process_time() - started
        started = time.process_time()
        stats = view.stream(0, None, Nowhere())
        stream = time.process_time() - started
        assert stats is not None
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        hidden = sum(stats.findings.values())
        print(f"{size:.0f} MB, {hidden:,} values hidden ({hidden / size:,.0f} a MB)")
        print(f"orjson round trip {plain:.2f} s")
        print(f"names             {names:.2f} s")
        print(f"stream            {stream:.2f} s, {size / stream:.1f} MB/s, ratio {plain / stream:.3f}")
        print(f"names and stream  ratio {plain / (names + stream):.3f}; peak RSS {peak:.0f} MB")
        two = Session([open_store(part)], Redactor(), Badge("viewer", proved=False), workers=2)
        two._stores[0].learn_names(lambda: False)
        before, started = children(), time.process_time()
        two.stream(0, None, Nowhere())
        busiest = max((children() - before) / 2, time.process_time() - started)
        two.close()
        print(
            f"on two cores      {busiest:.2f} s each, {size / busiest:.1f} MB/s, ratio {plain / busiest:.3f}"
        )
        view.scan(lambda progress: None, lambda: False)
        keys = choose(view, Selection(limit=2000))
        for kind in KINDS.values():
            if kind.name == STORE:
                continue
            out = Nowhere()
            started = time.process_time()
            kind.writer()(Chosen(view, keys.keys), ABOUT, out)  # type: ignore[arg-type]
            took = time.process_time() - started
            print(f"{kind.name:<8} {keys.spans / took:,.0f} spans a second, {out.size / 1e6:.1f} MB")
        view.close()


if __name__ == "__main__":
    main()
