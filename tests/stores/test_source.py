"""The bytes of a store: what may be opened, how it is packed, and that it is only read."""

from __future__ import annotations

import gzip
import os
import socket

import pytest
import zstandard

from inspector.errors import NotAStore, StoreError
from inspector.paths import cache_folder
from inspector.stores import expansion, open_store
from inspector.stores.source import Source

LINES = b'{"resourceSpans":[]}\n' * 3


def refused(path):
    with pytest.raises(StoreError) as caught:
        open_store(path)
    assert caught.value.exit_code == 4
    return caught.value


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    fifo = tmp_path / "fifo.jsonl"
    os.mkfifo(fifo)
    assert "pipe" in refused(fifo).what
    assert "inspector -" in refused(fifo).fix
    assert "folder" in refused(tmp_path).what
    assert "device" in refused("/dev/zero").what
    assert "no such file" in refused(tmp_path / "missing.jsonl").what
    assert "no such file" in refused(tmp_path / "missing" / "x.jsonl").what
    listener = socket.socket(socket.AF_UNIX)
    name = str(tmp_path / "s")
    listener.bind(name)
    assert "socket" in refused(name).what
    listener.close()


def test_a_link_to_a_fifo_is_refused_and_to_a_file_followed(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to(tmp_path / "fifo")
    assert "pipe" in refused(tmp_path / "link").what
    (tmp_path / "real.jsonl").write_bytes(LINES)
    (tmp_path / "good").symlink_to(tmp_path / "real.jsonl")
    assert open_store(tmp_path / "good").info.format.id == "otlp"


def test_odd_names_are_refused_and_no_crash(tmp_path):
    for name in ("a\0b", "x" * 5000, ""):
        assert refused(name)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES)
    path.chmod(0)

    def denied(*args, **kwargs):
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "open", denied)  # root may read everything
    assert "may not be read" in refused(path).what


def test_an_empty_file_says_so(stores):
    for name in ("empty.jsonl", "empty.db"):
        with pytest.raises(NotAStore, match="empty"):
            open_store(stores / "hostile" / name)


@pytest.mark.parametrize(
    ("packing", "pack"),
    [
        ("", bytes),
        ("gzip", gzip.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("utf-16-le", lambda d: b"\xff\xfe" + d.decode().encode("utf-16-le")),
        ("utf-16-be", lambda d: b"\xfe\xff" + d.decode().encode("utf-16-be")),
        ("utf-16-le", lambda d: d.decode().encode("utf-16-le")),
        ("utf-32-le", lambda d: b"\xff\xfe\0\0" + d.decode().encode("utf-32-le")),
        ("gzip, utf-16-le", lambda d: gzip.compress(b"\xff\xfe" + d.decode().encode("utf-16-le"))),
    ],
)
def test_text_is_the_same_however_it_is_packed(tmp_path, packing, pack, monkeypatch):
    text = '{"a": "zażółć 👩‍💻"}\n'.encode() * 3000
    path = tmp_path / "x"
    path.write_bytes(pack(text))
    opened = Source(path)
    assert opened.packing == packing
    assert opened.plain == (packing == "")
    stream = opened.stream()
    assert stream.file.read() == text
    assert stream.done == path.stat().st_size
    assert not stream.damage
    assert opened.read(70, 95) == text[70:95]
    monkeypatch.setattr(expansion, "IN_MEMORY", 1000)  # as if it were too large to keep
    fresh = Source(path)
    assert fresh.read(70_000, 70_095) == text[70_000:70_095]
    assert fresh.read(5, 9) == text[5:9]
    assert fresh.text_file is not None
    assert fresh.text_file[1] == len(text if packing else pack(text))
    assert not [file for file in cache_folder().rglob("*") if file.is_file()]
    monkeypatch.setattr(expansion, "_SPARE", 1 << 62)  # as if the disk were nearly full
    poor = Source(path)
    assert poor.read(70_000, 70_095) == text[70_000:70_095]
    assert packing == "" or poor.text_file is None


def test_readers_do_not_move_each_other(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(bytes(range(256)) * 8192)
    opened = Source(path)
    first, second = opened.stream().file, opened.stream().file
    assert first.read(10) == second.read(10)
    opened.read(1000, 1010)
    assert first.read(3) == bytes([10, 11, 12])


def test_what_was_opened_stays_what_is_read(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    opened = Source(path)
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "new").replace(path)
    assert opened.stream().file.read() == b"old"
    assert not opened.changed()


def test_growth_is_no_change_but_rewriting_is(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"one\n")
    opened = Source(path)
    with path.open("ab") as file:
        file.write(b"two\n")
    assert not opened.changed()
    os.utime(path, ns=(1, 1))
    path.write_bytes(b"1\n")
    assert opened.changed()


def test_no_descriptor_is_left_open(stores, tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    for path in sorted((stores / "hostile").iterdir()):
        try:
            store = open_store(path)
            for _ in store.scan():
                pass
            store.close()
        except StoreError:
            pass
    assert len(os.listdir("/proc/self/fd")) <= before
