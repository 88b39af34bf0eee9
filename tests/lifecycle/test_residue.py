"""The oracle finds a text in every form it may have in a file, and nothing that merely looks like it."""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
from urllib.parse import quote, quote_plus

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.lifecycle import residue as module
from inspector.lifecycle.residue import residue
from inspector.stores import needle

S1 = ("usr_7f3a91c2d4", "zofia.wrzesniewska84@nordhaven.example", "Zofia Wrześniewska", "+48 601 555 019")
FORMS = {
    "plain": lambda text: text.encode(),
    "upper": lambda text: text.upper().encode(),
    "json": lambda text: json.dumps(text).encode(),
    "json in json": lambda text: json.dumps(json.dumps({"a": text})).encode(),
    "every letter escaped": lambda text: re.sub(
        "(....)", r"\\u\1", text.encode("utf-16-be").hex().upper()
    ).encode(),
    "url": lambda text: quote(text, safe="").encode(),
    "url, lower hex": lambda text: quote(text, safe="").lower().encode(),
    "form": lambda text: quote_plus(text).encode(),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    **{
        f"base64 at {shift}": lambda text, shift=shift: base64.b64encode(b"{" * shift + text.encode() + b'"}')
        for shift in range(3)
    },
    "base64 for urls": lambda text: base64.urlsafe_b64encode(b'{"sub":"' + text.encode() + b'"}'),
    "base64 of json": lambda text: base64.b64encode(json.dumps({"user": text}).encode()),
}


def noise(size, seed=7):
    return random.Random(seed).randbytes(size)


def put(tmp_path, data, name="store.db"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.fixture(params=["hyperscan", "plain Python"])
def engine(request, monkeypatch):
    if request.param != "hyperscan":
        monkeypatch.setattr(module, "module", lambda name: None)
    else:
        assert needle.module("hyperscan") is not None


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_found_whole(tmp_path, form, engine):
    paths = [
        put(tmp_path, noise(3000) + b" " + FORMS[form](token) + b" " + noise(3000), str(number))
        for number, token in enumerate(S1)
    ]
    found = residue([*paths, put(tmp_path, noise(9000))], S1)
    assert [one.whole > 0 for one in found.files] == [True, True, True, True, False]
    assert not found.clean and found.files[-1].clean


@pytest.mark.parametrize("form", FORMS)
def test_a_piece_that_a_page_split_left_is_found(tmp_path, form):
    data = FORMS[form]("zofia.wrzesniewska84@nordhaven.example")
    middle = data[len(data) // 4 : -len(data) // 4]
    found = residue([put(tmp_path, noise(999) + middle + noise(999))], S1)
    assert found.files[0].windows > 0


def test_pieces_of_eight_bytes_at_every_offset_even_across_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 1024)
    data = noise(89) + b"\0wrzesnie\0".join(noise(89, seed) for seed in range(500))
    (found,) = residue([put(tmp_path, data)], S1).files
    assert (found.whole, found.windows) == (0, 499)


def test_a_whole_one_across_blocks_counts_once(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 1024)
    data = b" usr_7f3a91c2d4 ".join(noise(81, seed) for seed in range(500))
    assert residue([put(tmp_path, data)], S1).files[0].whole == 499


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=9, max_size=40),
       st.sampled_from(sorted(FORMS)), st.integers(0, 50))  # fmt: skip
def test_any_text_is_found_in_any_form(tmp_path, text, form, offset):
    data = bytes(offset) + FORMS[form](text) + bytes(9)
    found = residue([put(tmp_path, data)], [text])
    assert found.count > 0


def test_decoys_of_a_living_text_are_shared_and_not_counted(tmp_path):
    line = (
        b'{"a":"usr_7f3a91c2d45","b":"xzofia.wrzesniewska84@nordhaven.example.org","c":"Zofia Wrona",'
        b'"d":"+48 601 555 0190","e":"\\nusr_7f3a91c2d45%20"}\n'
    )
    path = put(tmp_path, line, "store.jsonl")
    found = residue([path], S1, texts=[path])
    assert found.clean
    assert {(s.needle, s.start, s.end) for s in found.shared} >= {
        (0, 0, 14),
        (1, 0, 38),
        (2, 0, 8),
        (3, 0, 15),
    }


@pytest.mark.parametrize(
    "line",
    [b'{"a":"\\nusr_7f3a91c2d4"}', b'{"a":"x%20usr_7f3a91c2d4%20"}', b"\\u00a0usr_7f3a91c2d4\\u2028",
     b"(usr_7f3a91c2d4)", "“usr_7f3a91c2d4”".encode(), b"mailto:zofia.wrzesniewska84@nordhaven.example?x",
     "田中 李美さん".encode()],
)  # fmt: skip
def test_a_whole_one_counts_in_living_text_too(tmp_path, line):
    path = put(tmp_path, line, "store.jsonl")
    assert residue([path], (*S1, "田中 李美"), texts=[path]).files[0].whole == 1


def test_windows_that_survivors_hold_are_listed_and_not_counted(tmp_path):
    living = b'{"mail":"other@nordhaven.example"}'
    path = put(tmp_path, noise(500) + living + noise(500) + b"wrzesniewska84@nordhaven.example")
    found = residue([path], S1, live=[living])
    assert (
        found.files[0].windows
        == len("wrzesniewska84@nordhaven.example") - 8 + 1 - len("@nordhaven.example") + 7
    )
    assert [(s.needle, S1[s.needle][s.start : s.end]) for s in found.shared] == [(1, "@nordhaven.example")]
    assert residue([put(tmp_path, living)], S1, live=[living]).clean


def test_a_decoy_that_lives_hides_no_residue_in_another_context(tmp_path):
    living = b'{"id":"usr_7f3a91c2d45"}'
    assert residue([put(tmp_path, living)], S1, live=[living]).clean
    # Columns of a freed row stand side by side with nothing between.
    freed = noise(100) + b"usr_7f3a91c2d4sess-other" + living
    assert residue([put(tmp_path, freed)], S1, live=[living]).files[0].whole == 1


def test_packed_files_and_packed_values_are_looked_into(tmp_path):
    data = noise(100) + b' "usr_7f3a91c2d4" ' + noise(100)
    for name, packed in (("a.gz", gzip.compress(data)), ("a.zst", zstandard.compress(data))):
        assert residue([put(tmp_path, packed, name)], S1).files[0].whole >= 1
        assert residue([put(tmp_path, noise(333) + packed + noise(50), "x.db")], S1).files[0].whole >= 1


def test_what_cannot_be_read_is_no_proof(tmp_path):
    cut = put(tmp_path, gzip.compress(noise(99999))[:-500], "a.gz")
    found = residue([cut, tmp_path, tmp_path / "gone"], S1)
    assert [bool(one.unread) for one in found.files] == [True, True, False]
    assert not found.clean


def test_findings_name_no_value(tmp_path):
    path = put(tmp_path, "usr_7f3a91c2d4 Zofia Wrześniewska nordhaven.example".encode())
    said = repr(residue([path], S1, live=[b"nordhaven.example"]))
    assert "usr_" not in said and "ofia" not in said and "nordhaven" not in said


def test_survivors_are_asked_for_no_longer_than_they_are_needed(tmp_path, engine):
    path = put(tmp_path, noise(5000) + b"somebody@nordhaven.example" + noise(5000))
    asked = []

    def survivors(needles):
        asked.append(needles)
        for number in range(100_000):
            assert number < 1000
            yield b"anybody@nordhaven.example"

    found = residue([path], [S1[1]], survivors=survivors)
    assert found.clean
    assert found.shared
    assert all(needle in b"@nordhaven.example" for needle in asked[0])


def test_what_no_survivor_explains_is_left(tmp_path, engine):
    path = put(tmp_path, noise(5000) + b"esniewska84@nordhaven.example" + noise(5000))
    found = residue([path], [S1[1]], survivors=lambda needles: iter([b"anybody@nordhaven.example"] * 700))
    assert found.count
    assert not residue(
        [path], [S1[1]], survivors=lambda needles: iter([b"wrzesniewska84@nordhaven.example"])
    ).count
