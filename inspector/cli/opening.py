"""Names on the command line become a session: config, policy, engine, stores."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from inspector.cli.auditing import demand, open_trail
from inspector.cli.engine import build_engine, effective_policy, read_config, tag_key, unsafe_because
from inspector.cli.log import LOG
from inspector.cli.output import narrate
from inspector.cli.who import badge_of, who
from inspector.errors import NotAStore, StoreError
from inspector.session.store_names import store_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from inspector.access.identity import Identity
    from inspector.access.limits import Limit
    from inspector.access.unlocking import Unlocker
    from inspector.cli.common import Common
    from inspector.config import Config
    from inspector.session.audited import AuditedView
    from inspector.stores.base import Store


def open_session(
    names: Sequence[str],
    common: Common,
    config: Config | None = None,
    needs: str = "traces:read",
    *,
    tags: bytes | None = None,
) -> AuditedView:
    """A session over all named stores, as the audit sees it. Close it. Raises Denied, recorded, for a role
    that may not do what it `needs` to. `tags`: the key of all tags,
    for this run; without it each store's own."""
    from inspector.session import Session
    from inspector.session.audited import AuditedView
    from inspector.session.unveiling import Unveiling

    config = config or read_config(common)
    identity = who(common, config)
    demand(config, identity, needs)
    policy = effective_policy(common, config, identity)
    engine = build_engine(policy, tags)
    plugins, mappings = config.texts("formats.plugins"), config.paths("formats.mappings")

    def private_copy(path: Path) -> Store | None:
        if not _is_sealed(path):
            return None
        from inspector.cli.wholes import open_sealed

        return open_sealed(
            path, config, identity, common.reason or "", lambda copy: open_one(copy, plugins, mappings)
        )

    stores = open_stores(names, plugins, mappings, private_copy)
    badge = badge_of(identity, unsafe_because(policy))
    session = Session(
        stores,
        engine,
        badge,
        workers=config.whole("index.workers"),
        key_of=tag_key if tags is None else None,
        # An index that is kept holds tags: one under a key of today is of no use tomorrow.
        cache_max=(config.size("index.cache_max") or 0) if tags is None else 0,
        limit=limit_for(identity),
        unveiling=Unveiling(identity, lambda: unlocker_of(config, identity)),
    )
    return AuditedView(session, lambda: open_trail(config, identity))


def unlocker_of(config: Config, identity: Identity) -> Unlocker | None:
    """What opens sealed values for the role; none where there is no vault."""
    from inspector.access.unlocking import Unlocker
    from inspector.access.vault import Vault
    from inspector.cli.keyring import secrets_of, vault_path

    path = vault_path(config)
    if not path.is_file():
        return None
    vault = Vault(path)
    return Unlocker(vault, identity, lambda: secrets_of(vault, config, identity))


def limit_for(identity: Identity) -> Limit | None:
    """A role that may see everything needs no query language to start with."""
    if not identity.role.limited:
        return None
    from inspector.access.limits import limit_of

    return limit_of(identity.role)


@contextmanager
def scanned(names: Sequence[str], common: Common, *, tags: bytes | None = None) -> Iterator[AuditedView]:
    """An open session, read through, closed at the end."""
    with unscanned(names, common, tags=tags) as opened:
        opened.scan(lambda progress: None, lambda: False)
        progress = opened.progress()
        LOG.info(f"scanned traces={progress.traces} spans={progress.spans} bytes={progress.total}")
        yield opened


@contextmanager
def unscanned(
    names: Sequence[str], common: Common, needs: str = "traces:read", *, tags: bytes | None = None
) -> Iterator[AuditedView]:
    """An open session of which nothing is read yet, closed at the end."""
    opened = open_session(names, common, needs=needs, tags=tags)
    with closing(opened):
        if opened.badge().unsafe:
            narrate(f"UNSAFE: {opened.badge().unsafe}.")
        yield opened
    problem = opened.trail().problem
    if problem is not None:
        narrate(f"This is not in the audit log: {problem.what}. {problem.fix}")


def open_stores(
    names: Sequence[str],
    plugins: Sequence[str],
    mappings: Sequence[Path],
    private_copy: Callable[[Path], Store | None] = lambda path: None,
) -> list[Store]:
    """Every store that `names` mean: a named file must be one, what a folder holds beside is noted. `private_copy`
    opens one that is sealed as a whole, or gives none."""
    from inspector.stores import expand

    paths, notes = expand(names, plugins)
    stores: list[Store] = []
    try:
        for path in paths:
            stores.append(_named(path, plugins, mappings, private_copy))
    except BaseException:
        for store in stores:
            store.close()
        raise
    for note in notes:
        narrate(note)
    if not stores:
        raise NotAStore("There is no trace store there.", "inspector formats lists what can be opened.")
    return stores


def _named(
    path: Path, plugins: Sequence[str], mappings: Sequence[Path], private_copy: Callable[[Path], Store | None]
) -> Store:
    try:
        return private_copy(path) or open_one(path, plugins, mappings)
    except StoreError as error:
        raise type(error)(f"{store_name(path)}: {error.what}", error.fix) from None


def _is_sealed(path: Path) -> bool:
    from inspector.stores import AGE

    try:
        if not path.is_file():  # a pipe would be waited for
            return False
        with path.open("rb") as file:
            return file.read(len(AGE)) == AGE
    except OSError:
        return False  # opening it says why


def open_one(path: Path, plugins: Sequence[str], mappings: Sequence[Path]) -> Store:
    """A store by its content; what no format knows is tried with the mappings that config names."""
    from inspector.stores import open_store

    try:
        return open_store(path, plugins)
    except NotAStore as error:
        for mapping in mappings:
            try:
                return open_store(path, plugins, mapping)
            except NotAStore:
                continue
        raise error from None
