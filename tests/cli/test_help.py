"""Every command and option explains itself."""

from __future__ import annotations

import click
import pytest

from inspector.cli.group import program
from inspector.cli.registry import COMMANDS
from tests.cli.program import run


def tree(command: click.Command) -> list[click.Command]:
    below = [
        inner
        for name in (
            command.list_commands(click.Context(command)) if isinstance(command, click.Group) else []
        )
        if (inner := command.get_command(click.Context(command), name)) is not None
    ]
    return [command, *(c for b in below for c in tree(b))]


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda e: e.name)
def test_every_command_and_option_has_help(entry: object) -> None:
    found = program.get_command(click.Context(program), entry.name)  # type: ignore[attr-defined]  # an Entry
    assert found is not None
    for command in tree(found):
        assert command.help
        for param in command.params:
            if isinstance(param, click.Option):
                assert param.help, param.name


def test_top_help_lists_every_command_with_its_line() -> None:
    text = " ".join(run("--help").stdout.decode().split())
    for entry in COMMANDS:
        assert f"{entry.name} {entry.help}" in text


def test_every_command_takes_the_shared_options() -> None:
    for entry in COMMANDS:
        found = program.get_command(click.Context(program), entry.name)
        assert found is not None
        for command in tree(found):
            if not isinstance(command, click.Group):
                assert {"role", "reason", "policy", "json", "log"} <= {p.name for p in command.params}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    done = run("completion", shell)
    assert done.returncode == 0
    assert b"_INSPECTOR_COMPLETE" in done.stdout


def test_completion_offers_commands_and_files() -> None:
    done = run(env={"_INSPECTOR_COMPLETE": "bash_complete", "COMP_WORDS": "inspector in", "COMP_CWORD": "1"})
    assert done.stdout.decode().split() == ["plain,info", "file,in"]
