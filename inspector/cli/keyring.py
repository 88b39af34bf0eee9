"""The vault and the key store as commands use them, with the acting admin's key."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from inspector.access.custody import Custody
from inspector.access.envelope import LEVELS
from inspector.access.rolekey import RoleSecret, fetched
from inspector.access.vault import OPENS, Vault, seconds
from inspector.cli.auditing import Auditing, key_store, open_log, require
from inspector.cli.process import undumpable
from inspector.cli.who import vault_paths, who
from inspector.errors import Denied

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inspector.access.identity import Identity
    from inspector.cli.common import Common
    from inspector.config import Config


def vault_path(config: Config) -> Path:
    """Where the vault of this run is."""
    return vault_paths(config)[-1]


@contextmanager
def opened_vault(config: Config) -> Iterator[Vault]:
    vault = Vault(vault_path(config))
    try:
        yield vault
    finally:
        vault.close()


@contextmanager
def custody(common: Common, config: Config) -> Iterator[tuple[Custody, Auditing]]:
    """The keys in the hands of an admin whose role is proved; what a killed rotation left is mended first."""
    identity = who(common, config)
    auditing = open_log(config, identity)
    require(auditing, "keys:manage")
    with opened_vault(config) as vault:
        secrets = secrets_of(vault, config, identity)
        if not identity.proved or not secrets:
            raise Denied(
                "Keys are managed by an admin whose role is proved.", "Use --role admin where its key is."
            )
        held = Custody(vault, key_store(config), secrets[0])
        if len(secrets) > 1:
            held.mend(secrets[1:])
        yield held, auditing


def secrets_of(vault: Vault, config: Config, identity: Identity) -> list[RoleSecret]:
    """The working keys of a role that this machine holds, the active one first."""
    undumpable()
    store = key_store(config)
    keys = [k for k in vault.role_keys(identity.name) if k.works(seconds())]
    keys.sort(key=lambda k: OPENS.index(k.state))
    found = [fetched(store, k.role, k.kek_id) for k in keys]
    return [secret for secret in found if secret is not None]


def is_level(name: str) -> bool:
    return name in LEVELS[1:]
