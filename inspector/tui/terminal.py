"""The terminal's keyboard, read without the wait that Textual's own reader puts before a lone Esc.

An Esc may also begin the sequence of another key. Textual looks whether more has come every 100 ms, so that Esc
takes 100 to 200 ms; here the reader sleeps for just as long as its parser wants to wait.
"""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message

_IDLE = 0.1
"""Seconds between two looks whether the program ends."""


class Terminal(LinuxDriver):
    def run_input_thread(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            Keyboard(self.process_message).read(self.fileno, selector, self.exit_event.is_set)


class Keyboard:
    """From bytes to keys."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._parser = XTermParser()
        self._decode = getincrementaldecoder("utf-8")("replace").decode

    def read(self, file: int, selector: selectors.BaseSelector, ended: Callable[[], bool]) -> None:
        """Until the program or the terminal ends."""
        while not ended():
            if selector.select(self.patience()):
                data = os.read(file, 4096)
                if not data:
                    return
                self.take(data)
            self.tick()

    def patience(self) -> float:
        """Seconds until a key is certain, or until the next look."""
        return getattr(self._parser._awaiting, "timeout", None) or _IDLE

    def take(self, data: bytes) -> None:
        text = self._decode(data)
        if text:  # an empty text would end the parser
            for key in self._parser.feed(text):
                self._send(key)

    def tick(self) -> None:
        for key in self._parser.tick():
            self._send(key)
