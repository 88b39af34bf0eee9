"""The manual names every format there is."""

from pathlib import Path

import pytest

from inspector.stores import format_infos

MANUAL = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("info", format_infos(), ids=lambda info: info.id)
def test_every_format_is_in_the_manual(info):
    assert f"`{info.id}`" in MANUAL
    assert info.title and info.writers
