"""A sealed value opens in its place under its key, and nowhere else."""

from __future__ import annotations

import secrets

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from inspector.access.envelope import (
    COMMITMENT,
    LEVELS,
    SALT,
    Envelope,
    EnvelopeError,
    Where,
    aad,
    derive,
    open_,
    parse,
    seal,
)

DEK = bytes(range(32))
WHERE = Where("trace-1", "span-1", "user.email")
DEK_ID = b"\1" * 8
texts = st.text(max_size=30)


def sealed(plain: bytes = b'"zofia"', where: Where = WHERE, dek: bytes = DEK) -> bytes:
    return seal(plain, dek, where, type="email", level="confidential", key_id="vault", dek_id=DEK_ID)


@given(st.binary(max_size=500), texts, texts, texts, texts, st.sampled_from(LEVELS))
@settings(max_examples=150)
def test_what_was_sealed_opens(plain: bytes, trace: str, span: str, key: str, type: str, level: str) -> None:
    where = Where(trace, span, key)
    blob = seal(plain, DEK, where, type=type, level=level, key_id="v", dek_id=DEK_ID)
    made = parse(blob)
    assert (made.type, made.level, made.dek_id) == (type, level, DEK_ID)
    assert open_(made, DEK, where, "v") == plain


@given(texts, texts, texts, texts, texts, texts)
@settings(max_examples=150)
def test_another_place_never_opens(a: str, b: str, c: str, d: str, e: str, f: str) -> None:
    one, other = Where(a, b, c), Where(d, e, f)
    if one != other:
        with pytest.raises(EnvelopeError):
            open_(parse(sealed(where=one)), DEK, other, "vault")


def test_parts_that_join_alike_are_told_apart() -> None:
    assert aad(Where("a", "bc", "d"), "", "", "", b"", b"") != aad(
        Where("ab", "c", "d"), "", "", "", b"", b""
    )
    with pytest.raises(EnvelopeError):
        open_(parse(sealed(where=Where("a:b", "c", "k"))), DEK, Where("a", "b:c", "k"), "vault")


@pytest.mark.parametrize("name", [f.name for f in fields(Envelope)])
def test_swapping_any_part_between_two_values_opens_nothing(name: str) -> None:
    one = parse(sealed())
    other = parse(seal(b"2", DEK, WHERE, type="phone", level="restricted", key_id="vault", dek_id=b"\2" * 8))
    swapped = replace(one, **{name: getattr(other, name)})
    assert swapped != one
    with pytest.raises(EnvelopeError):
        open_(swapped, DEK, WHERE, "vault")


def test_the_vault_and_the_key_are_bound() -> None:
    made = parse(sealed())
    for dek, key_id in ((DEK, "another"), (bytes(32), "vault")):
        with pytest.raises(EnvelopeError):
            open_(made, dek, WHERE, key_id)


def test_every_flipped_bit_is_noticed() -> None:
    blob = sealed()
    for at in range(len(blob)):
        for bit in (1, 128):
            changed = bytearray(blob)
            changed[at] ^= bit
            with pytest.raises(EnvelopeError):
                open_(parse(bytes(changed)), DEK, WHERE, "vault")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_never_crash(data: bytes) -> None:
    for blob in (data, sealed()[: len(data)], b"IE\1\1\1" + data):
        with pytest.raises(EnvelopeError):
            open_(parse(blob), DEK, WHERE, "vault")


def test_unknown_versions_and_algorithms_are_refused_with_a_sentence() -> None:
    blob = sealed()
    with pytest.raises(EnvelopeError, match="version 9"):
        parse(blob[:2] + b"\x09" + blob[3:])
    with pytest.raises(EnvelopeError, match="algorithm 7"):
        parse(blob[:3] + b"\x07" + blob[4:])


def test_salts_do_not_repeat() -> None:
    salts = {parse(sealed()).salt for _ in range(2_000)}
    assert len(salts) == 2_000


# A GCM ciphertext that opens under two keys: the tag is linear in the blocks for each key, so one free block
# can be chosen so that both tags agree.

_R = 0xE1 << 120


def _times(x: int, y: int) -> int:
    z = 0
    for i in range(127, -1, -1):
        if x >> i & 1:
            z ^= y
        y = y >> 1 ^ (_R if y & 1 else 0)
    return z


def _inverse(x: int) -> int:
    out, power = 1 << 127, x
    for bit in range(128):
        if bit:
            out = _times(out, power)
        power = _times(power, power)
    return out


def _block(key: bytes, data: bytes) -> int:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    made = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return int.from_bytes(made.update(data) + made.finalize(), "big")


def _hash(h: int, bound: bytes, ciphertext: bytes) -> int:
    y = 0
    for part in (bound, ciphertext):
        for at in range(0, len(part), 16):
            y = _times(y ^ int.from_bytes(part[at : at + 16].ljust(16, b"\0"), "big"), h)
    lengths = (len(bound) * 8) << 64 | len(ciphertext) * 8
    return _times(y ^ lengths, h)


def two_keys_one_ciphertext(one: bytes, two: bytes, bound_one: bytes, bound_two: bytes) -> bytes:
    """A ciphertext of one block, with its tag, that GCM accepts under both keys (nonce of zeros)."""
    nonce = bytes(12) + b"\0\0\0\1"
    h1, h2 = _block(one, bytes(16)), _block(two, bytes(16))
    base = _hash(h1, bound_one, bytes(16)) ^ _block(one, nonce)
    base ^= _hash(h2, bound_two, bytes(16)) ^ _block(two, nonce)
    square = _times(h1, h1) ^ _times(h2, h2)
    block = _times(base, _inverse(square)).to_bytes(16, "big")
    tag = _hash(h1, bound_one, block) ^ _block(one, nonce)
    return block + tag.to_bytes(16, "big")


def test_a_ciphertext_built_to_open_under_two_keys_is_refused() -> None:
    salt, field_id = secrets.token_bytes(SALT), secrets.token_bytes(16)
    deks = (DEK, bytes(32))
    bound = aad(WHERE, "email", "confidential", "vault", DEK_ID, field_id)
    (key_one, commitment), (key_two, other) = (derive(dek, salt, bound) for dek in deks)
    both = two_keys_one_ciphertext(key_one, key_two, bound, bound)
    for key in (key_one, key_two):
        AESGCM(key).decrypt(bytes(12), both, bound)  # GCM alone takes it, under either
    for chosen in (commitment, other):
        assert len(chosen) == COMMITMENT
        made = Envelope("confidential", DEK_ID, field_id, "email", salt, chosen, both)
        opened = 0
        for dek in deks:
            try:
                open_(made, dek, WHERE, "vault")
            except EnvelopeError:
                continue
            opened += 1
        assert opened == 1
