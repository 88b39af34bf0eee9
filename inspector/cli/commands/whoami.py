"""`inspector whoami`: the role in use, and what vouches for it."""

from __future__ import annotations

import click

from inspector.access.permissions import PERMISSIONS
from inspector.audit.record import os_user
from inspector.cli.commands.roles import limit_lines, role_json
from inspector.cli.common import Command, Common
from inspector.cli.engine import read_config
from inspector.cli.output import Out, one_line
from inspector.cli.who import who


@click.command("whoami", cls=Command)
@click.pass_obj
def command(common: Common) -> None:
    """Say which role is in use, whether its key proved it, and what it may.

    An asserted role was only claimed. Any program of the same user can read an unlocked login keyring: people
    are told apart by operating system users or machines that hold different keys.
    """
    identity = who(common, read_config(common))
    role = identity.role
    out = Out(no_color=common.no_color)
    if common.json:
        shape = role_json(role)
        out.json({"user": os_user(), "proved": identity.proved, "key_id": identity.key_id, **shape})
    else:
        proof = f"proved by key {identity.key_id}" if identity.proved else "asserted"
        facts = [
            ("user", os_user()),
            ("role", f"{role.name} ({proof})"),
            ("inherits", ", ".join(role.line[1:])),
            *(("sees", line) for line in limit_lines(role)),
            ("purposes", ", ".join(role.purposes)),
            *(("may", permission) for permission in PERMISSIONS if role.may(permission)),
        ]
        for name, value in facts:
            if value:
                out.line(f"  {out.dim(f'{name:<10}')}{one_line(value)}")
    out.flush()
