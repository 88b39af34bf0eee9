"""Parquet, read back by pyarrow; in an installation without it, a sentence."""

from __future__ import annotations

import io
import sys

import pytest

from inspector.errors import UsageError
from inspector.reports.chosen import ALL, Chosen, choose
from inspector.reports.registry import KINDS
from inspector.reports.table import COLUMNS
from tests.reports.support import ABOUT
from tests.reports.test_csv import scanned
from tests.tui.fake import FakeView


def written(*columns: str) -> bytes:
    view = scanned(FakeView(traces=3))
    out = io.BytesIO()
    KINDS["parquet"].writer()(Chosen(view, choose(view, ALL).keys), ABOUT, out, columns)
    return out.getvalue()


def test_rows_have_their_types() -> None:
    from pyarrow import parquet

    table = parquet.read_table(io.BytesIO(written()))
    assert table.num_rows == 24
    assert table.column_names == list(COLUMNS)
    types = {field.name: str(field.type) for field in table.schema}
    assert (types["name"], types["tokens"], types["duration_ms"]) == ("string", "int64", "double")
    assert sum(table.column("redactions").to_pylist()) > 0


def test_columns_can_be_chosen() -> None:
    from pyarrow import parquet

    assert parquet.read_table(io.BytesIO(written("name", "cost"))).column_names == ["name", "cost"]


def test_without_pyarrow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match="pyarrow"):
        written()
