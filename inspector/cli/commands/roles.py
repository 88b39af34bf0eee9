"""`inspector roles`: who may do what, as this config has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inspector.access.permissions import PERMISSIONS
from inspector.access.roles import roles_of
from inspector.cli.common import Command, Common
from inspector.cli.engine import read_config
from inspector.cli.output import Out, one_line
from inspector.cli.table import Column, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.access.roles import Role
    from inspector.cli.output import Json


@click.command("roles", cls=Command)
@click.pass_obj
def command(common: Common) -> None:
    """List every role with its permissions and limits.

    Six roles ship; [roles.NAME] in the config changes them and adds others. With --json one object a role
    and line.
    """
    roles = list(roles_of(read_config(common)).values())
    out = Out(no_color=common.no_color)
    if common.json:
        for role in roles:
            out.json(role_json(role))
    else:
        columns = [Column("PERMISSION"), *(Column(one_line(role.name)) for role in roles)]
        cells = [[p, *("y" if role.may(p) else "" for role in roles)] for p in PERMISSIONS]
        for line in table(out, columns, cells):
            out.line(line)
        for role in roles:
            _limits(out, role)
    out.flush()


def role_json(role: Role) -> dict[str, Json]:
    return {
        "role": role.name,
        "inherits": list(role.line[1:]),
        "permissions": [p for p in PERMISSIONS if role.may(p)],
        "limits": list(role.limits),
        "services": [[*some] for some in role.services],
        "hidden_kinds": [*sorted(role.hidden_kinds)],
        "export_rows": role.export_rows,
        "idle_s": _seconds(role.idle),
        "absolute_s": _seconds(role.absolute),
        "purposes": list(role.purposes),
    }


def limit_lines(role: Role) -> Sequence[str]:
    """What a role sees, one condition a line; none where it sees everything."""
    lines = [f"only spans that match: {limit}" for limit in role.limits]
    lines += [f"only the services {', '.join(some)}" for some in role.services]
    if role.hidden_kinds:
        lines.append(f"no spans of the kind {', '.join(sorted(role.hidden_kinds))}")
    return lines


def _limits(out: Out, role: Role) -> None:
    for line in limit_lines(role):
        out.line(f"{out.bold(one_line(role.name))}: {one_line(line)}")


def _seconds(ns: int | None) -> int | None:
    return None if ns is None else ns // 1_000_000_000
