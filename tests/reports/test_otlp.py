"""OTLP from any source: read back it says the same, and exported again it is the same."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.redaction import Redactor
from inspector.reports.chosen import ALL, Chosen, choose
from inspector.reports.json import to_json
from inspector.reports.otlp import write
from inspector.reports.otlp.ids import SPAN, TRACE, fitting
from inspector.reports.otlp.values import any_value
from inspector.reports.shapes import value_json
from inspector.session import Session
from inspector.stores import open_store
from inspector.stores.formats.otlp_values import any_value as read_back
from inspector.view import Badge, ShownList, ShownMap, ShownText, ShownValue, plain
from tests.e2e.samples import STORES
from tests.reports.support import ABOUT

ROW = (
    "name",
    "kind",
    "start",
    "duration",
    "spans",
    "errors",
    "status",
    "service",
    "session",
    "user",
    "model",
)
OTHERS = [name for name in STORES if "otlp" not in name]


def opened(path: Path) -> Session:
    view = Session([open_store(path)], Redactor(), Badge("viewer", proved=False))
    view.scan(lambda progress: None, lambda: False)
    return view


@pytest.mark.parametrize("name", OTHERS)
def test_there_and_back(name: str, stores: Path, tmp_path: Path) -> None:
    view = opened(stores / name)
    first = tmp_path / "first.otlp.jsonl"
    with first.open("wb") as out:
        write(Chosen(view, choose(view, ALL).keys), ABOUT, out)
    again = opened(first)
    assert again.summaries()[0].format == "otlp"
    assert again.progress().traces == view.progress().traces
    assert again.progress().spans == view.progress().spans
    assert again.summaries()[0].errors == view.summaries()[0].errors
    out = io.BytesIO()
    assert again.stream(0, None, out) is not None
    assert out.getvalue() == first.read_bytes()


def test_tokens_cost_model_and_messages_survive(stores: Path, tmp_path: Path) -> None:
    view = opened(stores / "openai_agents" / "traces.jsonl")
    first = tmp_path / "first.otlp.jsonl"
    with first.open("wb") as out:
        write(Chosen(view, choose(view, ALL).keys), ABOUT, out)
    again = opened(first)
    for row in view.rows().page(0, 10):
        key = again.find(fitting(str(row.trace_id), TRACE))
        assert key is not None
        other = again.rows().page(again.rows().position(key) or 0, 1)[0]
        assert (other.tokens, other.cost, other.start, other.duration) == (
            row.tokens,
            row.cost,
            row.start,
            row.duration,
        )
        for a, b in zip(view.trace(row.key).nodes, again.trace(key).nodes, strict=True):
            x, y = view.span(row.key, a.index), again.span(key, b.index)
            assert (str(x.name), x.kind, x.status, x.tokens_input) == (
                str(y.name),
                y.kind,
                y.status,
                y.tokens_input,
            )
            assert (x.input is None) == (y.input is None)


@pytest.mark.parametrize(
    ("text", "size", "same"),
    [
        ("0af7651916cd43dd8448eb211c80319c", TRACE, "0af7651916cd43dd8448eb211c80319c"),
        ("0AF7651916CD43DD8448EB211C80319C", TRACE, "0af7651916cd43dd8448eb211c80319c"),
        ("0af76519-16cd-43dd-8448-eb211c80319c", TRACE, "0af7651916cd43dd8448eb211c80319c"),
        ("b7ad6b7169203331", SPAN, "b7ad6b7169203331"),
    ],
)
def test_ids_that_fit_stay(text: str, size: int, same: str) -> None:
    assert fitting(text, size) == same


@given(st.text(), st.sampled_from([TRACE, SPAN]))
def test_any_id_fits_and_stays_itself(text: str, size: int) -> None:
    made = fitting(text, size)
    assert len(made) == 2 * size
    assert int(made, 16) > 0
    assert fitting(made, size) == made


def values(depth: int = 2) -> st.SearchStrategy[ShownValue]:
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        st.text().map(plain),
    )
    if not depth:
        return scalars
    below = values(depth - 1)
    pairs = st.lists(st.tuples(st.text().map(plain), below), max_size=3, unique_by=lambda p: str(p[0]))
    return st.one_of(
        scalars,
        st.lists(below, max_size=3).map(lambda x: ShownList(tuple(x))),
        pairs.map(lambda x: ShownMap(tuple(x))),
    )


@given(values())
def test_values_are_read_back_as_they_were(value: ShownValue) -> None:
    assert read_back(json.loads(json.dumps(any_value(value)))) == _raw(value)


def _raw(value: ShownValue) -> object:
    if isinstance(value, ShownText):
        return str(value)
    if isinstance(value, ShownMap) or (
        isinstance(value, ShownList) and any(isinstance(v, ShownMap | ShownList) for v in value.items)
    ):
        return to_json(value_json(value))
    return [_raw(v) for v in value.items] if isinstance(value, ShownList) else value
