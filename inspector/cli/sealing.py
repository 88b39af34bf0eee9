"""Sealing put together for a command: keys, plan, question, intent, act."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.auditing import require
from inspector.cli.keyring import opened_vault, secrets_of
from inspector.cli.lifecycle import Office, office
from inspector.cli.opening import unlocker_of
from inspector.cli.output import narrate
from inspector.errors import Denied, Exit, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.access.sealing import SealingKeys
    from inspector.cli.common import Common
    from inspector.cli.output import Out
    from inspector.lifecycle.jobs import Job
    from inspector.lifecycle.seal import SealPlan
    from inspector.lifecycle.sealing import Sealed
    from inspector.lifecycle.selection import Structure
    from inspector.lifecycle.wish import Wish
    from inspector.stores.base import Store
    from inspector.stores.edits import Editor


@dataclass(frozen=True, slots=True)
class Act:
    """`finished` is what was left of earlier runs."""

    run: Callable[[], Sealed]
    finished: tuple[Sealed, ...] = ()

    def exit(self, done: Sealed | None = None) -> Exit:
        """`done` is none where there was nothing else to do."""
        all_of = (*self.finished, *(() if done is None else (done,)))
        if any(each.partial for each in all_of):
            return Exit.PARTIAL
        return Exit.DONE if all_of else Exit.NOTHING


@dataclass(frozen=True, slots=True)
class Sealer:
    office: Office

    @classmethod
    def of(cls, common: Common, permission: str) -> Sealer:
        """Raises Denied, recorded."""
        return cls(office(common, permission))

    def wish(
        self, fields: str | None, types: str | None, level: str | None, per_subject: bool | None = None
    ) -> Wish:
        from inspector.lifecycle.wish import Wish

        config = self.office.config
        asked = fields is not None or types is not None
        names = _listed(fields) if asked else list(config.texts("encryption.fields"))
        made = Wish(
            tuple(names),
            tuple(_listed(types)),
            level or "",
            frozenset(config.texts("encryption.blind_index")),
            config.flag("encryption.per_subject") if per_subject is None else per_subject,
        )
        made.paths()
        return made

    @contextmanager
    def planned(self, store: str, wish: Wish | None, *, dry_run: bool) -> Iterator[tuple[SealPlan, Act]]:
        """The plan, and what carries it out. What was interrupted before is finished first. Without a wish it is
        about unsealing."""
        from inspector.lifecycle import jobs
        from inspector.lifecycle.sealing import new_job, perform

        desk, path = self.office.desk, Path(store)
        kind = jobs.JobKind.UNSEAL if wish is None else jobs.JobKind.SEAL
        with jobs.alone():
            finished = [] if dry_run else [self._finished(job) for job in jobs.begun_on(path, kind)]
            jobs.refuse_while_open()
            with desk.editing(path) as (opened, editor):
                plan = self._plan(opened, editor, wish)

                def act() -> Sealed:
                    job = new_job(desk, kind, path, plan, self.office.reason, wish)
                    done = perform(desk, job, opened, editor, plan)
                    if done.partial:
                        narrate(f"It is done in part: {done.partial} {job.way_on} goes on.")
                    return done

                yield plan, Act(act, tuple(finished))

    def _finished(self, job: Job) -> Sealed:
        from inspector.lifecycle.sealing import resume

        done = resume(self.office.desk, job, lambda store, editor: self._plan(store, editor, job.wish))
        narrate(
            f"The operation {job.id} that was interrupted is "
            + (f"done in part: {done.partial}" if done.partial else "finished.")
        )
        return done

    def _plan(self, store: Store, editor: Editor, wish: Wish | None) -> SealPlan:
        from inspector.lifecycle.selection import Structure
        from inspector.session.limited import limited

        desk = self.office.desk
        veil = desk.veil(store.info.path)
        # Of a role with limits: the spans that exist for it, each by itself.
        structure = Structure.of(limited(store, desk.limit, veil), veil)
        if wish is None:
            return self.unseal_plan(structure, editor)
        return self.seal_plan(structure, editor, wish)

    def seal_plan(self, structure: Structure, editor: Editor, wish: Wish) -> SealPlan:
        from inspector.access.persons import PersonKeys
        from inspector.access.producer import keys_under
        from inspector.lifecycle.seal import plan_seal

        identity = self.office.auditing.identity
        with opened_vault(self.office.config) as vault:
            secrets = secrets_of(vault, self.office.config, identity)
            if not secrets:
                raise Denied(
                    f"This machine holds no key of the role {identity.name}.",
                    f"An admin makes one: inspector keys grant {identity.name}",
                )
            keys = keys_under(vault, secrets[0])
            if wish.by_subject:
                keys = replace(keys, subjects=PersonKeys.of(vault, keys))
        return plan_seal(
            structure.veil, structure, editor, wish, keys, lambda level: self._permit(level, keys)
        )

    def _permit(self, level: str, keys: SealingKeys) -> None:
        """A role seals at the levels that it may open. Raises Denied, recorded."""
        require(self.office.auditing, f"fields:unlock:{level}")
        if level not in keys.keys:
            error = Denied(
                f"The key of this role that this machine holds has no part in the level {level}.",
                f"An admin grants it anew: inspector keys grant {self.office.auditing.identity.name}",
            )
            self.office.auditing.log.denied(f"fields:unlock:{level}", error.what)
            raise error

    def unseal_plan(self, structure: Structure, editor: Editor) -> SealPlan:
        from inspector.lifecycle.seal import plan_unseal

        unlocker = unlocker_of(self.office.config, self.office.auditing.identity)
        if unlocker is None:
            raise StoreError("There is no vault yet.", "Make it: inspector keys init --role admin")
        try:
            return plan_unseal(structure, editor, unlocker)
        finally:
            unlocker.lock()
            unlocker.vault.close()


def report(out: Out, plan: SealPlan, as_json: bool, done: str) -> None:
    if as_json:
        counts = {"places": plan.cells, "inside_longer_texts": plan.inside, "missed": plan.missed}
        out.json({done: dict(plan.counts), **counts})
        return
    for name, n in plan.counts.most_common():
        out.line(f"{n:>8,}  {name}")
    if plan.inside:
        out.line(f"{plan.inside:>8,}  places hold one of them inside a longer text: not sealed")
    if plan.missed:
        out.line(
            f"{plan.missed:>8,}  numbers stand where they can't be sealed: in a column of their own, or a text"
        )


def agreed(yes: bool, question: str) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("This changes the store.", "Add --yes, or look first: --dry-run.")
    return click.confirm(question, default=False, err=True)


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]
