"""Who is at work: the one place where a command asks for its role, and where a role is proved.

Before `inspector keys init` a role is asserted. After it, a role above viewer is proved by its key or refused,
and so it stays if the vault is gone: the log remembers.
"""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

from msgspec.structs import replace

from inspector.access.identity import Identity
from inspector.access.permissions import VIEWER
from inspector.access.roles import role_named, roles_of
from inspector.errors import Denied, InspectorError
from inspector.view import Badge

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.cli.common import Common
    from inspector.config import Config

_INIT = b'"action":"keys.init"'


def who(common: Common, config: Config) -> Identity:
    """The role asked for, asserted or proved. Raises UsageError for one that nobody defined, Denied (recorded)
    for one that can't be proved."""
    roles = roles_of(config)
    role = role_named(roles, common.role or config.text("access.role") or VIEWER)
    claimed = Identity(role, roles)
    if role.name == VIEWER:
        return claimed
    try:
        return _proved(claimed, config)
    except InspectorError as error:
        _record(Identity(roles[VIEWER], roles), role.name, error, config)
        raise


def badge_of(identity: Identity, unsafe: str = "") -> Badge:
    return Badge(role=identity.name, proved=identity.proved, unsafe=unsafe)


def vault_paths(config: Config) -> tuple[Path, ...]:
    """Where the vault is: the installed config's place first, so that a run can't name another to get past it."""
    from inspector.paths import state_folder

    default = state_folder() / "vault.db"
    places = (config.installed().path("keys.vault") or default, config.path("keys.vault") or default)
    return tuple(dict.fromkeys(places))


def _proved(claimed: Identity, config: Config) -> Identity:
    from inspector.access.vault import Vault

    for path in vault_paths(config):
        if path.is_file():
            vault = Vault(path)
            try:
                if vault.meta("ready"):
                    return _by_key(claimed, vault, config)
            finally:
                vault.close()
    if any(has_seen_init(folder) for folder in _folders(config)):
        raise Denied(
            "Roles are proved by keys here, and the vault that knows the keys is gone.",
            "Restore the vault's file, or work as viewer.",
        )
    return claimed


def _by_key(claimed: Identity, vault: Vault, config: Config) -> Identity:
    from inspector.access.custody import vouched
    from inspector.access.rolekey import fetched
    from inspector.access.vault import seconds
    from inspector.cli.auditing import key_store

    store = key_store(config)
    for key in vault.role_keys(claimed.name):
        if key.works(seconds()) and vouched(vault, key):
            secret = fetched(store, claimed.name, key.kek_id)
            if secret is not None and secret.proves(key.public, f"{vault.id} {claimed.name}"):
                return replace(claimed, proved=True, key_id=key.kek_id)
    raise Denied(
        f"The role {claimed.name} is not proved: this machine's key store has no working key of it.",
        f"An admin makes one (inspector keys grant {claimed.name}); or work as viewer.",
    )


def _folders(config: Config) -> tuple[Path, ...]:
    from inspector.cli.auditing import folder_of

    return tuple(dict.fromkeys((folder_of(config.installed()), folder_of(config))))


def has_seen_init(folder: Path) -> bool:
    """Whether a log has the record of keys that were made."""
    import orjson

    from inspector.audit.segments import segments

    try:
        names = segments(folder)
    except OSError:
        return False
    for path in names:
        try:
            with path.open("rb") as file:
                if not path.stat().st_size:
                    continue
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    at = data.find(_INIT)
                    while at >= 0:
                        start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
                        try:
                            record = orjson.loads(data[start : end if end >= 0 else len(data)])
                        except orjson.JSONDecodeError:
                            record = {}
                        if record.get("action") == "keys.init" and record.get("outcome") == "success":
                            return True
                        at = data.find(_INIT, at + 1)
        except OSError:
            continue
    return False


def _record(viewer: Identity, role: str, error: InspectorError, config: Config) -> None:
    from inspector.cli.auditing import open_log
    from inspector.errors import AuditError

    try:
        log = open_log(config, viewer).log
        log.denied("role.assumed", f"the role {role} was refused: {error.what}")
    except AuditError:
        return  # refused all the same


if TYPE_CHECKING:
    from inspector.access.vault import Vault
