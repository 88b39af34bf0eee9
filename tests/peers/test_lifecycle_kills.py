"""Whole erasures and retention runs, killed at a sample of the calls of `tests.sweep.lifecycle`: needs strace."""

from __future__ import annotations

import pytest

from tests.sweep.lifecycle import run
from tests.sweep.lifecycle_scene import ACTS


@pytest.mark.parametrize("act", ACTS)
def test_a_text_store_is_taken_up(act):
    points, wrong = run("otlp", act, 9)
    assert wrong == []
    assert points >= 10


@pytest.mark.parametrize("act", ACTS)
def test_a_database_is_taken_up(act):
    points, wrong = run("phoenix", act, 250)
    assert wrong == []
    assert points >= 10
