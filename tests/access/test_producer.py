"""A program that writes traces seals a value; the role that may opens it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector.access import seal_value, sealing_keys
from inspector.access.envelope import Where
from inspector.access.sealed import sealed_of
from inspector.errors import Denied, UsageError
from tests.access.keystore import MemoryStore
from tests.access.test_custody import Scene

TRACE, SPAN = "a" * 32, "b" * 16


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_what_a_producer_seals_opens_in_its_place(scene: Scene) -> None:
    scene.custody.now = lambda: 1  # grants of the past
    scene.custody.grant(scene.roles["operator"])
    keys = sealing_keys("operator", vault=scene.path, store=scene.store)
    assert set(keys.keys) == {"internal", "confidential"}
    text = seal_value("zofia", trace_id=TRACE, span_id=SPAN, key="user.email", keys=keys, type="email")
    assert json.loads(text)["__encrypted__"] is True
    found = sealed_of(text)
    assert found is not None
    unlocker = scene.unlocker("admin")
    unlocker.check()
    assert unlocker.open(found, Where(TRACE, SPAN, "user.email")) == "zofia"
    with pytest.raises(UsageError):
        seal_value("x", trace_id=TRACE, span_id=SPAN, key="k", keys=keys, level="restricted")
    assert "keys=" not in repr(keys)
    assert "blind=" not in repr(keys)


def test_without_the_roles_key_nothing_is_sealed(scene: Scene) -> None:
    with pytest.raises(Denied):
        sealing_keys("operator", vault=scene.path, store=scene.store)
    with pytest.raises(Denied):
        sealing_keys("admin", vault=scene.path, store=MemoryStore())
