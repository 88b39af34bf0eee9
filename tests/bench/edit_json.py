"""What it costs to take one person's traces out of a JSONL store, against decoding each of its lines once.

usage: python -m tests.bench.edit_json STORE WORD...

STORE is copied first. Bars: <= 3 times `orjson.loads` of its lines, CPU and wall, at <= 300 MB.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import orjson

from inspector.audit.log import AuditLog
from inspector.audit.record import Actor, Entry
from inspector.lifecycle.residue import residue
from inspector.stores import open_store
from inspector.stores.edits import Edits


class Clock:
    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def lap(self, name):
        wall, cpu = time.perf_counter(), time.process_time()
        print(f"{name:<28} {wall - self.wall:6.2f} s  {cpu - self.cpu:6.2f} s CPU", flush=True)
        took = wall - self.wall, cpu - self.cpu
        self.wall, self.cpu = wall, cpu
        return took


def baseline(path):
    clock = Clock()
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)
    return clock.lap("orjson.loads of each line")


def main(path, words):
    folder = Path(tempfile.mkdtemp(dir=path.parent if os.access(path.parent, os.W_OK) else None))
    try:
        work = folder / path.name
        shutil.copyfile(path, work)
        os.sync()
        before = baseline(work)
        print(f"the bare reader's peak {peak()} MB")
        spent = erase(work, words, AuditLog(folder / "audit", Actor("admin"), b"k" * 32))
        print(f"in all {spent[0]:.2f} s: {spent[0] / before[0]:.2f} x; {spent[1]:.2f} s CPU: "
              f"{spent[1] / before[1]:.2f} x; peak {peak()} MB")  # fmt: skip
    finally:
        shutil.rmtree(folder)


def erase(path, words, log):
    clock = Clock()
    laps = []
    store = open_store(path)
    editor = store.editor()
    gone, needles = set(), [word.encode() for word in words]
    for cell in editor.cells(needles):
        lower = cell.content.lower()
        hits = [at for needle in needles for at in _all(lower, needle.lower())]
        gone |= _traces(cell, hits)
    laps.append(clock.lap("find"))
    edits = Edits(traces=frozenset(gone))
    preview = editor.preview(edits)
    laps.append(clock.lap("preview"))
    with log.act(Entry("trace.view")) as intent:
        done = editor.carry_out(edits, intent, lambda step: None, lambda: False)
    laps.append(clock.lap("carry out"))
    assert done.counts == preview.counts
    store.close()
    found = residue([path], list(words), texts=[path])
    laps.append(clock.lap("scan for residue"))
    again = sum(1 for _ in open_store(path).editor().cells(needles))
    laps.append(clock.lap("find again"))
    print(f"{len(gone)} traces, {done.counts}; residue {found.count}; lines with a hit now {again}")
    return [sum(lap[i] for lap in laps) for i in (0, 1)]


def _all(data, needle):
    at = data.find(needle)
    while at >= 0:
        yield at
        at = data.find(needle, at + 1)


def _traces(cell, hits):
    from inspector.stores.formats.otlp_near import near

    found = list(near(cell.content, sorted(at + 1 for at in hits)))
    assert None not in found
    return {one.span["traceId"] for one in found}


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
