"""Pretty JSON of redacted values."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from inspector.redaction.result import RedactedList, RedactedMap, RedactedText
from inspector.session.pretty import compact_text, pretty_text
from tests.session.fakes import Engine

ENGINE = Engine()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_what_is_clean_comes_out_as_the_json_module_writes_it(value: object) -> None:
    redacted = ENGINE.value(value)  # type: ignore[arg-type]  # JSON is a subset
    if "@" not in str(value) and "!" not in str(value):
        assert str(pretty_text(redacted)) == _dump(value, 2)
        assert json.loads(str(compact_text(redacted))) == value


def _dump(value: object, indent: int) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def test_hidden_runs_stay_marked_inside_their_strings() -> None:
    text = pretty_text(ENGINE.value({"to": 'x "a@b.example" y', "password": [1, 2]}))
    assert json.loads(str(text)) == {
        "to": 'x "[email:0123456789abcdef]" y',
        "password": "[REDACTED:credential]",
    }
    assert [p.finding.type for p in text.pieces if p.finding] == ["email", "credential"]


def test_numbers_that_json_lacks_are_quoted() -> None:
    assert (
        str(compact_text(RedactedList((math.nan, math.inf, -math.inf)))) == '["NaN", "Infinity", "-Infinity"]'
    )


def test_five_thousand_levels() -> None:
    value: RedactedList | RedactedMap | int = 1
    for i in range(5_000):
        value = RedactedList((value,)) if i % 2 else RedactedMap(((RedactedText(()), value),))
    assert str(compact_text(value)).count("[") == 2_500
