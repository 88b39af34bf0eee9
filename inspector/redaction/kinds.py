"""What would be hidden in a value, when nobody asks for the text: JSON within strings needs no positions then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from inspector.model import Multimap
from inspector.redaction.walk import NESTED, Walk, may_be_json

if TYPE_CHECKING:
    from inspector.model import Value
    from inspector.redaction.paths import Path
    from inspector.redaction.result import RedactedValue

_BRACKETS: Final = 300
"""With so many the text may nest deeper than is read as JSON: the exact parser decides."""


class KindsWalk(Walk):
    """Finds what `Walk` finds; a text that is JSON comes back as its value."""

    def text(self, text: str, path: Path, section: str, nested: int) -> RedactedValue:
        if nested < NESTED and len(text) > 1 and may_be_json(text):
            if text.count("{") + text.count("[") > _BRACKETS:
                return super().text(text, path, section, nested)
            try:
                value = cast("Value", _DECODER.decode(text))
            except ValueError:
                return super().text(text, path, section, nested)
            return self.inside(value, path, section, nested + 1, 0)
        return super().text(text, path, section, nested)


def _members(pairs: list[tuple[str, Value]]) -> Value:
    made = dict(pairs)
    return made if len(made) == len(pairs) else Multimap(tuple(pairs))


_DECODER: Final = json.JSONDecoder(strict=False, object_pairs_hook=_members)
