"""Sealing put together for a command: keys, plan, question, intent, act."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.keyring import opened_vault, secrets_of
from inspector.cli.lifecycle import Office, office
from inspector.cli.opening import unlocker_of
from inspector.cli.output import narrate
from inspector.errors import Denied, HeldBack, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.cli.common import Common
    from inspector.cli.output import Out
    from inspector.lifecycle.seal import SealPlan, Wish
    from inspector.lifecycle.selection import Structure
    from inspector.stores.edits import Editor

    Planner = Callable[[Structure, Editor], SealPlan]
    Act = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Sealer:
    office: Office

    @classmethod
    def of(cls, common: Common, permission: str) -> Sealer:
        """Raises Denied, recorded."""
        return cls(office(common, permission))

    def wish(self, fields: str | None, types: str | None, level: str | None) -> Wish:
        from inspector.lifecycle.seal import Wish
        from inspector.query.fieldpath import PathSet, parse

        config = self.office.config
        names = (
            _listed(fields)
            if fields is not None or types is not None
            else list(config.texts("encryption.fields"))
        )
        paths = PathSet([parse(name) for name in names])
        return Wish(
            paths, tuple(_listed(types)), level or "", frozenset(config.texts("encryption.blind_index"))
        )

    @contextmanager
    def planned(self, store: str, planner: Planner) -> Iterator[tuple[SealPlan, Act]]:
        """The plan, and what carries it out: it returns how many places still hold a value."""
        from inspector.audit.record import Entry, Resource
        from inspector.lifecycle import jobs, ours
        from inspector.lifecycle.seal import carry_out, residue
        from inspector.lifecycle.selection import Structure
        from inspector.session.trail import fingerprint

        desk, path = self.office.desk, Path(store)
        with jobs.alone(), desk.editing(path) as (opened, editor):
            jobs.refuse_while_open()
            structure = Structure.of(opened, desk.veil(path))
            plan = planner(structure, editor)

            def act(action: str) -> int:
                refusals = editor.preview(plan.edits).refusals
                if refusals:
                    raise HeldBack(refusals[0], "Clear that, then try again.")
                where = Resource("store", "", fingerprint(path), desk.log.mark(str(path.absolute()))[:32])
                entry = Entry(
                    action, where, reason=self.office.reason, counts={"values": sum(plan.counts.values())}
                )
                with desk.log.act(entry) as intent:
                    done = carry_out(editor, plan, intent)
                    ours.clean(path, lambda text: False)
                    left = residue(desk, path, sorted(plan.values)) if plan.values else 0
                    if left:
                        intent.counts["inside longer texts"] = left
                if done.partial:
                    narrate(done.partial)
                return left

            yield plan, act

    def seal_plan(self, structure: Structure, editor: Editor, wish: Wish) -> SealPlan:
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
        return plan_seal(structure.veil, structure, editor, wish, keys)

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
        out.json({done: dict(plan.counts), "places": plan.cells, "inside_longer_texts": plan.inside})
        return
    for name, n in plan.counts.most_common():
        out.line(f"{n:>8,}  {name}")
    if plan.inside:
        out.line(f"{plan.inside:>8,}  places hold one of them inside a longer text: not sealed")


def agreed(yes: bool, question: str) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("This changes the store.", "Add --yes, or look first: --dry-run.")
    return click.confirm(question, default=False, err=True)


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]
