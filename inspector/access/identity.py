"""Who is at work: a role, and whether it was only claimed or proved by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from inspector.access.roles import Role, Roles


class Identity(Struct, frozen=True):
    """`key_id` names the key that proved the role; empty while it is asserted."""

    role: Role
    roles: Roles
    """All that there are: a refusal names those that may."""
    proved: bool = False
    key_id: str = ""

    @property
    def name(self) -> str:
        return self.role.name

    @property
    def team(self) -> str:
        return ",".join(self.role.teams)

    def may(self, permission: str) -> bool:
        return self.role.may(permission)
