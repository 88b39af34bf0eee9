"""CSV: complete, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.reports.csv_rows import safe
from inspector.reports.table import COLUMNS, DEFAULT
from tests.reports.support import HOSTILE, report
from tests.tui.fake import FakeView


def scanned(view: FakeView) -> FakeView:
    view.scan(lambda progress: None, lambda: False)
    return view


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_begins_a_formula_however_it_is_split(name: str) -> None:
    view = scanned(FakeView(traces=2, say=HOSTILE[name]))
    text = report(view, "csv")
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            for cell in row if delimiter == "," else row[1:]:
                assert not cell.strip().startswith(("=", "+", "-", "@", "\uff1d", "|")), cell
    assert len(text.splitlines()) == 1 + 2 * 8


def test_numbers_stay_numbers_and_texts_are_quoted() -> None:
    rows = list(csv.DictReader(io.StringIO(report(scanned(FakeView(traces=1)), "csv"))))
    assert rows[0]["kind"] == "agent"
    assert float(rows[1]["duration_ms"]) > 0
    assert list(rows[0]) == list(DEFAULT)


@given(st.text())
def test_safe_cells_are_one_line_and_no_formula(text: str) -> None:
    cell = safe(text)
    assert isinstance(cell, str)
    assert "\n" not in cell and "\r" not in cell
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))


def test_columns_are_fields_or_paths() -> None:
    from inspector.reports.chosen import ALL
    from inspector.reports.minimise import EVERYTHING

    view = scanned(FakeView(traces=1))
    text = report(view, "csv", ALL, EVERYTHING, "span_id", "duration_ms", "attributes", "no.such.path")
    assert text.splitlines()[0] == '"span_id","duration_ms","attributes","no.such.path"'
    assert set(DEFAULT) < set(COLUMNS)
