"""What is passed over in one step must change nothing in what is found."""

from __future__ import annotations

import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.lifecycle import literals as module
from inspector.lifecycle.literals import literals

_KEYS = st.sampled_from(["key", "value", "spans", "a b", "stringValue", 'q"q', "é"])
_LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab{}[]",:\\ é', max_size=6)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=30,
)


def _told(content, positions):
    return [(e.start, e.end, e.kind, e.path, e.keys) for e in literals(content, positions)]


@given(_VALUES, st.integers(0, 400), st.data())
def test_what_is_passed_over_changes_nothing(value, size, data):
    content = orjson.dumps({"top": value, "key": "label", "rest": [value]})[:size]
    places = range(max(1, len(content)))
    positions = sorted(data.draw(st.sets(st.sampled_from(places), max_size=4)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SHUT", re.compile(rb"(?!)"))
        step_by_step = _told(content, positions)
    assert _told(content, positions) == step_by_step
