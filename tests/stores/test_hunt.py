"""Every line that holds a text is given once, from the last to the first, wherever pieces are cut."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from inspector.stores import hunt as module
from inspector.stores.base import Lines
from inspector.stores.formats.otlp import FORMAT
from inspector.stores.hunt import hunt
from inspector.stores.needle import finder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("piece", [64, 1000, 2 << 20])
def test_lines_are_found_once_and_whole(tmp_path: Path, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", piece)
    dice = random.Random(7)
    lines = []
    for n in range(400):
        filler = "x" * dice.choice((0, 3, 50, 700, 5000))
        marks = "needle" * dice.choice((0, 0, 1, 2))
        lines.append(f"{n} {filler}{marks}{filler}".encode())
    path = tmp_path / "text"
    path.write_bytes(b"\n".join(lines))
    fd = os.open(path, os.O_RDONLY)
    try:
        text = Lines(fd, path.stat().st_size, FORMAT, None, lambda: False)
        plain: set[tuple[int, int]] = set()
        found = list(hunt(text, finder("needle", case=True), lambda: False, plain))
        assert found == list(hunt(text, finder("needle", case=True), lambda: False, plain))
    finally:
        os.close(fd)
    assert [line.data for line in found] == [line for line in reversed(lines) if b"needle" in line]
    for line in found:
        assert [line.data[:end].endswith(b"needle") for end in line.ends] == [True] * line.data.count(
            b"needle"
        )
        assert path.read_bytes()[line.start :].startswith(line.data)


def test_what_is_escaped_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 64)
    path = tmp_path / "text"
    path.write_bytes(b"x" * 100 + b"\n" + rb"n\u0065edle" + b"\n" + b"y" * 200)
    fd = os.open(path, os.O_RDONLY)
    try:
        text = Lines(fd, path.stat().st_size, FORMAT, None, lambda: False)
        plain: set[tuple[int, int]] = set()
        for _ in range(2):
            found = list(hunt(text, finder("needle", case=True), lambda: False, plain))
            assert [line.data for line in found] == [rb"n\u0065edle"]
    finally:
        os.close(fd)
