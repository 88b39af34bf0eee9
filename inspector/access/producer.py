"""For programs that write traces: seal a value before it is exported, so that it never lies in a store open.

    from inspector.access import sealing_keys, seal_value

    keys = sealing_keys("producer")
    attribute = seal_value("zofia@example.org", trace_id=…, span_id=…, key="user.email", keys=keys)

The key that seals also opens: give the producer a role of its own, with the one level that it writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.access.envelope import LEVELS, Where
from inspector.access.rolekey import fetched
from inspector.access.sealing import SealingKeys
from inspector.access.vault import ACTIVE, BLIND_LEVEL, Vault, seconds
from inspector.access.wrap import unwrap
from inspector.errors import Denied

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.access.rolekey import RoleSecret
    from inspector.keys.provider import KeyStore
    from inspector.model import Value


def sealing_keys(role: str, *, vault: Path | None = None, store: KeyStore | None = None) -> SealingKeys:
    """The active level keys of a role whose key this machine's key store holds. Raises Denied, KeyringError."""
    from inspector.keys.os_keyring import OsKeyring
    from inspector.paths import state_folder

    opened = Vault(vault or state_folder() / "vault.db")
    try:
        held = store or OsKeyring()
        for key in opened.role_keys(role):
            if key.works(seconds()):
                secret = fetched(held, role, key.kek_id)
                if secret is not None:
                    return keys_under(opened, secret)
    finally:
        opened.close()
    raise Denied(
        f"This machine holds no working key of the role {role}.",
        f"An admin makes one: inspector keys grant {role}",
    )


def keys_under(vault: Vault, secret: RoleSecret) -> SealingKeys:
    """What a role's secret may seal with."""
    wraps = vault.wraps(secret.kek_id)
    found: dict[str, tuple[bytes, bytes]] = {}
    blind = b""
    for key in vault.level_keys():
        if key.state == ACTIVE and key.dek_id in wraps:
            dek = unwrap(wraps[key.dek_id], secret.kek, vault.id, key.dek_id, secret.kek_id, key.level)
            if key.level in LEVELS:
                found.setdefault(key.level, (bytes.fromhex(key.dek_id), dek))
            elif key.level == BLIND_LEVEL:
                blind = blind or dek
    return SealingKeys(vault.id, found, blind)


def seal_value(
    value: Value,
    *,
    trace_id: str,
    span_id: str,
    key: str,
    keys: SealingKeys,
    type: str = "field",
    level: str = "confidential",
) -> str:
    """The text of an attribute. Ids are 32 and 16 hex digits, as OTLP's JSON writes them; `key` is the attribute's.

    Raises UsageError for a level that `keys` doesn't hold.
    """
    import orjson

    where = Where(trace_id, span_id, key)
    return orjson.dumps(keys.seal(value, where, type=type, level=level)).decode("ascii")
