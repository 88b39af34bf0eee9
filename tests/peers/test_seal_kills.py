"""Sealing and unsealing, killed at a few of the calls of `tests.sweep.seal`: needs strace."""

from __future__ import annotations

import pytest

from tests.sweep.seal import run
from tests.sweep.seal_scene import ACTS, KINDS


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_taken_up(kind, act):
    points, wrong = run(kind, act, 1, most=2, calls=("fsync", "rename"))
    assert wrong == []
    assert points >= 4
