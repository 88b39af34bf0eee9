"""A whole store, or an archive, as an age file for a role: sealing it, and opening it to look at."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from inspector.cli.auditing import open_log
from inspector.cli.keyring import opened_vault, secrets_of, vault_path
from inspector.errors import Denied, StoreError
from inspector.stores import open_copy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.access.identity import Identity
    from inspector.cli.lifecycle import Office
    from inspector.config import Config
    from inspector.stores.base import Store


def seal_whole(at: Office, store: Path, output: Path, role: str) -> int:
    """Write `store` as it is into a new age file. Returns its size. Raises StoreError, Denied (recorded)."""
    from inspector.access.boxes import recipients_of, sealed
    from inspector.audit.record import Entry, Resource
    from inspector.paths import open_private
    from inspector.session.trail import fingerprint

    log = at.auditing.log
    with opened_vault(at.config) as vault:
        try:
            recipients = recipients_of(vault, secrets_of(vault, at.config, at.auditing.identity), role)
        except Denied as error:
            log.denied("fields:seal", error.what)
            raise
    where = Resource("store", "", fingerprint(store), log.mark(str(store.absolute()))[:32])
    state = {"as": "age", "role": role}
    with log.act(Entry("store.sealed", where, reason=at.reason, new_state=state)) as intent:
        plain = _snapshot(at, store)
        try:
            fd = open_private(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            with plain.open("rb") as reader, os.fdopen(fd, "wb") as writer:
                sealed(reader, writer, recipients)
                writer.flush()
                os.fsync(writer.fileno())
        except FileExistsError:
            raise StoreError("The file is there already.", "Name one that isn't.") from None
        except OSError as error:
            output.unlink(missing_ok=True)
            raise StoreError(
                f"{output} can't be written: {error.strerror}.", "Check its folder and disk."
            ) from None
        finally:
            if plain != store:
                plain.unlink(missing_ok=True)
        intent.counts["bytes"] = output.stat().st_size
    return output.stat().st_size


def _snapshot(at: Office, store: Path) -> Path:
    """The file itself; of a database, one state of it, with what its log holds."""
    from contextlib import closing

    from inspector.stores.base import HasTables
    from inspector.stores.spool import spooled

    with closing(at.desk.open(store)) as opened:  # raises for what is no store
        if not isinstance(opened, HasTables):
            return store
        copy = spooled(lambda file: None, "The store's copy")
        opened.database().snapshot(copy)
        return copy


def open_sealed(
    path: Path,
    config: Config,
    identity: Identity,
    reason: str,
    open_plain: Callable[[Path], Store],
) -> Store:
    """A store from an age file that the role's key opens, in a private copy until it is closed. Raises Denied
    (recorded)."""
    from inspector.access.boxes import identities_of, opened
    from inspector.audit.record import Entry, Resource
    from inspector.session.trail import fingerprint
    from inspector.stores.spool import spooled

    log = open_log(config, identity).log
    where = Resource("store", "", fingerprint(path), log.mark(str(path.absolute()))[:32])
    if not vault_path(config).is_file():
        raise StoreError(
            "There is no vault with the key of this sealed store.", "Name it: [keys] vault in the config."
        )
    with opened_vault(config) as vault:
        keys = identities_of(vault, secrets_of(vault, config, identity))
    try:
        if not keys:
            raise Denied(
                f"This machine holds no key of the role {identity.name} that opens sealed stores.",
                "Use --role with the one that it was sealed for.",
            )
        with (
            log.act(Entry("field.unlock", where, reason=reason, new_state={"from": "age"})),
            path.open("rb") as file,
        ):
            copy = spooled(lambda out: opened(file, out, keys), "The opened store")
    except Denied as error:
        log.denied("fields:unlock", error.what, where)
        raise
    return open_copy(copy, path, open_plain)
