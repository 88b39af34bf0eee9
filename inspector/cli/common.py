"""The options that every command takes, before or after its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from msgspec import Struct

from inspector.cli.log import LEVELS, LOG
from inspector.collector import collect_again

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = click.Path(path_type=str)


class Common(Struct, frozen=True):
    role: str | None = None
    reason: str | None = None
    purpose: str | None = None
    config: str | None = None
    policy: str | None = None
    json: bool = False
    no_color: bool = False
    log: str | None = None
    log_level: str | None = None


NAMES = Common.__struct_fields__


def options() -> list[click.Option]:
    """Fresh option objects, one set a command."""
    return [
        click.Option(["--role"], metavar="ROLE", help="Look as this role instead of viewer."),
        click.Option(["--reason"], metavar="TEXT", help="Why: written to the audit with what needs one."),
        click.Option(["--purpose"], metavar="PURPOSE", help="One of the purposes that the config lists."),
        click.Option(["--config"], type=_FILE, metavar="FILE", help="Read this config file last."),
        click.Option(
            ["--policy"], type=_FILE, metavar="FILE", help="Take redaction and retention from this file."
        ),
        click.Option(["--json"], is_flag=True, help="Print JSON: one object, or one a line."),
        click.Option(["--no-color"], is_flag=True, help="No colours; the variable NO_COLOR does the same."),
        click.Option(
            ["--log"], type=_FILE, metavar="FILE", help="Append a support log without data to FILE."
        ),
        click.Option(
            ["--log-level"], type=click.Choice(LEVELS), help="How much the support log says (info)."
        ),
    ]


def taken(params: dict[str, object]) -> dict[str, object]:
    """Remove the shared options that were typed from `params` and return them."""
    values = {name: params.pop(name, None) for name in NAMES}
    return {name: value for name, value in values.items() if value not in (None, False)}


def merged(before: Mapping[str, object], after: Mapping[str, object]) -> Common:
    """What stands after the command's name wins. Starts the support log."""
    values = {**before, **after}
    common = Common(**values)  # type: ignore[arg-type]  # click has checked each value's type
    if common.log is not None:
        LOG.start(common.log, common.log_level or "info")
    return common


class Command(click.Command):
    """A command that takes the shared options and hands them to its function as the context's object."""

    draws = False
    """Whether it starts a screen, which says itself when the start is over."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.params.extend(options())
        self.context_settings.setdefault("help_option_names", ["-h", "--help"])

    def invoke(self, ctx: click.Context) -> object:
        before = ctx.obj if isinstance(ctx.obj, dict) else {}
        ctx.obj = merged(before, taken(ctx.params))
        LOG.info(f"command {ctx.info_name}")
        if not self.draws:
            collect_again()
        result: object = super().invoke(ctx)
        return result
