"""Roles as config has them: the six that ship, changed and added to by `[roles.NAME]`.

What was given for one run (a file, a variable, an option) can only make a role stricter than the installed
config has it; a role that only the given config knows may no more than viewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from inspector.access.permissions import PERMISSIONS, ROLES, VIEWER
from inspector.config.check import nearest
from inspector.errors import Denied, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.config import Config
    from inspector.config.keys import Value

BYPASSES: Final = ("admin", "security_auditor")
"""Roles that see every team's services, and those that inherit from them."""
EXPORT_ROWS: Final = 10_000
_DEEPEST: Final = 16


class Role(Struct, frozen=True):
    """Durations are ns. `limits` are queries that all hold for a span that the role may see."""

    name: str
    permissions: frozenset[str]
    limits: tuple[str, ...] = ()
    services: tuple[tuple[str, ...], ...] = ()
    """Of each of these sets of services (`*` is a wildcard) a span's must be one; none: every service."""
    hidden_kinds: frozenset[str] = frozenset()
    export_rows: int = EXPORT_ROWS
    idle: int | None = None
    absolute: int | None = None
    purposes: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    """Its name and those it inherits from, nearest first."""
    teams: tuple[str, ...] = ()

    def may(self, permission: str) -> bool:
        """A permission that isn't known is a mistake of the program's."""
        if permission not in PERMISSIONS:
            raise KeyError(permission)
        return permission in self.permissions

    @property
    def limited(self) -> bool:
        return bool(self.limits or self.services or self.hidden_kinds)


Roles = dict[str, Role]


def roles_of(config: Config) -> Roles:
    """Every role by name, the shipped ones first. Raises UsageError for a config that can't be meant."""
    given, installed = _built(config), _built(config.installed())
    return {name: stricter(installed.get(name, installed[VIEWER]), role) for name, role in given.items()}


def role_named(roles: Mapping[str, Role], name: str) -> Role:
    """Raises UsageError for a name that nobody defined; it isn't repeated."""
    found = roles.get(name)
    if found is None:
        near = nearest(name, roles)
        fix = f"Did you mean {near}?" if near else f"Known are {', '.join(roles)}."
        raise UsageError("There is no role of this name.", fix)
    return found


def refusal(role: Role, permission: str, roles: Mapping[str, Role]) -> Denied:
    """The refusal, with the roles that may."""
    may = " or ".join(other.name for other in roles.values() if other.may(permission))
    fix = f"Ask somebody who may, or use --role: {may}." if may else "No role may; see [roles] in the config."
    return Denied(f"{role.name} may not do this ({permission}).", fix)


def stricter(one: Role, two: Role) -> Role:
    """What both allow, under the name of the second."""
    return replace(
        two,
        permissions=one.permissions & two.permissions,
        limits=tuple(dict.fromkeys(one.limits + two.limits)),
        services=tuple(dict.fromkeys(one.services + two.services)),
        hidden_kinds=one.hidden_kinds | two.hidden_kinds,
        export_rows=min(one.export_rows, two.export_rows),
        idle=_least(one.idle, two.idle),
        absolute=_least(one.absolute, two.absolute),
        purposes=one.purposes or two.purposes,
    )


def _least(one: int | None, two: int | None) -> int | None:
    return two if one is None else one if two is None else min(one, two)


def _built(config: Config) -> Roles:
    names = dict.fromkeys((*ROLES, *config.table("roles")))
    return {name: _role(config, name) for name in names}


def _role(config: Config, name: str, below: tuple[str, ...] = ()) -> Role:
    if name in below or len(below) > _DEEPEST:
        raise UsageError("A role inherits from itself.", f"Check `roles.{below[-1]}.inherit`.")
    table = _tables(config).get(name)
    if table is None and name not in ROLES:
        of = below[-1] if below else ""
        raise UsageError(f"`roles.{of}.inherit` names no role.", f"Known are {', '.join(ROLES)}.")
    table = table or {}
    parent = None
    inherit = table.get("inherit")
    if isinstance(inherit, str):
        parent = _role(config, inherit, (*below, name))
    return _visible(config, _own(config, name, table, parent), table)


def _own(config: Config, name: str, table: Mapping[str, Value], parent: Role | None) -> Role:
    session = table.get("session")
    times = session if isinstance(session, dict) else {}
    own = _permissions(name, table)
    rows, limit = table.get("export_rows"), table.get("limit")
    return Role(
        name=name,
        permissions=own | (parent.permissions if parent else frozenset()),
        limits=(*(parent.limits if parent else ()), *((limit,) if isinstance(limit, str) and limit else ())),
        services=parent.services if parent else (),
        export_rows=rows if isinstance(rows, int) else parent.export_rows if parent else EXPORT_ROWS,
        idle=_time(times.get("idle")) or (parent.idle if parent else config.duration("access.idle")),
        absolute=_time(times.get("absolute"))
        or (parent.absolute if parent else config.duration("access.absolute")),
        purposes=_texts(table.get("purposes"))
        or (parent.purposes if parent else config.texts("access.purposes")),
        line=(name, *(parent.line if parent else ())),
        teams=parent.teams if parent else (),
    )


def _permissions(name: str, table: Mapping[str, Value]) -> frozenset[str]:
    """Those that it names itself; a shipped role that names none and inherits from none keeps the shipped."""
    if "permissions" not in table:
        shipped = frozenset(p for p, roles in PERMISSIONS.items() if name in roles)
        return frozenset() if "inherit" in table else shipped
    return frozenset(p for written in _texts(table["permissions"]) for p in _meant(name, written))


def _meant(name: str, written: str) -> list[str]:
    """`fields:unlock:internal`, or every one that begins so: `fields:*`."""
    if written.endswith(":*"):
        found = [p for p in PERMISSIONS if p.startswith(written[:-1])]
    else:
        found = [written] if written in PERMISSIONS else []
    if not found:
        near = nearest(written, PERMISSIONS)
        fix = f"Did you mean `{near}`?" if near else "inspector roles lists them."
        raise UsageError(f"`roles.{name}.permissions` names no permission of inspector's.", fix)
    return found


def _visible(config: Config, role: Role, table: Mapping[str, Value]) -> Role:
    """The role with its services and the kinds that are kept from it."""
    kinds = config.table("access.kinds")
    hidden = frozenset(
        kind.casefold() for kind, roles in kinds.items() if not set(_texts(roles)) & set(role.line)
    )
    services, teams = role.services, role.teams
    named = _texts(table.get("services"))
    if set(role.line) & set(BYPASSES):
        services = ()
    elif named:
        known = config.table("teams")
        teams = tuple(n for n in named if n in known)
        services = (tuple(s for n in named for s in (_texts(known[n]) if n in known else (n,))),)
    return replace(role, hidden_kinds=hidden, services=services, teams=teams)


def _tables(config: Config) -> dict[str, dict[str, Value]]:
    return {name: t for name, t in config.table("roles").items() if isinstance(t, dict)}


def _texts(value: Value | None) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _time(value: Value | None) -> int | None:
    from inspector.config.units import duration

    return duration(value) if isinstance(value, str) else None
