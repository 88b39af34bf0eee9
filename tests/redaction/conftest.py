"""One redactor for all tests of the room: its rules compile once."""

from __future__ import annotations

import pytest

from inspector.redaction import Redactor

KEY = bytes(range(32))


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    return Redactor(key=KEY)
