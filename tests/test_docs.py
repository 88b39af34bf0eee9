"""The manual says what the program does: every command, option, key, config value and rule is in it, and it
names none that isn't there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.cli.registry import COMMANDS
from inspector.config.keys import KEYS
from inspector.config.profiles import PROFILES
from inspector.redaction.rule import load_rules
from inspector.tui.actions import ACTIONS
from inspector.tui.theming import theme_files

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md"]
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
_CALL = re.compile(r"inspector ([a-z]+)(?: ([a-z]+))?(?=[\s`|])")


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def test_what_is_generated_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "docs/make_reference.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_is_in_readme_and_manual() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    manual, man = page("commands.md"), (DOCS / "man" / "inspector.1").read_text("utf-8")
    for entry in COMMANDS:
        assert f"## {entry.name}\n" in manual
        assert f"inspector {entry.name}" in man
        if entry.name != "open":
            assert re.search(rf"inspector ([a-z]+\|)*{entry.name}\b", readme), entry.name


def test_every_action_and_its_keys_are_in_the_manual() -> None:
    text = page("screen.md")
    for action in ACTIONS:
        assert f"| `{action.id}` |" in text
        assert action.help in text


def test_every_config_key_and_profile_is_in_the_manual() -> None:
    text = page("configuration.md")
    for key in KEYS:
        assert f"| `{key.name}` |" in text
        assert key.help.replace("|", "&#124;") in text
    assert all(f"`{name}`" in text for name in PROFILES)


def test_every_rule_is_in_the_manual() -> None:
    text = page("redaction-rules.md")
    for rule in load_rules().rules:
        assert f"`{rule.name}`" in text


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in _LINK.findall(path.read_text("utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_commands_that_are_named_are_there(path: Path) -> None:
    import click

    from inspector.cli.group import program

    context = click.Context(program)
    for line in path.read_text("utf-8").splitlines():
        for name, below in _CALL.findall(line) if "`inspector" in line or line.startswith("    ") else ():
            command = program.get_command(context, name)
            if command is None:
                continue  # a sentence about the program, or a store's name
            if isinstance(command, click.Group) and below:
                assert command.get_command(context, below) is not None, f"inspector {name} {below}"


def test_the_controls_table_names_commands_that_are_there() -> None:
    import click

    from inspector.cli.group import program

    calls = re.findall(r"`inspector ([a-z]+)", page("controls.md"))
    assert len(calls) > 12
    for name in calls:
        assert program.get_command(click.Context(program), name) is not None, name


def test_the_bill_of_materials_holds_what_is_asked_for() -> None:
    made = json.loads(
        subprocess.run(
            [sys.executable, "docs/make_sbom.py"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    )
    names = {one["name"] for one in made["components"]}
    assert {"textual", "click", "cryptography", "orjson", "rich"} <= names
    refs = {one["bom-ref"] for one in made["components"]} | {made["metadata"]["component"]["bom-ref"]}
    assert all(set(one["dependsOn"]) <= refs for one in made["dependencies"])


def test_shipped_themes_are_named() -> None:
    told = page("configuration.md") + page("screen.md") + (ROOT / "README.md").read_text("utf-8")
    assert all(name in told for name in theme_files())
