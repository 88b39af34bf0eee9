"""The keyboard: bytes in, keys out, and how long a lone Esc waits."""

from __future__ import annotations

import os
import selectors

import pytest
from textual import events

from inspector.tui.terminal import Keyboard, Terminal
from tests.tui.driving import app_of
from tests.tui.fake import FakeView


class Taken:
    def __init__(self) -> None:
        self.keys: list[str] = []
        self.board = Keyboard(self.take)

    def take(self, message: object) -> None:
        if isinstance(message, events.Key):
            self.keys.append(message.key)


def test_a_lone_escape_waits_for_no_longer_than_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("textual._parser.get_time", lambda: now[0])
    taken = Taken()
    taken.board.take(b"\x1b")
    taken.board.tick()
    assert taken.keys == []
    assert taken.board.patience() <= 0.1
    now[0] += taken.board.patience()
    taken.board.tick()
    assert taken.keys == ["escape"]
    assert taken.board.patience() == 0.1


@pytest.mark.parametrize("pieces", [(b"\x1b[A",), (b"\x1b", b"[A"), (b"\x1b[", b"A")])
def test_a_sequence_is_one_key_however_it_comes(pieces: tuple[bytes, ...]) -> None:
    taken = Taken()
    for piece in pieces:
        taken.board.take(piece)
    assert taken.keys == ["up"]


def test_letters_of_several_bytes_may_come_in_pieces() -> None:
    taken = Taken()
    for byte in "äß会".encode() + b"\xffj":
        taken.board.take(bytes([byte]))
    assert taken.keys[:3] == ["ä", "ß", "会"]
    assert taken.keys[-1] == "j"


def test_it_ends_with_the_terminal() -> None:
    ours, theirs = os.pipe()
    taken = Taken()
    os.write(theirs, b"q")
    os.close(theirs)
    with selectors.DefaultSelector() as selector:
        selector.register(ours, selectors.EVENT_READ)
        taken.board.read(ours, selector, lambda: False)
    os.close(ours)
    assert taken.keys == ["q"]


def test_the_app_reads_by_it_unless_another_reader_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert app_of(FakeView()).driver_class is Terminal
    monkeypatch.setattr("textual.constants.DRIVER", "textual.drivers.headless_driver:HeadlessDriver")
    assert app_of(FakeView()).driver_class is not Terminal
