"""What stands behind the spans of a big page: packed, so that a browser takes it in only where somebody looks.

A page holds the contents of its first spans as they are. What is more is put together into packs, compressed,
which the page's script opens: markup that was escaped like all of it, and text to the browser until then.
"""

from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from typing import BinaryIO

INLINE = 2 << 20
"""Characters of content that stand in the page as they are: all of it in most reports."""
_PACK = 256 << 10
"""Characters that are packed together."""
BETWEEN = "\0"
"""What no shown text and no template has in it."""


class Packer:
    def __init__(self, packs: BinaryIO) -> None:
        """`packs` takes what belongs behind the last trace of the page."""
        self._packs = packs
        self._inline = 0
        self._waiting: list[str] = []
        self._size = 0
        self._number = 0

    def placed(self, content: str) -> Markup:
        """The element that has the content of a span, or that says where it is packed."""
        if self._inline < INLINE:
            self._inline += len(content)
            return Markup('<div class="body">{}</div>').format(Markup(content))
        if self._size >= _PACK:
            self.close()
        self._waiting.append(content.replace(BETWEEN, ""))
        self._size += len(content)
        return Markup('<div class="body" data-at="{}.{}"></div>').format(self._number, len(self._waiting) - 1)

    def close(self) -> None:
        """Write the pack at hand."""
        if not self._waiting:
            return
        text = BETWEEN.join(self._waiting).encode("utf-8", "replace")
        packed = base64.b64encode(gzip.compress(text, 6, mtime=0))
        self._packs.write(b'<p class="pack" hidden>' + packed + b"</p>\n")
        self._waiting = []
        self._size = 0
        self._number += 1
