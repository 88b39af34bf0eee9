"""Changing one key keeps everything else as it was."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from inspector.cli.config_file import set_key, unset_key
from inspector.config import toml_file
from inspector.config.keys import KEYS, Type
from inspector.config.writing import template
from inspector.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
# my own words
profile = "production"   # why

[ui]
theme = "light"  # easier in the sun

[retention.environment]
staging = "30d"
"""


def test_comments_and_order_stay(tmp_path: Path) -> None:
    file = tmp_path / "inspector.toml"
    file.write_text(FILE)
    set_key(file, "ui.theme", "ansi")
    assert file.read_text() == FILE.replace('"light"', '"ansi"')
    set_key(file, "ui.mouse", "off")
    set_key(file, "ui.keys.trace.next", "ctrl+n")
    text = file.read_text()
    assert "# my own words" in text and "# easier in the sun" in text
    assert tomllib.loads(text)["ui"] == {"theme": "ansi", "mouse": False, "keys": {"trace.next": "ctrl+n"}}
    assert unset_key(file, "ui.mouse")
    assert not unset_key(file, "ui.mouse")
    assert "mouse" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "inspector.toml"
    set_key(file, "index.cache_max", "1gb")
    assert tomllib.loads(file.read_text()) == {"index": {"cache_max": "1gb"}}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [("ui.theem", "dark", "ui.theme"), ("ui.mouse", "perhaps", "ui.mouse"), ("ui.ascii", "atuo", "one of")],
)
def test_what_is_wrong_is_refused_and_nothing_written(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    file = tmp_path / "inspector.toml"
    file.write_text(FILE)
    with pytest.raises(UsageError) as caught:
        set_key(file, name, value)
    assert says in caught.value.what + caught.value.fix
    assert file.read_text() == FILE
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_wrong_already_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "inspector.toml"
    file.write_text("[ui]\nthem = 1\n")
    with pytest.raises(UsageError):
        set_key(file, "ui.theme", "ansi")
    assert file.read_text() == "[ui]\nthem = 1\n"


def test_the_template_is_sound_and_sets_nothing(tmp_path: Path) -> None:
    file = tmp_path / "inspector.toml"
    file.write_text(template())
    layer = toml_file.read(file, required=True, installed=True)
    assert layer is not None and not [v for v in layer.values.values() if v != {}]
    for key in KEYS:
        if key.variable is not None and key.type is not Type.OPEN:
            assert key.name.rpartition(".")[2] in file.read_text()
