"""`inspector completion`: the script that a shell reads once."""

from __future__ import annotations

import click

from inspector.cli.common import Command, Common
from inspector.cli.output import Out


@click.command("completion", cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_obj
def command(common: Common, shell: str) -> None:
    """Print the completion script of SHELL.

    bash: add  eval "$(inspector completion bash)"  to ~/.bashrc; zsh the same in ~/.zshrc; fish: write it to
    ~/.config/fish/completions/inspector.fish.
    """
    from click.shell_completion import ShellComplete, get_completion_class

    from inspector.cli.group import program

    kind = get_completion_class(shell)
    assert kind is not None
    # The shell's own `source` would start the shell to ask its version.
    script = ShellComplete.source(kind(program, {}, "inspector", "_INSPECTOR_COMPLETE"))
    out = Out(no_color=common.no_color)
    out.line(script.strip())
    out.flush()
