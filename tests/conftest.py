"""What every test may use: the real stores, and folders of the program's own that nobody else sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A machine that is busy with something else is no fault of the code under test.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def stores() -> Path:
    """Real stores written by real tools. Read-only: copy one before writing to it."""
    return DATA / "stores"


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's real config, state and cache out of every test."""
    home = tmp_path_factory.mktemp("home")
    for name in ("CACHE", "STATE", "CONFIG"):
        monkeypatch.setenv(f"INSPECTOR_{name}_DIR", str(home / name.lower()))
