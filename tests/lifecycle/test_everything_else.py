"""A part of `tests.sweep.subjects`: who isn't erased loses nothing, judged without the program's own parsing."""

from __future__ import annotations

import pytest

from inspector.lifecycle.plan import Mode
from tests.lifecycle.test_subjects import EDITABLE
from tests.sweep.subjects import UNTOLD, one

SMALL = [name for name in EDITABLE if not name.endswith(("phoenix.db", "mlflow.db"))]


@pytest.mark.parametrize("name", [*EDITABLE, *UNTOLD])
def test_nothing_else_goes(name, tmp_path):
    assert one(name, "S3", Mode.DELETE, tmp_path) == []


@pytest.mark.parametrize("name", SMALL)
def test_spans_alone_go(name, tmp_path):
    assert one(name, "S1", Mode.SPANS, tmp_path) == []
