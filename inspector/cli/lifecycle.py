"""Putting lifecycle together for a command: the desk, the person who is typed or piped, the confirmation."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from inspector.cli.auditing import Auditing, open_log, require, role_of, user_of
from inspector.cli.engine import build_engine, effective_policy, read_config, tag_key
from inspector.cli.opening import limit_for, open_one
from inspector.cli.output import narrate
from inspector.errors import Denied, UsageError
from inspector.lifecycle.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TypeVar

    from inspector.access.identity import Identity
    from inspector.cli.common import Common
    from inspector.config import Config
    from inspector.lifecycle.person import Person
    from inspector.redaction import Redactor

    F = TypeVar("F", bound=Callable[..., object])

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Office:
    """A run that may change stores."""

    common: Common
    config: Config
    auditing: Auditing
    desk: Desk
    engine: Redactor

    def require(self, *permissions: str) -> None:
        """Raises Denied, after recording it."""
        for permission in permissions:
            require(self.auditing, permission)

    def require_whole(self, permission: str, why: str) -> None:
        """Raises Denied, after recording it, if the role sees a part of the store only."""
        if self.desk.limit is not None:
            self.auditing.log.denied(permission, why)
            raise Denied(why, "Ask for a role without limits.")

    def redacted(self, text: str | None) -> str:
        """What a person typed as a reason or reference, as it may be written."""
        return str(self.engine.text(text)) if text else ""

    @property
    def reason(self) -> str:
        return self.redacted(self.common.reason)

    @property
    def user(self) -> str:
        return user_of(self.auditing)


def office(common: Common, *permissions: str, now: Callable[[], int] = time.time_ns) -> Office:
    """Raises Denied unless the role in use has all the permissions."""
    from inspector.session.veil import Veil

    config = read_config(common)
    auditing = open_log(config, role_of(common, config))
    plugins, mappings = config.texts("formats.plugins"), config.paths("formats.mappings")
    engine = build_engine(effective_policy(common, config, auditing.identity))
    desk = Desk(
        lambda path: open_one(path, plugins, mappings),
        lambda path: Veil(engine.under(tag_key(path))),
        auditing.log,
        now,
        auditing.signing,
        lambda ids: _blind_tags(config, auditing.identity, ids),
        limit_for(auditing.identity),
    )
    made = Office(common, config, auditing, desk, engine)
    made.require(*permissions)
    return made


def _blind_tags(config: Config, identity: Identity, ids: Sequence[str]) -> list[str]:
    """None where no type has a blind index, or the role holds no key: sealed values then count as unknown."""
    from inspector.access.producer import keys_under
    from inspector.cli.keyring import opened_vault, secrets_of, vault_path

    types = config.texts("encryption.blind_index")
    if not types or not vault_path(config).is_file():
        return []
    with opened_vault(config) as vault:
        secrets = secrets_of(vault, config, identity)
        keys = keys_under(vault, secrets[0]) if secrets else None
    if keys is None or not keys.blind:
        narrate(f"{identity.name} holds no key of the blind index: sealed values count as unknown.")
        return []
    return [keys.index(each, type) for each in ids for type in types]


def stores_of(names: Sequence[str], config: Config) -> list[Path]:
    """Every store that `names` mean. Raises UsageError where none is named."""
    from inspector.errors import NotAStore
    from inspector.stores import expand

    if not names:
        raise UsageError("No store is named.", "Name a file, a folder or a pattern.")
    if STDIN in names:
        raise UsageError("What is piped in can't be changed.", "Name the file.")
    paths, notes = expand(names, config.texts("formats.plugins"))
    for note in notes:
        narrate(note)
    if not paths:
        raise NotAStore("There is no trace store there.", "inspector formats lists what can be opened.")
    return paths


def subject_options(*, required: bool = True) -> Callable[[F], F]:
    def add(command: F) -> F:
        command = click.option(
            "--alias", "aliases", multiple=True, metavar="A", help="Another id of the same person."
        )(command)
        return click.option(
            "--subject",
            metavar="ID",
            required=required,
            help="The person's id; - reads it and then one alias a line from standard input.",
        )(command)

    return add


def typed(subject: str, aliases: Sequence[str]) -> tuple[str, list[str]]:
    """The id and aliases as given, or read. Raises UsageError where there is none."""
    if subject != STDIN:
        narrate("The shell's history keeps the id; --subject - reads it from standard input.")
        return subject, list(aliases)
    if sys.stdin.isatty():
        narrate("Type the id, then one alias a line, then press Ctrl-D.")
    lines = [line.strip() for line in sys.stdin if line.strip()]
    if not lines:
        raise UsageError("No id was given.", "Write it as the first line of standard input.")
    return lines[0], [*lines[1:], *aliases]


def person_of(desk: Desk, subject: str, aliases: Sequence[str]) -> Person:
    return desk.person(*typed(subject, aliases))


def confirmed(given: str, plan_hash: str, person: Person | None) -> bool:
    """Whether the phrase is `DELETE-` and the person's id, or the first 8 hex of the plan's hash."""
    import hmac

    wanted = [f"DELETE-{plan_hash[:8]}", *([f"DELETE-{person.id}"] if person is not None else [])]
    return any(hmac.compare_digest(given.encode(), each.encode()) for each in wanted)
