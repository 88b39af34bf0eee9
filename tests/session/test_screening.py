"""Labels that are judged together come out as they would one by one."""

from __future__ import annotations

import json

from inspector.redaction import DEFAULT, Redactor
from inspector.session.screening import screen
from inspector.session.show import label
from inspector.session.veil import Veil

SEALED = json.dumps({"__encrypted__": True, "ciphertext": "AAAA", "key_id": "k"})
TEXTS = [
    "plain",
    "mail to zofia@nordhaven.example",
    SEALED,
    "half a pair \ud83d and zofia@nordhaven.example",
    "",
]


def test_what_is_found_clean_is_clean() -> None:
    veil = Veil(Redactor(DEFAULT))
    clean = set(screen(veil)("name", TEXTS, range(len(TEXTS))))
    assert clean == {0, 4}
    for code in clean:
        assert label("name", TEXTS[code], veil).clean


def test_a_sealed_label_is_locked_wherever_it_stands() -> None:
    veil = Veil(Redactor(DEFAULT))
    for field in ("name", "user", "session", "tag", "trace"):
        assert str(label(field, SEALED, veil)) == "[ENCRYPTED]"
    (segment,) = veil.text(SEALED, ("status_message",), "span").segments
    assert (segment.text, segment.state.value) == ("[ENCRYPTED]", "locked")
