"""`inspector keys`: the keys that prove roles and open fields, from their making to their end."""

from __future__ import annotations

import datetime
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.access.envelope import LEVELS
from inspector.access.foreign import AES_GCM, ALGORITHMS
from inspector.access.roles import role_named, roles_of
from inspector.access.vault import ACTIVE, BOX, DESTROYED, GRACE, OPENS, RETIRED, Vault, seconds
from inspector.audit.record import Entry, Resource
from inspector.cli.auditing import key_store, open_log, require
from inspector.cli.common import Command, Common
from inspector.cli.engine import read_config
from inspector.cli.keyring import custody, is_level, opened_vault, vault_path
from inspector.cli.lifecycle import typed
from inspector.cli.output import Out, narrate, one_line
from inspector.cli.table import Column, table
from inspector.cli.who import who
from inspector.config.units import duration
from inspector.errors import Denied, Exit, NotFound, UsageError

if TYPE_CHECKING:
    from inspector.access.custody import Custody
    from inspector.access.vault import LevelKey, RoleKey
    from inspector.cli.auditing import Auditing
    from inspector.cli.output import Json
    from inspector.config import Config

_SECOND = 1_000_000_000


@click.group("keys")
def command() -> None:
    """Make, grant, rotate and end the keys that prove roles and open encrypted fields."""


@command.command("init", cls=Command)
@click.option(
    "--recipient", "recipients", multiple=True, metavar="AGE",
    help="Somebody's age public key, for recovery; at least two, or [keys] recipients.",
)  # fmt: skip
@click.pass_obj
def init(common: Common, recipients: tuple[str, ...]) -> None:
    """Make the vault, the first admin's key and a key for each level; roles are proved from then on.

    Run it with --role admin. The admin's key goes into the key store of this machine.
    """
    from inspector.access.custody import begin
    from inspector.access.recovery import checked

    config = read_config(common)
    path = vault_path(config)
    if path.is_file():
        with closing(Vault(path, make=True)) as there:
            if there.meta("ready"):
                raise UsageError("The keys are made already.", "See inspector keys list.")
    identity = who(common, config)
    auditing = open_log(config, identity)
    require(auditing, "keys:manage")
    people = checked(recipients or config.texts("keys.recipients"))
    roles = roles_of(config)
    with auditing.log.act(Entry("keys.init", Resource("vault"), reason=common.reason or "")) as intent:
        vault = Vault(path, make=True)
        with closing(vault):
            held = begin(vault, key_store(config), roles, identity.name, people)
            held.with_box(identity.role, roles)
            intent.new_state.update(vault=vault.id, root=held.admin.kek_id, role=identity.name)
            intent.counts.update(levels=len(vault.level_keys()), recipients=len(people))
    narrate(f"The vault is {path}. The role {identity.name} has the key {held.admin.kek_id}.")
    narrate("Next: inspector keys grant ROLE --role admin, and try recovery: inspector keys recover --drill.")


@command.command("list", cls=Command)
@click.pass_obj
def list_(common: Common) -> None:
    """List roles' keys and levels' keys with their states and dates. With --json one object a key and line."""
    config = read_config(common)
    out = Out(no_color=common.no_color)
    with opened_vault(config) as vault:
        roles, levels, persons = vault.role_keys(), vault.level_keys(), vault.person_keys()
        if common.json:
            for row in (*map(_role_json, roles), *map(_level_json, (*levels, *persons))):
                out.json(row)
        else:
            columns = [Column("KEY"), Column("OF"), Column("STATE"), Column("SINCE"), Column("UNTIL")]
            cells = [[k.kek_id, f"role {k.role}", _state(k), _day(k.created), _end(k)] for k in roles]
            cells += [
                [
                    k.dek_id,
                    f"level {k.level}{f' ({k.algorithm})' if k.algorithm else ''}",
                    k.state,
                    _day(k.created),
                    "",
                ]
                for k in levels
            ]
            for (level, state), n in Counter((k.level, k.state) for k in persons).items():
                cells.append([f"{n:,} keys", f"persons, level {level}", state, "", ""])
            for line in table(out, columns, cells):
                out.line(line)
    out.flush()


@command.command("grant", cls=Command)
@click.argument("name", metavar="ROLE")
@click.option("--expires", metavar="TIME", help="End it by itself after this long, as 8h.")
@click.pass_obj
def grant(common: Common, name: str, expires: str | None) -> None:
    """Make a key for ROLE in this machine's key store; keys export carries it to another."""
    config = read_config(common)
    roles = roles_of(config)
    chosen = role_named(roles, name)
    until = 0 if expires is None else seconds() + _span(expires)
    with custody(common, config) as (held, auditing):
        entry = Entry("key.granted", Resource("key"), reason=common.reason or "")
        with auditing.log.act(replace(entry, new_state={"role": chosen.name, "expires": until})) as intent:
            made = held.grant(chosen, expires=until)
            held.with_box(chosen, roles)
            intent.new_state["key_id"] = made.kek_id
    narrate(
        f"The role {chosen.name} has the key {made.kek_id}{f', until {_moment(until)}' if until else ''}."
    )


@command.command("rotate", cls=Command)
@click.argument("what", metavar="ROLE|LEVEL")
@click.option("--grace", metavar="TIME", help="How long the key before still opens ([keys] grace).")
@click.pass_obj
def rotate(common: Common, what: str, grace: str | None) -> None:
    """Put a new key in place of a role's or a level's. Values stay as they are and stay readable.

    A role's old key opens until its grace is over. A level's old key goes on opening the values that it sealed,
    until none needs it and keys revoke retires it. A rotation that was killed is taken up by the next.
    """
    config = read_config(common)
    roles = roles_of(config)
    time = _span(grace) if grace is not None else (config.duration("keys.grace") or 0) // _SECOND
    chosen = None if is_level(what) else role_named(roles, what)
    with custody(common, config) as (held, auditing):
        entry = Entry("key.rotated", Resource("key"), reason=common.reason or "", new_state={"of": what})
        with auditing.log.act(entry) as intent:
            held.settle()
            if chosen is None:
                made = held.new_level_key(what, roles, grace_for_old=True).dek_id
            else:
                made = held.rotate_role(intent, chosen, grace=max(time, 1)).kek_id
            intent.new_state["key_id"] = made
    narrate(f"The new key of {what} is {made}.")


@command.command("revoke", cls=Command)
@click.argument("what", metavar="ROLE|KEY")
@click.argument("stores", nargs=-1, metavar="[STORE…]", type=click.Path(path_type=str))
@click.pass_obj
def revoke(common: Common, what: str, stores: tuple[str, ...]) -> int:
    """Take away a role's keys, or one key by its id; it opens nothing from then on.

    A level's old key is retired once no value of STORE… needs it; exit 6 says how many still do.
    """
    config = read_config(common)
    with custody(common, config) as (held, auditing):
        level = held.vault.level_key(what)
        entry = Entry("key.revoked", Resource("key"), reason=common.reason or "")
        if level is not None:
            if level.state != GRACE:
                raise UsageError(
                    f"This key is {level.state}.", "Rotate its level first: inspector keys rotate."
                )
            values = _counted(config, stores, held.vault)[level.dek_id]
            narrate(f"{values:,} values still need key {level.dek_id}.")
            if values:
                return int(Exit.HELD)
            with auditing.log.act(replace(entry, new_state={"key_id": level.dek_id})) as intent:
                held.end_level_key(intent, level, RETIRED)
            return int(Exit.DONE)
        one = held.vault.role_key(what)
        role = one.role if one is not None else role_named(roles_of(config), what).name
        state = {"role": role, "key_id": one.kek_id if one is not None else "all"}
        with auditing.log.act(replace(entry, new_state=state)) as intent:
            ended = held.revoke(intent, role, one.kek_id if one is not None else "")
            intent.counts["keys"] = ended
    narrate(f"{ended:,} keys of the role {role} are revoked.")
    return int(Exit.DONE if ended else Exit.NOTHING)


def _counted(config: Config, names: tuple[str, ...], vault: Vault) -> dict[str, int]:
    from inspector.cli.key_counts import needed
    from inspector.cli.opening import open_stores

    if not names:
        raise UsageError("No store is named.", "Name every store that may hold values under the key.")
    stores = open_stores(names, config.texts("formats.plugins"), config.paths("formats.mappings"))
    try:
        return needed(stores, [key.dek_id for key in vault.level_keys() if key.algorithm])
    finally:
        for store in stores:
            store.close()


@command.command("destroy", cls=Command)
@click.argument("key", metavar="KEY", required=False)
@click.option(
    "--subject",
    metavar="ID",
    help="Destroy the keys of one person instead; - reads the id from standard input.",
)
@click.option(
    "--confirm", metavar="WORD", help="DESTROY- and the key's, or the person's mark's, first 8 characters."
)
@click.pass_obj
def destroy(common: Common, key: str | None, subject: str | None, confirm: str | None) -> int:
    """Destroy a level's key, and with it every value that it sealed, for ever.

    With --subject the keys that seal --per-subject made for one person: nobody opens those values again, in any
    store or copy. What was copied before, of the vault or by a recovery recipient, is out of reach. Needs --reason.
    """
    config = read_config(common)
    if not common.reason:
        raise UsageError("Destroying a key needs a reason.", "Say why: --reason TEXT")
    if (key is None) is (subject is None):
        raise UsageError("One key is destroyed at a time.", "Name KEY, or a person: --subject ID.")
    with custody(common, config) as (held, auditing):
        if subject is not None:
            return _end_person(held, auditing, common.reason, typed(subject, ())[0], confirm)
        level = held.vault.level_key(key or "")
        if level is None or level.state not in OPENS or level.subject or level.algorithm == BOX:
            raise NotFound("No level has such a key.", "inspector keys list has them.")
        _confirmed(confirm, level.dek_id, "Destroying a key ends every value under it.")
        entry = Entry("key.destroyed", Resource("key"), reason=common.reason, classification=level.level)
        state = {"key_id": level.dek_id, "level": level.level}
        with auditing.log.act(replace(entry, new_state=state)) as intent:
            if level.state == ACTIVE:
                held.new_level_key(level.level, roles_of(config), grace_for_old=False)
            held.end_level_key(intent, level, DESTROYED)
    narrate(f"The key {level.dek_id} of {level.level} is destroyed.")
    return int(Exit.DONE)


def _end_person(held: Custody, auditing: Auditing, reason: str, subject: str, confirm: str | None) -> int:
    from inspector.access.persons import mark_of
    from inspector.access.vault import BLIND_LEVEL

    marks = held.vault.level_keys(BLIND_LEVEL)
    mark = mark_of(held.level_secret(next(k for k in marks if k.state == ACTIVE)), subject)
    keys = [each for each in held.vault.person_keys(mark) if each.state in OPENS]
    if not keys:
        raise NotFound("Nobody of this id has keys of their own.", "inspector seal --per-subject makes them.")
    _confirmed(confirm, mark, f"This ends every value under {len(keys)} keys of one person.")
    levels = max((each.level for each in keys), key=LEVELS.index)
    entry = Entry(
        "key.destroyed", Resource("key"), reason=reason, classification=levels,
        subjects=(auditing.log.mark(subject),), counts={"keys": len(keys)},
    )  # fmt: skip
    with auditing.log.act(entry) as intent:
        intent.counts["keys"] = held.end_person_keys(intent, mark)
    narrate(f"{len(keys):,} keys of one person are destroyed.")
    return int(Exit.DONE)


def _confirmed(confirm: str | None, name: str, what: str) -> None:
    if confirm != f"DESTROY-{name[:8]}":
        raise UsageError(what, f"Confirm: --confirm DESTROY-{name[:8]}")


@command.command("adopt", cls=Command)
@click.argument("key_id", metavar="KEY_ID")
@click.option(
    "--key",
    "file",
    metavar="FILE",
    required=True,
    help="Holds the key: raw, hex or base64; - is standard input.",
)
@click.option(
    "--level", type=click.Choice(LEVELS[1:]), required=True, help="Who may open this level, opens its values."
)
@click.option(
    "--algorithm", type=click.Choice(ALGORITHMS), default=AES_GCM, show_default=True, help="What sealed them."
)
@click.pass_obj
def adopt(common: Common, key_id: str, file: str, level: str, algorithm: str) -> None:
    """Take another system's key in, so that the fields that name KEY_ID open here.

    They open read-only and are marked unbound: nothing ties them to their place. AES-GCM is base64 of a 12-byte
    nonce, ciphertext and tag, without associated data.
    """
    from inspector.access.foreign import key_in
    from inspector.cli.key_files import bytes_of

    config = read_config(common)
    secret = key_in(bytes_of(file), algorithm)
    with custody(common, config) as (held, auditing):
        entry = Entry("key.imported", Resource("key"), reason=common.reason or "", classification=level)
        state = {"key_id": key_id, "level": level, "algorithm": algorithm, "of": "another system"}
        with auditing.log.act(replace(entry, new_state=state)) as intent:
            held.adopt_key(intent, key_id, level, algorithm, secret, roles_of(config))
    narrate(f"Fields that name the key {key_id} open for who may open {level} values.")


@command.command("export", cls=Command)
@click.argument("name", metavar="ROLE")
@click.option(
    "--to", "recipient", metavar="AGE", required=True, help="The age public key of who is to have it."
)
@click.option("--confirm", metavar="PRINT", help="That key's fingerprint, as its owner reads it out.")
@click.option("-o", "--output", metavar="FILE", required=True, help="Write the age file here.")
@click.pass_obj
def export(common: Common, name: str, recipient: str, confirm: str | None, output: str) -> None:
    """Write ROLE's key for another machine, encrypted with age to one recipient."""
    from inspector.cli.key_files import fingerprint, write_role_key

    config = read_config(common)
    name = role_named(roles_of(config), name).name
    if confirm != fingerprint(recipient):
        raise UsageError(
            f"The recipient's fingerprint is {fingerprint(recipient)}.",
            "Compare it with its owner's by another way, then add --confirm with it.",
        )
    with custody(common, config) as (held, auditing):
        entry = Entry("key.exported", Resource("key"), reason=common.reason or "", redacted=False)
        state = {"role": name, "recipient": confirm}
        with auditing.log.act(replace(entry, new_state=state)) as intent:
            intent.new_state["key_id"] = write_role_key(held.vault, held.store, name, recipient, Path(output))
    narrate(f"{output} opens with the key of {confirm}.")


@command.command("import", cls=Command)
@click.argument("file", type=click.Path(path_type=str))
@click.option("--identity", metavar="FILE", required=True, help="The file of the age secret key.")
@click.pass_obj
def import_(common: Common, file: str, identity: str) -> None:
    """Take a role's key from keys export into this machine's key store."""
    from inspector.cli.key_files import read_role_key

    config = read_config(common)
    with opened_vault(config) as vault:
        log = open_log(config, who(Common(role="viewer"), config)).log
        entry = Entry("key.imported", Resource("key"), reason=common.reason or "")
        with log.act(entry) as intent:
            role, kek_id = read_role_key(vault, key_store(config), Path(file), Path(identity))
            intent.new_state.update(role=role, key_id=kek_id)
    narrate(f"This machine now holds the key {kek_id} of the role {role}.")


@command.command("recover", cls=Command)
@click.option(
    "--identity", metavar="FILE", required=True, help="The file of a recovery recipient's age secret key."
)
@click.option("--drill", is_flag=True, help="Only try that every level's key can be recovered.")
@click.option(
    "--for", "name", metavar="ROLE", default="admin", show_default=True, help="Whose new key it becomes."
)
@click.pass_obj
def recover(common: Common, identity: str, drill: bool, name: str) -> None:
    """Open the vault with a recovery recipient's key when roles' keys are lost.

    A new key is made for the role; the keys of all roles before it are revoked and are to be granted anew. It
    asks for no role: whoever holds the identity may.
    """
    from inspector.access.custody import recover as recovery
    from inspector.access.custody import recovered
    from inspector.cli.key_files import text_of

    config = read_config(common)
    roles = roles_of(config)
    chosen = role_named(roles, name)
    secret = text_of(Path(identity))
    with opened_vault(config) as vault:
        log = open_log(config, who(Common(role="viewer"), config)).log
        entry = Entry("key.recovered", Resource("vault"), reason=common.reason or "")
        with log.act(
            replace(entry, new_state={"drill": drill, "role": "" if drill else chosen.name})
        ) as intent:
            if drill:
                intent.counts["levels"] = len(recovered(vault, secret))
            else:
                if not chosen.may("keys:manage"):
                    raise Denied("Recovery makes a key for a role that manages keys.", "Use --for admin.")
                held = recovery(vault, key_store(config), roles, chosen.name, secret)
                intent.counts["levels"] = len(vault.wraps(held.admin.kek_id))
                intent.new_state.update(root=held.admin.kek_id)
    count = intent.counts["levels"]
    narrate(f"{count:,} keys {'can be recovered' if drill else f'are open to the role {chosen.name}'}.")


@command.command("status", cls=Command)
@click.argument("stores", nargs=-1, metavar="[STORE…]", type=click.Path(path_type=str))
@click.pass_obj
def status(common: Common, stores: tuple[str, ...]) -> int:
    """Say how the key store is, whether roles are proved, which keys are due, and who needs which.

    With STORE… the values that need each level's key are counted. Exit 1 where something is to be done.
    """
    from inspector.cli.key_status import facts

    config = read_config(common)
    out = Out(no_color=common.no_color)
    counted = None
    if stores:
        with opened_vault(config) as vault:
            counted = _counted(config, stores, vault)
    found = facts(config, counted)
    for name, text, good in found:
        if common.json:
            out.json({"name": name, "text": text, "ok": good})
        else:
            mark = out.dim("ok  ") if good else out.red("do  ")
            out.line(f"  {mark}{one_line(name):<16} {one_line(text)}")
    out.flush()
    return int(Exit.DONE if all(good for _, _, good in found) else Exit.NOTHING)


def _span(text: str) -> int:
    found = duration(text)
    if found is None:
        raise UsageError("That is no span of time.", 'Write it as "8h" or "7d".')
    return found // _SECOND


def _role_json(key: RoleKey) -> dict[str, Json]:
    return {
        "key": key.kek_id,
        "role": key.role,
        "state": _state(key),
        "created": _moment(key.created),
        "expires": _moment(key.expires) if key.expires else None,
        "until": _moment(key.until) if key.until else None,
        "public": key.public,
    }


def _level_json(key: LevelKey) -> dict[str, Json]:
    return {
        "key": key.dek_id,
        "level": key.level,
        "state": key.state,
        "created": _moment(key.created),
        "changed": _moment(key.changed),
        "person": bool(key.subject),
        "algorithm": key.algorithm or "AES-256-GCM",
    }


def _state(key: RoleKey) -> str:
    return "expired" if key.state in OPENS and not key.works(seconds()) else key.state


def _end(key: RoleKey) -> str:
    end = key.until if key.state == GRACE else key.expires
    return _moment(end) if end else ""


def _day(at: int) -> str:
    return _moment(at)[:10]


def _moment(at: int) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
