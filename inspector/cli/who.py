"""Who is at work: the one place where a command asks for its role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.access.identity import Identity
from inspector.access.permissions import VIEWER
from inspector.access.roles import role_named, roles_of

if TYPE_CHECKING:
    from inspector.cli.common import Common
    from inspector.config import Config


def who(common: Common, config: Config) -> Identity:
    """The role asked for, asserted or proved. Raises UsageError for one that nobody defined."""
    roles = roles_of(config)
    role = role_named(roles, common.role or config.text("access.role") or VIEWER)
    return Identity(role, roles)
