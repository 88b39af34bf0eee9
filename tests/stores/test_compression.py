"""Packed files give what is good in them, and stop before they fill the memory."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from inspector.stores import compression
from inspector.stores.compression import Damaged, compression_of, expanded

TEXT = b'{"a": 1, "b": "some text that repeats"}\n' * 5000


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def framed(*messages: bytes) -> bytes:
    return b"".join(len(z).to_bytes(4, "big") + z for z in map(zstd, messages))


def taken(data: bytes):
    """What comes before the damage, piece by piece."""
    parts = []
    try:
        for piece in expanded(io.BytesIO(data), compression_of(data)):
            parts.append(piece)
    except Damaged as error:
        return b"".join(parts), str(error)
    return b"".join(parts), ""


def members(pack):
    return lambda data: pack(data[:9]) + pack(data[9:])


PACKS = [gzip.compress, zstd, members(gzip.compress), members(zstd), lambda d: gzip.compress(d) + b"\0" * 600]


@pytest.mark.parametrize("pack", PACKS)
def test_whole_files(pack):
    assert taken(pack(TEXT)) == (TEXT, "")


@given(st.lists(st.binary(max_size=3000), max_size=5))
def test_members_follow_each_other(parts):
    for pack in (gzip.compress, zstd):
        data = b"".join(map(pack, parts))
        assert taken(data) == (b"".join(parts), "")


def test_one_frame_a_message_as_the_collector_writes():
    data = framed(b'{"a":1}', b'{"b":2}')
    assert compression_of(data) == "zstd frames"
    assert taken(data) == (b'{"a":1}\n{"b":2}\n', "")
    good, damage = taken(data[:-3])
    assert good == b'{"a":1}\n'
    assert "cut off" in damage


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_cut_gives_the_good_part(pack):
    noise = b"".join(zlib.crc32(bytes([n % 256, n // 256])).to_bytes(4, "big") for n in range(60_000))
    data = pack(noise)
    for cut in (len(data) - 1, len(data) // 2):
        good, damage = taken(data[:cut])
        assert noise.startswith(good)
        assert len(good) > cut * 0.4
        assert "cut off" in damage


def test_damage_in_the_middle_is_named():
    data = bytearray(gzip.compress(TEXT * 20, 1))
    data[len(data) // 2] ^= 0xFF
    good, damage = taken(bytes(data))
    assert damage
    assert (TEXT * 20).startswith(good[: 1 << 12])


def test_what_follows_the_gzip_data_is_named():
    good, damage = taken(gzip.compress(TEXT) + b"PK\x03\x04")
    assert good == TEXT
    assert "something else" in damage


@pytest.mark.parametrize("pack", [lambda d: gzip.compress(d, 9), zstd])
def test_a_bomb_is_stopped_in_small_pieces(pack):
    data = pack(bytes(200 << 20))
    size = largest = 0
    with pytest.raises(Damaged, match="bomb"):
        for piece in expanded(io.BytesIO(data), compression_of(data)):
            size += len(piece)
            largest = max(largest, len(piece))
    assert compression.FREE * 0.5 < size <= compression.FREE + (33 << 20)
    assert largest <= 33 << 20


@given(st.binary(max_size=200))
def test_any_bytes_after_a_magic(rest):
    for magic in (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\0\0\0\x20\x28\xb5\x2f\xfd"):
        taken(magic + rest)


def test_plain_text_is_not_taken_for_packed():
    assert compression_of(b'{"resourceSpans":') == ""
    assert compression_of(b"") == ""
