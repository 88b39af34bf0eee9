"""A table of texts as stored, each once, and what the list may show of them, judged when asked for."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from inspector.redaction.result import Piece, RedactedText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping

NOTHING: Final = RedactedText(())
_UNKNOWN, _CLEAN, _HIDDEN = range(3)


class Texts:
    """Code 0 is no text. Grows in one thread; packed, it costs its bytes and five more a text."""

    def __init__(self, redact: Callable[[str], RedactedText]) -> None:
        self._redact = redact
        self._codes: dict[str, int] | None = {"": 0}
        self._list: list[str] = [""]
        self._blob: bytes | memoryview = b""
        self._ends: array[int] | memoryview = array("Q")
        self._judged = bytearray(b"\1")
        self._hidden: MutableMapping[int, RedactedText] = {}

    def __len__(self) -> int:
        return len(self._judged)

    def code(self, text: str) -> int:
        codes = self._codes
        if codes is None:
            codes = self._unpack()
        code = codes.get(text)
        if code is None:
            code = codes[text] = len(self._judged)
            self._list.append(text)
            self._judged.append(_UNKNOWN)
        return code

    def all(self, texts: Iterable[str]) -> list[int]:
        """The codes of many."""
        return [self.code(text) for text in texts]

    def stored(self, code: int) -> str:
        """As stored: for judging it and nothing else."""
        if self._codes is not None:
            return self._list[code]
        start = self._ends[code - 1] if code else 0
        return bytes(self._blob[start : self._ends[code]]).decode("utf-8", "surrogatepass")

    def shown(self, code: int) -> RedactedText:
        if not code:
            return NOTHING
        state = self._judged[code]
        if state == _CLEAN:
            return RedactedText((Piece(self.stored(code)),))
        if state == _HIDDEN:
            return self._hidden[code]
        text = self.stored(code)
        found = self._redact(text)
        self.judge(code, found)
        return found

    def clean(self, code: int) -> str | None:
        """The text itself, if it was judged and nothing of it is hidden."""
        return self.stored(code) if self._judged[code] == _CLEAN else None

    def judge(self, code: int, shown: RedactedText) -> None:
        if shown.clean and str(shown) == self.stored(code):
            self._judged[code] = _CLEAN
        else:
            self._hidden[code] = shown
            self._judged[code] = _HIDDEN

    def judge_again(self) -> None:
        """Forget what may be shown: more is hidden now than when that was told."""
        for code in range(1, len(self._judged)):
            if self._judged[code] == _CLEAN or self.stored(code):
                self._judged[code] = _UNKNOWN
                self._hidden.pop(code, None)
            elif self._judged[code] == _HIDDEN:  # from the cache, which keeps no such text as stored
                self._hidden[code] = self._again(self._hidden[code])

    def _again(self, shown: RedactedText) -> RedactedText:
        """What was left to be seen of a text is judged once more."""
        pieces: list[Piece] = []
        for piece in shown.pieces:
            plain = piece.finding is None and not piece.failed
            pieces += self._redact(piece.text).pieces if plain else (piece,)
        return RedactedText(tuple(pieces))

    def unjudged(self) -> list[int]:
        """The codes that nobody has asked for yet."""
        out: list[int] = []
        at = self._judged.find(_UNKNOWN)
        while at >= 0:
            out.append(at)
            at = self._judged.find(_UNKNOWN, at + 1)
        return out

    def strange(self) -> list[int]:
        """The codes of texts of which something is hidden, or was erased in the store."""
        found = list(self._hidden)
        if self._codes is not None:
            return found + [
                c for c, text in enumerate(self._list) if "[ERASED" in text and c not in self._hidden
            ]
        if b"[ERASED" not in bytes(self._blob):
            return found
        return found + [
            c for c in range(len(self._judged)) if c not in self._hidden and "[ERASED" in self.stored(c)
        ]

    def trust(self, codes: Iterable[int]) -> None:
        """These were found clean by other means than `shown`."""
        for code in codes:
            self._judged[code] = _CLEAN

    def pack(self) -> None:
        """Give up what only growing needs."""
        if self._codes is None:
            return
        parts = [text.encode("utf-8", "surrogatepass") for text in self._list]
        ends, total = array("Q"), 0
        for part in parts:
            total += len(part)
            ends.append(total)
        self._blob, self._ends = b"".join(parts), ends
        self._codes, self._list = None, []

    def _unpack(self) -> dict[str, int]:
        self._list = [self.stored(code) for code in range(len(self._judged))]
        self._codes = {}
        for code, text in enumerate(self._list):
            if code == 0 or self._judged[code] != _HIDDEN or text:
                self._codes[text] = code
        return self._codes

    @property
    def size(self) -> int:
        """Roughly the bytes it holds in memory."""
        if self._codes is None:
            return len(self._blob) + 8 * len(self._ends) + len(self._judged)
        return sum(map(len, self._list)) + 150 * len(self._list)

    # for the cache

    def parts(self) -> tuple[bytes, array[int], MutableMapping[int, RedactedText]]:
        """Blob, ends and what is hidden; the texts that are hidden are left out. All must be judged."""
        assert self._judged.find(_UNKNOWN) < 0
        ends, total, out = array("Q"), 0, []
        for code in range(len(self._judged)):
            if self._judged[code] == _CLEAN:
                out.append(self.stored(code).encode("utf-8", "surrogatepass"))
                total += len(out[-1])
            ends.append(total)
        return b"".join(out), ends, self._hidden

    def restore(self, blob: memoryview, ends: memoryview, hidden: MutableMapping[int, RedactedText]) -> None:
        self._blob, self._ends, self._hidden = blob, ends, hidden
        self._judged = bytearray([_CLEAN]) * len(ends)
        for code in hidden:
            self._judged[code] = _HIDDEN
        self._codes, self._list = None, []
