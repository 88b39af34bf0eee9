"""Whether a followed store keeps up with its writer, and what following costs while nothing comes.

usage: python -m tests.bench.follow [SECONDS] [LINES A SECOND]

Bars: 5,000 lines a second for 60 s, none lost or doubled; idle below 2% of a core.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

from inspector.redaction import Redactor
from inspector.session import Session
from inspector.stores import open_store
from inspector.view import Badge
from tests.session.test_following import line

IDLE = 10.0


def spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(seconds: float, rate: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.jsonl"
        path.write_bytes(line(0))
        session = Session([open_store(path)], Redactor(), Badge("viewer", False))
        session.scan(lambda p: None, lambda: False)
        stop = threading.Event()
        follower = threading.Thread(target=session.follow, args=(lambda p: None, stop.is_set))
        follower.start()
        lines = [line(n) for n in range(1, int(seconds * rate))]
        time.sleep(1)
        before, start = spent(), time.perf_counter()
        time.sleep(IDLE)
        idle = (spent() - before) / (time.perf_counter() - start)
        lag, written = 0, 1
        before, start = spent(), time.perf_counter()
        with path.open("ab", buffering=0) as file:
            for at in range(0, len(lines), rate // 20):
                part = lines[at : at + rate // 20]
                file.write(b"".join(part))
                written += len(part)
                lag = max(lag, written - session.progress().spans)
                time.sleep(max(0.0, start + (at + len(part)) / rate - time.perf_counter()))
        wrote = time.perf_counter() - start
        while session.progress().spans < written and time.perf_counter() - start < wrote + 60:
            time.sleep(0.05)
        caught = time.perf_counter() - start - wrote
        busy = (spent() - before) / (wrote + caught)
        stop.set()
        follower.join()
        progress = session.progress()
        print(f"{'lines written':32}{written:>12,}   in {wrote:.1f} s, {written / wrote:,.0f} a second")
        print(f"{'spans and traces found':32}{progress.spans:>12,}{progress.traces:>12,}")
        print(f"{'farthest behind, lines':32}{lag:>12,}   caught up {caught:.2f} s after the last")
        print(f"{'of one core, writer included':32}{busy:>12.1%}   while {rate:,} lines a second come")
        print(f"{'of one core, idle':32}{idle:>12.2%}")
        session.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, int(sys.argv[2]) if len(sys.argv) > 2 else 5000)
