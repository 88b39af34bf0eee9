"""Killed at any call that touches the disk, the store is the old one or the new one, and the next call with
the same op id finishes it."""

from __future__ import annotations

import re

import pytest

from inspector.stores import edit_swap
from inspector.stores.edits import Edits
from tests.stores.editing import copy_of, heads_of
from tests.stores.killing import KILLED, Nth, carry_out, forked
from tests.stores.test_edit_jsonl import OTLP


@pytest.fixture
def scene(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    # The first lines are enough, and quick.
    old = b"".join(path.read_bytes().splitlines(keepends=True)[:4])
    path.write_bytes(old)
    edits = {
        kind: Edits(traces=frozenset(head[0] for head in heads_of(path)[::4]), in_place=kind == "tombstones")
        for kind in ("rewrite", "tombstones")
    }
    return path, old, edits


def leftovers(path):
    return [p.name for p in path.parent.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("kind", ["rewrite", "tombstones"])
def test_killed_at_each_call_and_resumed(scene, kind):
    path, old, edits = scene
    carry_out(path, edits[kind])
    new = path.read_bytes()
    allowed = set(old.splitlines()) | set(new.splitlines())
    for at in range(1, 10_000):
        path.write_bytes(old)
        code = forked(path, edits[kind], Nth(at))
        now = path.read_bytes()
        if kind == "rewrite":
            assert now in (old, new), at
        else:
            assert set(now.splitlines()) <= allowed and len(now) == len(old), at
        carry_out(path, edits[kind])
        assert path.read_bytes() == new and leftovers(path) == [], at
        if code == 0:
            break
        assert code == KILLED
    assert at > 15


@pytest.mark.parametrize("error", ["ENOSPC", "EACCES"])
@pytest.mark.parametrize("kind", ["rewrite", "tombstones"])
def test_a_call_that_fails_leaves_the_store_whole_and_is_said(scene, kind, error):
    import errno

    path, old, edits = scene
    carry_out(path, edits[kind])
    new = path.read_bytes()
    allowed = set(old.splitlines()) | set(new.splitlines())
    for at in range(1, 10_000):
        path.write_bytes(old)
        code = forked(path, edits[kind], Nth(at, getattr(errno, error)))
        now = path.read_bytes()
        assert now in (old, new) if kind == "rewrite" else set(now.splitlines()) <= allowed, at
        assert code in (0, 4), at
        carry_out(path, edits[kind])
        assert path.read_bytes() == new and leftovers(path) == [], at
        if code == 0:
            break


def test_what_a_crash_left_is_swept_or_finished(scene):
    path, old, edits = scene
    carry_out(path, edits["rewrite"])
    new = path.read_bytes()
    late = b'{"late":1}\n{"late":2}\n{"late":2}\n'
    spot = edit_swap.Spot(path)
    try:
        prefix = spot.named("op1", "")
    finally:
        spot.close()
    covered = f"{len(old)}.{len(new)}.old"
    beside = path.parent / (prefix + covered)

    def after(now, left, name=beside):
        path.write_bytes(now)
        name.write_bytes(left)
        carry_out(path, edits["rewrite"], "another")
        assert leftovers(path) == []
        return path.read_bytes()

    # A temporary file; the old file, with nothing late, with late lines, with some or all of them brought.
    assert after(old, new[: len(new) // 2], path.parent / (prefix + "tmp")) == new
    assert after(new, old) == new
    assert after(new, old + late) == new + late
    assert after(new + late[:10], old + late) == new + late
    assert after(new + late[:17], old + late) == new + late
    assert after(new + late, old + late) == new + late
    path.write_bytes(old)
    beside.hardlink_to(path)
    carry_out(path, edits["rewrite"], "another")
    assert path.read_bytes() == new and leftovers(path) == []
    assert re.fullmatch(r"\..+\.op1\.", prefix)


def test_a_list_that_was_cut_off_is_not_followed(scene):
    path, old, edits = scene
    spot = edit_swap.Spot(path)
    try:
        name = spot.named("op1", "redo")
    finally:
        spot.close()
    found = path.stat()
    listed = f"[{found.st_dev}, {found.st_ino}, 2]\n[0, 3]\nxyz\n[5, 9".encode()
    (path.parent / name).write_bytes(listed)
    carry_out(path, Edits(traces=frozenset({"f" * 32})))
    assert path.read_bytes() == old and leftovers(path) == []
    assert edits["rewrite"].traces
