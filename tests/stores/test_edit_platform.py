"""Rewriting a file among links, other programs and failures: nothing is lost, and refusals say why."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time

import pytest
import zstandard

from inspector.errors import HeldBack, InspectorError, StoreError
from inspector.stores import edit_os, edit_swap, open_store
from inspector.stores.edits import Edits
from tests.stores.editing import copy_of, edit, heads_of
from tests.stores.test_edit_jsonl import OTLP

SAME = ("bom_utf8.jsonl", "crlf.jsonl", "garbage_middle.jsonl", "json_array.json", "no_final_newline.jsonl",
        "traces.jsonl.gz", "truncated_last_line.jsonl", "utf16le_bom.jsonl")  # fmt: skip


def some_trace(path):
    return frozenset({heads_of(path)[0][0]})


def unpacked(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


@pytest.mark.parametrize("name", SAME)
def test_shape_and_character_set_stay(stores, tmp_path, name):
    path = copy_of(stores, f"hostile/{name}", tmp_path)
    before, old = heads_of(path), unpacked(path)
    gone = some_trace(path)
    edit(path, Edits(traces=gone))
    assert heads_of(path) == [head for head in before if head[0] not in gone]
    new = unpacked(path)
    wide = name.startswith("utf16")
    assert new[:2] == old[:2] and new[-1:] == old[-1:] and len(new) < len(old)
    end = b"\n\0" if wide else b"\n"
    ids = [trace.encode("utf-16-le" if wide else "utf-8") for trace in gone]
    untouched = [line for line in old.split(end) if not any(one in line for one in ids)]
    assert untouched or name == "json_array.json"
    assert untouched == [line for line in new.split(end) if line in set(untouched)]


def test_zstd_and_the_collectors_frames_are_packed_again(stores, tmp_path):
    data = (stores / OTLP[0]).read_bytes()
    frames = b"".join(
        len(frame).to_bytes(4, "big") + frame for frame in map(zstandard.compress, data.split(b"\n")[:-1])
    )
    for name, packed in (("a.zst", zstandard.compress(data)), ("b.zst", frames)):
        path = tmp_path / name
        path.write_bytes(packed)
        before, gone = heads_of(path), some_trace(path)
        store = open_store(path)
        schema = store.info.schema
        store.close()
        edit(path, Edits(traces=gone))
        store = open_store(path)
        assert store.info.schema == schema
        store.close()
        assert heads_of(path) == [head for head in before if head[0] not in gone]


def test_a_packed_file_that_is_cut_off_is_not_rewritten(stores, tmp_path):
    path = copy_of(stores, "hostile/gz_truncated.jsonl.gz", tmp_path)
    data = path.read_bytes()
    with pytest.raises(StoreError, match="cut off"):
        edit(path, Edits(traces=frozenset({"a" * 32})))
    assert path.read_bytes() == data and [p.name for p in tmp_path.iterdir() if p.name[0] == "."] == []


def test_mode_owner_and_attributes_are_kept(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    path.chmod(0o640)
    os.chown(path, os.getuid(), os.getgid())
    os.setxattr(path, "user.note", b"kept")
    edit(path, Edits(traces=some_trace(path)))
    assert path.stat().st_mode & 0o7777 == 0o640
    assert os.getxattr(path, "user.note") == b"kept"


def test_a_link_stays_a_link_and_its_target_is_edited(stores, tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    path = copy_of(stores, OTLP[0], real)
    link = tmp_path / "link.jsonl"
    link.symlink_to(path)
    gone = some_trace(link)
    edit(link, Edits(traces=gone))
    assert link.is_symlink() and not any(head[0] in gone for head in heads_of(path))
    assert sorted(p.name for p in real.iterdir()) == [path.name]


def test_a_second_name_is_in_the_way(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    os.link(path, tmp_path / "other.jsonl")
    store = open_store(path)
    assert "hard links" in store.editor().preview(Edits(traces=some_trace(path))).refusals[0]
    store.close()
    with pytest.raises(HeldBack, match="hard links"):
        edit(path, Edits(traces=some_trace(path)))


def test_a_program_that_has_it_open_is_named(stores, tmp_path, monkeypatch):
    monkeypatch.setattr(edit_swap, "PATIENCE", 0.05)
    path = copy_of(stores, OTLP[0], tmp_path)
    gone, data = some_trace(path), path.read_bytes()
    code = f"import sys,time; f=open({str(path)!r},'ab'); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as writer:
        writer.stdout.readline()
        try:
            store = open_store(path)
            assert f"process {writer.pid}" in store.editor().preview(Edits(traces=gone)).refusals[0]
            store.close()
            with pytest.raises(HeldBack, match=f"python.* \\(process {writer.pid}\\)"):
                edit(path, Edits(traces=gone))
        finally:
            writer.kill()
    assert path.read_bytes() == data
    edit(path, Edits(traces=gone))
    assert not any(head[0] in gone for head in heads_of(path))


def test_another_inspector_at_work_is_in_the_way(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    with path.open("rb") as file:
        edit_os.take_lock(file.fileno())
        with pytest.raises(HeldBack, match="Another inspector"):
            edit(path, Edits(traces=some_trace(path)))


@pytest.mark.parametrize("how", ["replaced", "rewritten", "cut"])
def test_a_store_that_is_another_by_now_is_left_alone(stores, tmp_path, how):
    path = copy_of(stores, OTLP[0], tmp_path)
    gone = some_trace(path)

    def meanwhile(editor):
        data = path.read_bytes()
        if how == "replaced":
            path.rename(tmp_path / "rotated.jsonl")
            path.write_bytes(data)
        elif how == "cut":
            os.truncate(path, len(data) // 2)
        else:
            time.sleep(0.01)
            with path.open("r+b") as file:
                file.write(data[:10])
        return Edits(traces=gone)

    with pytest.raises(HeldBack, match="changed"):
        edit(path, meanwhile)
    assert [p.name for p in tmp_path.iterdir() if p.name[0] == "."] == []


def test_what_was_added_meanwhile_is_kept_and_edited_too(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    first, second, *_ = path.read_bytes().split(b"\n")
    before = heads_of(path)
    gone = frozenset({before[0][0]})

    def meanwhile(editor):
        with path.open("ab") as file:
            file.write(second + b"\n" + first + b"\n")
        return Edits(traces=gone)

    edit(path, meanwhile)
    lines = path.read_bytes().split(b"\n")
    assert not any(head[0] in gone for head in heads_of(path))
    assert second in lines[-3:] and lines[-1] == b""


def test_stopping_leaves_it_as_it_was(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    data = path.read_bytes()
    with pytest.raises(InspectorError, match="Stopped"):
        edit(path, Edits(traces=some_trace(path)), stopped=lambda: True)
    assert path.read_bytes() == data and [p.name for p in tmp_path.iterdir() if p.name[0] == "."] == []


def test_progress_reaches_the_whole(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    size, steps = path.stat().st_size, []
    edit(path, Edits(traces=some_trace(path)), report=steps.append)
    assert steps[-1].done == steps[-1].total == size


def test_before_and_after_are_hashed(stores, tmp_path):
    import hashlib

    path = copy_of(stores, OTLP[0], tmp_path)
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    done = edit(path, Edits(traces=some_trace(path)))
    assert done.before[0].sha256 == old and done.before[0].path == path
    assert done.after[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    again = edit(path, Edits(traces=frozenset({"a" * 32})))
    assert again.before == again.after == done.after and again.counts == {}


def test_without_leases_nothing_is_edited(stores, tmp_path, monkeypatch):
    path = copy_of(stores, OTLP[0], tmp_path)
    monkeypatch.setattr(edit_os.sys, "platform", "darwin")
    with pytest.raises(StoreError, match="can't tell whether a program"):
        edit(path, Edits(traces=some_trace(path)))


def test_a_line_stays_one_line(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    with pytest.raises(StoreError):
        edit(path, Edits(every=lambda cell: b"{}\n{}"))


def test_every_cell_can_be_changed(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    data = path.read_bytes()
    edit(path, Edits(every=lambda cell: cell.content.replace(b"python", b"PYTHON")))
    assert path.read_bytes() == data.replace(b"python", b"PYTHON")
