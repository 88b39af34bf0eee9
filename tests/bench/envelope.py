"""Fields sealed and unlocked a second on one core, and unlocks while a role's key is rotated.

python -m tests.bench.envelope [fields]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from inspector.access.envelope import Where, open_, parse, seal
from inspector.errors import Denied
from inspector.intent import announced
from tests.access.test_custody import WHERE, Scene

INTENT = announced("op", 1)
DEK, DEK_ID = bytes(range(32)), bytes(8)


def sealing(fields: int) -> None:
    places = [Where(f"{i:032x}", f"{i:016x}", "user.email") for i in range(1000)]
    plain = b'"zofia.wrzesniewska84@nordhaven.example"'
    began = time.process_time()
    blobs = [
        seal(plain, DEK, places[i % 1000], type="email", level="confidential", key_id="v", dek_id=DEK_ID)
        for i in range(fields)
    ]
    spent = time.process_time() - began
    print(f"sealed    {fields:,} fields: {fields / spent:,.0f}/s")
    began = time.process_time()
    for i, blob in enumerate(blobs):
        assert open_(parse(blob), DEK, places[i % 1000], "v") == plain
    spent = time.process_time() - began
    print(f"unlocked  {fields:,} fields: {fields / spent:,.0f}/s")
    salts = {parse(blob).salt for blob in blobs}
    print(f"repeated salts: {fields - len(salts)}")


def rotating(unlocks: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        scene.custody.grant(scene.roles["operator"])
        sealed = scene.sealed()
        from tests.access.keystore import MemoryStore

        before = MemoryStore()
        before.items = dict(scene.store.items)
        old, failed = scene.unlocker("operator", before), 0
        done = 0

        def some(number: int) -> None:
            nonlocal failed, done
            for _ in range(number):
                done += 1
                try:
                    old.check()
                    failed += old.open(sealed, WHERE) != "zofia"
                except Denied:
                    failed += 1

        steps = []
        scene.custody.step = lambda name: (steps.append(name), some(unlocks // 10))[0]
        began = time.process_time()
        scene.custody.rotate_role(INTENT, scene.roles["operator"], grace=3600)
        some(unlocks - done)
        spent = time.process_time() - began
        print(
            f"rotation  {done:,} unlocks with the old key, {failed} failed, {done / spent:,.0f}/s, steps {len(steps)}"
        )
        scene.clock.at += 3600
        failed = done = 0
        some(unlocks // 10)
        print(f"after grace {done:,} unlocks, {failed:,} refused")


def span_of_twenty() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        places = [Where("t", "s", f"k{i}") for i in range(20)]
        values = [scene.sealed(where=where) for where in places]
        unlocker = scene.unlocker("admin")
        for turn in ("first", "second"):
            began = time.process_time()
            unlocker.check()
            for value, where in zip(values, places, strict=True):
                unlocker.open(value, where)
            print(f"a span of 20 fields, {turn} time: {(time.process_time() - began) * 1e3:.1f} ms")


if __name__ == "__main__":
    sealing(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    span_of_twenty()
    rotating(100_000)
