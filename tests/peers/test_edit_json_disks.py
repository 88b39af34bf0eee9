"""The editor of JSON stores under kills, errors and power cuts, judged from outside by strace."""

from __future__ import annotations

import pytest

from tests.sweep import edit_json as sweep
from tests.sweep import edit_json_power as power


def test_killed_at_each_call_it_is_whole_and_resumed():
    kills = sweep.by_fork(40, ())
    assert kills is not None and kills > 60
    outside = sweep.by_strace(8, 8, ())
    assert outside is not None and outside > 20


@pytest.mark.parametrize("mode", ["drop", "spans"])
def test_a_power_cut_leaves_the_old_store_or_the_new(mode):
    (scene,) = power.scenes(30, (mode,))
    states, bad = power.bad_states(scene)
    assert states > 20 and bad == 0
    for name, before in power.BAD.items():
        assert power.bad_states(scene, before)[1] > 0, name
