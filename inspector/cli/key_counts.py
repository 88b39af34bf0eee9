"""How many values of a store need which key: their envelopes begin alike, so bytes are enough to count them."""

from __future__ import annotations

import base64
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from inspector.access.envelope import DEK_ID, MAGIC, VERSION
from inspector.stores.base import HasWindows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.stores.base import Store

_HEAD: Final = len(MAGIC) + 3 + DEK_ID
_CHARS: Final = 20
"""Base64 that covers the head."""
_BEGIN: Final = base64.b64encode(MAGIC + bytes((VERSION,)))
_VALUE: Final = re.compile(_BEGIN + rb"(?:\\?[A-Za-z0-9+/]){%d}" % (_CHARS - len(_BEGIN)))
OVERLAP: Final = 64


def needed(stores: Iterable[Store], foreign: Sequence[str] = ()) -> Counter[str]:
    """Occurrences by level key, copies counted as often as they lie there; `foreign` are ids of other systems'
    keys, which their fields name."""
    found: Counter[str] = Counter()
    named = [(id, re.compile(rb'key_id\\*"\s*:\s*\\*"%s\\*"' % re.escape(id.encode()))) for id in foreign]
    for store in stores:
        if isinstance(store, HasWindows):
            for window in store.windows(OVERLAP + max(map(len, foreign), default=0)):
                for id, pattern in named:
                    found[id] += sum(1 for _ in pattern.finditer(window))
                for match in _VALUE.finditer(window):
                    blob = base64.b64decode(match[0].replace(b"\\", b""))
                    found[blob[_HEAD - DEK_ID : _HEAD].hex()] += 1
    return found
