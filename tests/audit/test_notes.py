"""Checkpoints as signed notes: published formats, our own keys, hostile text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.audit import notes
from inspector.keys.signer import signature_holds

from .conftest import SIGNER

POINT = notes.Checkpoint("trace-inspector/audit", 42, bytes(range(32)))


def test_a_note_reads_as_it_was_written() -> None:
    note = notes.sign(POINT, [SIGNER])
    assert notes.parse(note)[0] == POINT
    assert notes.signed_by(note, "audit", SIGNER.public, signature_holds) == POINT


def test_the_body_is_the_published_form() -> None:
    """https://c2sp.org/tlog-checkpoint: origin, decimal size, base64 root, one a line."""
    assert POINT.body() == "trace-inspector/audit\n42\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"


def test_a_known_verifier_key_has_its_known_hash() -> None:
    """The example key in the documentation of Go's sumdb/note package."""
    import base64

    key = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert key[0] == 1
    assert notes.key_hash("PeterNeumann", key[1:]).hex() == "c74f20a3"


@pytest.mark.parametrize("change", ["43", "41", "042"])
def test_another_size_is_not_signed(change: str) -> None:
    note = notes.sign(POINT, [SIGNER]).replace("\n42\n", f"\n{change}\n")
    try:
        assert notes.signed_by(note, "audit", SIGNER.public, signature_holds) is None
    except notes.MalformedNote:
        assert change == "042"


@given(st.integers(min_value=0), st.integers(0, 255))
def test_no_changed_byte_is_accepted(position: int, value: int) -> None:
    note = bytearray(notes.sign(POINT, [SIGNER]).encode())
    position %= len(note)
    if note[position] == value:
        return
    note[position] = value
    text = note.decode("utf-8", "replace")
    try:
        found = notes.signed_by(text, "audit", SIGNER.public, signature_holds)
    except notes.MalformedNote:
        return
    assert found is None


@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        notes.parse(text)
    except notes.MalformedNote as error:
        assert len(str(error)) < 80


def test_base64_with_loose_bits_is_malformed() -> None:
    """`AB==` and `AA==` decode to the same byte: only one of them may stand in a note."""
    note = notes.sign(notes.Checkpoint("o", 1, bytes(32)), (SIGNER,))
    assert "AAA=" in note
    with pytest.raises(notes.MalformedNote, match="canonical"):
        notes.parse(note.replace("AAA=", "AAB=", 1))


def test_a_verifier_key_round_trips() -> None:
    text = notes.vkey("trace-inspector/audit", SIGNER.public)
    assert notes.parse_vkey(text + "\n") == ("trace-inspector/audit", SIGNER.public)
    for wrong in ("", "a+b", text[:-4], text.replace("audit", "audjt"), f"{text}+x"):
        with pytest.raises(notes.MalformedNote):
            notes.parse_vkey(wrong)
