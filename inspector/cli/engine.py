"""Config, policy and redaction engine for one run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from inspector.cli.output import narrate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from inspector.access.identity import Identity
    from inspector.cli.common import Common
    from inspector.config import Config
    from inspector.redaction import Policy, Redactor


def read_config(common: Common, options: Mapping[str, object] | None = None) -> Config:
    """The config in force; `options` are keys that were typed as options of a command, by dotted names."""
    from pathlib import Path

    from inspector.config import load
    from inspector.paths import config_folder

    return load(
        folder=config_folder(),
        config=Path(common.config) if common.config else None,
        policy=Path(common.policy) if common.policy else None,
        options=options,
    )


def effective_policy(common: Common, config: Config, identity: Identity | None = None) -> Policy:
    """The stricter of what is installed and what was given for this run; who may weaken gets the given. Fields
    that retention lets run out are hidden at once, whoever looks."""
    return _without_retained(_effective(common, config, identity), config)


def _without_retained(policy: Policy, config: Config) -> Policy:
    paths = [str(row.get("path") or "") for row in config.rows("retention.field")]
    if not any(paths):
        return policy
    from msgspec.structs import replace

    from inspector.redaction.custom import parse_custom_field

    own = {rule.path for rule in policy.field_rules}
    made = [
        parse_custom_field({"path": path, "name": f"retention:{path}"})
        for path in paths
        if path and path not in own
    ]
    return replace(policy, field_rules=(*made, *policy.field_rules))


def _effective(common: Common, config: Config, identity: Identity | None) -> Policy:
    from inspector.redaction import merge_strict, parse_policy, weakenings

    section, before = config.table("redaction"), config.installed().table("redaction")
    given = parse_policy(section)
    installed = given if section == before else parse_policy(before)
    if not installed.enabled:
        identity = identity or _whoever(common, config)
        installed = _switched_off(config, identity, installed)
    if section == before:
        return installed
    weaker = weakenings(installed, given)
    if not weaker:
        return given
    if _may_weaken(config, identity or _whoever(common, config), weaker):
        return given
    narrate(
        f"The policy given would show more than the installed one ({weaker[0]}"
        f"{f', and {len(weaker) - 1} more' if len(weaker) > 1 else ''}); the stricter holds. "
        "Weakening it needs the role admin."
    )
    return merge_strict(installed, given)


def _whoever(common: Common, config: Config) -> Identity:
    from inspector.cli.who import who

    return who(common, config)


def _switched_off(config: Config, identity: Identity, installed: Policy) -> Policy:
    """Installed redaction that a file switches off: it stays off for who may weaken, and is on for others."""
    from msgspec.structs import replace

    if _may_weaken(config, identity, ["redaction"], "redaction.disabled"):
        return installed
    narrate("A config file switches redaction off. That needs the role admin; it stays on.")
    return replace(installed, enabled=True)


def _may_weaken(
    config: Config, identity: Identity, weaker: list[str], action: str = "policy.weakened"
) -> bool:
    """Whether the role may; recorded either way. Raises AuditError where a weakening can't be recorded."""
    from inspector.audit.record import Entry, Resource
    from inspector.cli.auditing import open_log
    from inspector.errors import AuditError

    log = open_log(config, identity).log
    if identity.may("policy:weaken"):
        with log.act(Entry(action, Resource("policy"), counts={"values": len(weaker)})):
            return True
    try:
        log.denied("policy:weaken", "The policy given would show more than the installed one.")
    except AuditError as error:
        narrate(f"This is not in the audit log: {error.what}. {error.fix}")
    return False


def build_engine(policy: Policy, key: bytes | None = None) -> Redactor:
    """An engine under a key of its own, so that tags of two runs can't be joined, or under a given one."""
    from inspector.redaction import Redactor

    return Redactor(policy, key, known_names=_names(policy.names_file))


def tag_key(store: Path) -> bytes:
    """The key of a store's tags, the same in every run; where none can be kept, and for what is piped in, a
    fresh one."""
    import secrets

    if str(store) == "-":
        return secrets.token_bytes(32)
    import hashlib
    import hmac

    from inspector.errors import StoreError
    from inspector.keys.local import local_key

    try:
        key = local_key("tags")
    except StoreError:
        return secrets.token_bytes(32)
    return hmac.digest(key, os.fsencode(store.resolve()), hashlib.sha256)


def _names(file: str) -> list[str]:
    if not file:
        return []
    from pathlib import Path

    from inspector.errors import UsageError

    try:
        return [line.strip() for line in Path(file).read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        raise UsageError("The names file can't be read.", "Check redaction.names_file.") from None


def unsafe_because(policy: Policy) -> str:
    """Why less is hidden than by default, or nothing."""
    from inspector.redaction import DEFAULT, weakenings

    if policy == DEFAULT:
        return ""
    if not policy.enabled:
        return "redaction is off"
    weaker = weakenings(DEFAULT, policy)
    return f"{weaker[0]}{f', and {len(weaker) - 1} more' if len(weaker) > 1 else ''}" if weaker else ""
