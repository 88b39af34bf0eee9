"""What `inspector keys status` says, a fact a line."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from inspector.access.custody import vouched
from inspector.access.rolekey import fetched
from inspector.access.vault import ACTIVE, GRACE, OPENS, PENDING, Vault, seconds
from inspector.cli.auditing import folder_of, key_store
from inspector.cli.keyring import vault_path
from inspector.cli.who import has_seen_init
from inspector.keys.states import FIX, WHAT, KeyringError, KeyState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.config import Config
    from inspector.keys.provider import KeyStore

Fact = tuple[str, str, bool]
_DAY = 86_400


def facts(config: Config, counted: Mapping[str, int] | None) -> list[Fact]:
    """Name, sentence, and whether nothing is to be done."""
    store = key_store(config)
    state = store.state()
    found: list[Fact] = [
        ("key store", f"{WHAT[state]} ({state.value}). {FIX[state]}".strip(), state is KeyState.READY)
    ]
    path = vault_path(config)
    if not path.is_file():
        seen = has_seen_init(folder_of(config))
        text = "gone, though the log has seen it made: restore it" if seen else "none yet: roles are asserted"
        return [*found, ("vault", text, not seen)]
    with closing(Vault(path)) as vault:
        found += _about(vault, config, store if state is KeyState.READY else None, counted)
    return found


def _about(
    vault: Vault, config: Config, store: KeyStore | None, counted: Mapping[str, int] | None
) -> Iterator[Fact]:
    ready = bool(vault.meta("ready"))
    yield "vault", f"{vault.id} in {vault.path}" if ready else "begun: run keys init again", ready
    recipients = len(vault.recipients)
    yield "recovery", f"{recipients} recipients; try it: inspector keys recover --drill", recipients >= 2
    root, known = vault.meta("root"), _root_in_log(config)
    yield (
        "root",
        f"{root} is the log's" if root == known else f"{root}, but the log has {known or 'none'}",
        root == known,
    )
    yield from _roles(vault, config, store)
    yield from _levels(vault, config, counted)


def _roles(vault: Vault, config: Config, store: KeyStore | None) -> Iterator[Fact]:
    old = (config.duration("keys.rotation") or 0) // 1_000_000_000
    now = seconds()
    for key in vault.role_keys():
        if key.state == PENDING:
            yield (
                f"role {key.role}",
                f"{key.kek_id}: a rotation was stopped: run keys rotate {key.role}",
                False,
            )
        elif key.state in OPENS:
            held = "" if store is None or _holds(store, key.role, key.kek_id) else ", not on this machine"
            age = (now - key.created) // _DAY
            due = bool(old) and key.state == ACTIVE and now - key.created >= old
            ended = not key.works(now)
            text = f"{key.kek_id}, {'ended' if ended else key.state}, {age} days old{held}"
            if not vouched(vault, key):
                yield f"role {key.role}", f"{text}; nobody vouches for it: revoke it", False
            else:
                yield f"role {key.role}", f"{text}; rotate it" if due else text, not due


def _holds(store: KeyStore, role: str, kek_id: str) -> bool:
    try:
        return fetched(store, role, kek_id) is not None
    except KeyringError:
        return False


def _levels(vault: Vault, config: Config, counted: Mapping[str, int] | None) -> Iterator[Fact]:
    old = (config.duration("keys.rotation") or 0) // 1_000_000_000
    known = Counter(counted or {})
    for key in vault.level_keys():
        if key.state in OPENS:
            due = bool(old) and key.state == ACTIVE and seconds() - key.created >= old
            text = (
                f"{key.dek_id}, {key.state}{f', {key.algorithm} of another system' if key.algorithm else ''}"
            )
            if counted is not None:
                text += f", {known[key.dek_id]:,} values still need it"
                if key.state == GRACE and not known[key.dek_id]:
                    text += f"; retire it: inspector keys revoke {key.dek_id} STORE…"
            yield f"level {key.level}", f"{text}; rotate it" if due else text, not due
    persons = [key.dek_id for key in vault.person_keys() if key.state in OPENS]
    if persons:
        needed = "" if counted is None else f", {sum(known[id] for id in persons):,} values need them"
        yield "persons", f"{len(persons):,} keys{needed}", True
    opens = {*persons, *(key.dek_id for key in vault.level_keys() if key.state in OPENS)}
    for unknown in known.keys() - opens:
        yield "unknown key", f"{known[unknown]:,} values need {unknown}, which isn't in this vault", False


def _root_in_log(config: Config) -> str:
    from inspector.audit.reading import newest_first, text

    for record in newest_first(folder_of(config)):
        if text(record, "action") in ("keys.init", "key.recovered") and text(record, "outcome") == "success":
            root = text(record, "new_state", "root")
            if root:
                return root
    return ""
