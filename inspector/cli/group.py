"""The program's command tree. A command's module is imported when it is asked for, and not for help."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import click

from inspector.cli.common import options, taken
from inspector.cli.registry import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_ENTRIES = {entry.name: entry for entry in COMMANDS}
_OPEN = "open"
_ASKING = {"--help", "-h", "--version"}
_WITH_VALUE = {
    *("--role", "--reason", "--purpose", "--config", "--policy", "--log", "--log-level"),
    *("--theme", "--query", "-q"),
}
"""Options whose value is the next argument, as far as they may stand before a command or a store."""


def with_command(arguments: Sequence[str]) -> list[str]:
    """The arguments with `open` in front where they name stores, or nothing at all, and no command."""
    skip = False
    for argument in arguments:
        if skip:
            skip = False
        elif argument == "--":
            break
        elif argument.startswith("-") and argument != "-":
            skip = argument in _WITH_VALUE
        elif argument in _ENTRIES:
            return list(arguments)
        else:
            return [_OPEN, *arguments]
    if _ASKING & set(arguments):
        return list(arguments)
    return [_OPEN, *arguments]


class Program(click.Group):
    """Commands by name; anything else is a store."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = _ENTRIES.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = importlib.import_module(f"inspector.cli.commands.{entry.module}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:
            args = with_command(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        ctx.obj = taken(ctx.params)
        result: object = super().invoke(ctx)
        return result

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in COMMANDS])

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        names = [
            CompletionItem(entry.name, help=entry.help)
            for entry in COMMANDS
            if entry.name.startswith(incomplete)
        ]
        return [*names, CompletionItem(incomplete, type="file")]


def _version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from inspector import __version__
        from inspector.cli.output import Out

        Out().line(f"inspector {__version__}")
        ctx.exit()


program = Program(
    name="inspector",
    help="""Open any local store of LLM, agent or OpenTelemetry traces, redacted by default.

    inspector STORE… opens the screen; inspector alone lets you choose a store.
    STORE is a file, a folder, a pattern, or - for standard input; write ./open for one named like a command.
    """,
    params=[
        *options(),
        click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
            help="Print the version and leave.",
        ),
    ],
    subcommand_metavar="STORE… | COMMAND …",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)  # fmt: skip
