"""`inspector config`: values with their sources, files, changes, schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inspector.errors import Exit
from tests.cli.program import inside

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECTOR_CONFIG_DIR", str(tmp_path))
    return tmp_path


def test_each_value_says_where_it_came_from(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "inspector.toml").write_text('profile = "dev"\n[ui]\ntheme = "light"\n')
    monkeypatch.setenv("INSPECTOR_UI__MOUSE", "off")
    rows = [json.loads(line) for line in inside("config", "show", "--all", "--json").stdout.splitlines()]
    found = {row["key"]: (row["value"], row["source"]) for row in rows}
    assert found["ui.theme"] == ("light", f"file {folder / 'inspector.toml'}:3")
    assert found["ui.mouse"] == (False, "environment INSPECTOR_UI__MOUSE")
    assert found["ui.time"] == ("utc", "default")
    assert "profile dev" in {source for _, source in found.values()}
    text = inside("config", "show", "ui.theme").stdout.decode()
    assert text == f'ui.theme = "light"  # file {folder / "inspector.toml"}:3\n'
    assert inside("config", "show", "ui").stdout.count(b"\n") > 5


def test_a_key_that_is_none_is_named_with_the_nearest(folder: Path) -> None:
    done = inside("config", "show", "ui.theem")
    assert done.returncode == Exit.USAGE
    assert b"ui.theme" in done.stderr


def test_set_unset_and_the_files(folder: Path) -> None:
    assert inside("config", "set", "ui.theme", "ansi").returncode == Exit.DONE
    assert 'theme = "ansi"' in (folder / "inspector.toml").read_text()
    paths = [json.loads(line) for line in inside("config", "path", "--json").stdout.splitlines()]
    assert {"path": str(folder / "inspector.toml"), "exists": True} in paths
    assert inside("config", "unset", "ui.theme").returncode == Exit.DONE
    assert inside("config", "unset", "ui.theme").returncode == Exit.NOTHING


def test_a_change_is_recorded_by_its_key(folder: Path) -> None:
    assert inside("config", "set", "alerts.enabled", "false").returncode == Exit.DONE
    done = inside("audit", "show", "action:config.changed", "--json", "--role", "security_auditor")
    record = json.loads(done.stdout.splitlines()[0])
    assert record["new_state"]["key"] == "alerts.enabled"
    assert len(record["new_state"]["sha256"]) == 64


@pytest.mark.parametrize("name", ["redaction.enabled", "roles.viewer.permissions", "access.role"])
def test_who_may_see_what_is_not_set_from_a_command(folder: Path, name: str) -> None:
    done = inside("config", "set", name, "off")
    assert done.returncode == Exit.USAGE
    assert not (folder / "inspector.toml").exists()


def test_an_editor_changes_a_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def editor(script: str) -> None:
        program = folder / "editor"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("VISUAL", str(program))

    file = folder / "inspector.toml"
    editor("""printf '[ui]\\ntheme = "ansi"\\n' >> "$1" """)
    # The template already has the section: TOML has each only once.
    assert inside("config", "edit").returncode == Exit.USAGE
    assert not file.exists()
    editor("""printf '[ui]\\ntheme = "ansi"\\n' > "$1" """)
    assert inside("config", "edit").returncode == Exit.DONE
    assert file.read_text() == '[ui]\ntheme = "ansi"\n'
    editor("exit 1")
    assert b"Nothing was changed" in inside("config", "edit").stderr
    monkeypatch.setenv("VISUAL", "/nowhere/ed")
    assert inside("config", "edit").returncode == Exit.USAGE


def test_the_schema_is_json(folder: Path) -> None:
    made = json.loads(inside("config", "schema").stdout)
    assert made["properties"]["ui"]["properties"]["theme"]["default"] == "dark"


@pytest.mark.parametrize("words", [("shwo",), ("set", "ui.theme"), ("path", "x")])
def test_other_words_are_refused(folder: Path, words: tuple[str, ...]) -> None:
    assert inside("config", *words).returncode == Exit.USAGE
