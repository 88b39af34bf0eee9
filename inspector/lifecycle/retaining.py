"""Retention of one store: the plan of what has run out, and what is put by before it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from inspector.errors import HeldBack
from inspector.lifecycle import archive, otlp_out, rotated
from inspector.lifecycle.archive import Archive, Tier
from inspector.lifecycle.fields import rewritten, section_of
from inspector.lifecycle.logs import DueLogs, due_logs
from inspector.lifecycle.planning import held_traces, traces_plan
from inspector.lifecycle.policy import Tiers
from inspector.lifecycle.retention import Due, due, own_retention
from inspector.lifecycle.selection import Structure
from inspector.lifecycle.sight import OUTSIDE
from inspector.lifecycle.subjects import part_of
from inspector.model import RowPlace
from inspector.redaction.placeholders import is_placeholder
from inspector.session.store_names import store_name
from inspector.stores.edits import Edits, Rewrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from inspector.lifecycle.desk import Desk
    from inspector.lifecycle.literals import Literal
    from inspector.lifecycle.plan import StorePlan, Terms
    from inspector.lifecycle.policy import RetentionPolicy
    from inspector.query.fieldpath import FieldPath
    from inspector.stores.base import Store
    from inspector.stores.edits import Cell, Editor

REDACTED: Final = "[REDACTED]"


@dataclass(slots=True)
class Retention:
    """One run over one or more stores at one moment. What a plan found is kept for what comes before the act."""

    desk: Desk
    policy: RetentionPolicy
    now: int
    terms: Terms
    found: dict[Path, tuple[Structure, Due]] = field(default_factory=dict)
    logs: dict[Path, DueLogs] = field(default_factory=dict)

    def plan(self, store: Store, editor: Editor, stopped: Callable[[], bool] = lambda: False) -> StorePlan:
        """Raises QueryError, StoreError."""
        path = store.info.path
        sight = self.desk.sight(store, stopped)
        structure = Structure.of(store, self.desk.veil(path), stopped).narrowed(sight)
        held = held_traces(self.desk, editor, structure)
        what = self._due(structure, editor, held, stopped)
        self.found[path.resolve()] = structure, what
        logs = self.logs[path.resolve()] = due_logs(
            self.desk, store, editor, Tiers() if sight else self.policy.logs, self.now, what.gone, held
        )
        edits = Edits(
            traces=frozenset(what.gone),
            records=tuple(logs.places),
            rewrites=tuple(self._rewrites(structure, editor, what)),
            past_readers=self.terms.past_readers,
        )
        return traces_plan(
            self.desk,
            editor,
            structure,
            edits,
            what.reasons(),
            self.terms,
            (*self._notes(path, what), *((OUTSIDE,) if sight else ())),
            heed_holds=False,
        )

    def count(self, store: Store, editor: Editor, stopped: Callable[[], bool]) -> int:
        """How many traces have run out, as far as was seen until `stopped`; for a banner, which no act follows."""
        sight = self.desk.sight(store, stopped)
        structure = Structure.of(store, self.desk.veil(store.info.path), stopped).narrowed(sight)
        what = self._due(structure, editor, held_traces(self.desk, editor, structure), stopped)
        return len(what.gone) + len(what.redact)

    def _due(
        self, structure: Structure, editor: Editor, held: dict[str, str], stopped: Callable[[], bool]
    ) -> Due:
        beside = rotated.siblings(structure.store.info.path)
        return due(
            structure,
            self.policy,
            self.now,
            held=held,
            own=own_retention(structure, editor),
            elsewhere=rotated.latest_starts(beside, self.desk.open, structure.traces.__contains__),
            stopped=stopped,
        )

    def _notes(self, path: Path, what: Due) -> list[str]:
        out = [f"{count:,} traces wait: each {why}." for why, count in what.waiting.items()]
        if what.traces and len(what.gone) == what.traces and rotated.was_rotated(path):
            out.append("All traces of this rotated file go: it is removed, unless it holds something else.")
        if what.held:
            out.append(
                f"{len(what.held):,} traces that have run out are held ({', '.join(sorted(set(what.held.values())))})."
            )
        return out

    def guard(self) -> None:
        """Raises HeldBack where more would go than the policy allows without being asked again."""
        for path, (_, what) in self.found.items():
            if what.share > self.policy.max_share:
                raise HeldBack(
                    f"{store_name(path)}: {what.share:.0%} of all traces would go, more than max_share "
                    f"({self.policy.max_share:.0%}).",
                    "Check the clock and the policy; then confirm the plan with --confirm.",
                )
            for rule in self.policy.rules:
                taken = what.by_rule[rule.name]
                if rule.max_share is not None and taken > rule.max_share * what.traces:
                    raise HeldBack(
                        f"{store_name(path)}: the rule {rule.name} would take {taken:,} of {what.traces:,} traces, more than "
                        f"its max_share.",
                        "Look at what it matches; then confirm the plan with --confirm.",
                    )

    def put_by(self, store: Store, plan: StorePlan, op_id: str) -> dict[str, int]:
        """Write the archives of what is about to go, before it does."""
        path = store.info.path.resolve()
        archive.sweep(path)
        structure, what = self.found[path]
        logs = self.logs[path]
        made: dict[str, int] = {}
        if logs.places:
            archive.write(path, Tier.WARM, op_id, logs.lines(store), logs.newest, self.now, logs=True)
            made["logs archived"] = len(logs.places)
        if what.archive:
            self._write(structure, Tier.WARM, op_id, what.archive)
            made["archived"] = len(what.archive)
        if what.delete and self.policy.quarantine:
            self._write(structure, Tier.QUARANTINE, op_id, what.delete)
            made["quarantined"] = len(what.delete)
        return made

    def _write(self, structure: Structure, tier: Tier, op_id: str, ids: dict[str, str]) -> None:
        heads = [structure.traces[id] for id in ids]
        newest = max((h.start for h in heads if h.start is not None), default=0)

        loaded = (structure.load(each) for each in heads)
        lines = (otlp_out.line(trace) for trace in loaded if trace is not None)
        archive.write(structure.store.info.path.resolve(), tier, op_id, lines, newest, self.now)

    def _rewrites(self, structure: Structure, editor: Editor, what: Due) -> Iterator[Rewrite]:
        """Fields that have run out, and traces that are to be redacted, in what stays."""
        ages = {
            id: self.now - heads.start for id, heads in structure.traces.items()
            if heads.start is not None and id not in what.gone and id not in what.held
        }  # fmt: skip
        rules = [rule for rule in self.policy.fields if any(age > rule.keep for age in ages.values())]
        if not rules and not what.redact:
            return
        needles = () if what.redact else _needles([rule.path for rule in rules])
        for cell in editor.cells(needles):
            new = self._redacted(structure, editor, cell, what) if what.redact else None
            content = cell.content if new is None else new
            for rule in rules:
                within = _Belongs(editor, cell, _older(ages, rule.keep))
                changed = rewritten(content, _column(cell), [rule.path], _hide, within, beneath=True)
                content = content if changed is None else changed
            if content != cell.content:
                yield Rewrite(cell.place, cell.digest, content)

    def _redacted(self, structure: Structure, editor: Editor, cell: Cell, what: Due) -> bytes | None:
        veil = structure.veil
        column = _column(cell)

        def redact(old: str, keys: tuple[str | int, ...]) -> str | None:
            section, inner = section_of(keys)
            shown = veil.engine.text(old, inner, section)
            return None if shown.clean else str(shown)

        within = _Belongs(editor, cell, what.redact.__contains__)
        return rewritten(cell.content, column, None, redact, within)


def _older(ages: dict[str, int], keep: int) -> Callable[[str], bool]:
    return lambda id: ages.get(id, 0) > keep


def _hide(old: str, _keys: tuple[str | int, ...]) -> str | None:
    return None if is_placeholder(old) else REDACTED


class _Belongs:
    """Whether a part of a cell belongs to a trace that is meant."""

    def __init__(self, editor: Editor, cell: Cell, meant: Callable[[str], bool]) -> None:
        self._editor = editor
        self._cell = cell
        self._meant = meant
        self._known: dict[tuple[str | int, ...], bool] = {}

    def __call__(self, literal: Literal) -> bool:
        part = part_of(literal.path)
        if part not in self._known:
            owners = self._editor.owners(self._cell, [part])
            # What several traces share stays readable until it has run out for all of them.
            self._known[part] = bool(owners) and all(self._meant(owner.trace_id) for owner in owners)
        return self._known[part]


def _column(cell: Cell) -> str:
    return str(cell.place.path[0]) if isinstance(cell.place, RowPlace) and cell.place.path else ""


def _needles(paths: list[FieldPath]) -> tuple[bytes, ...]:
    """The longest run of letters in each path's last key; none where a path has no such key."""
    import re

    found = [max(re.findall(r"[a-z0-9]+", path.last or ""), key=len, default="") for path in paths]
    return tuple(name.encode() for name in found) if all(found) else ()


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is to become of a store's archives now."""

    expired: tuple[Archive, ...]
    cooling: tuple[Archive, ...]


def ageing(path: Path, policy: RetentionPolicy, now: int) -> Ageing:
    expired: list[Archive] = []
    cooling: list[Archive] = []
    for each in archive.of_store(path.resolve()):
        tiers = policy.logs if each.logs else policy.traces
        hot, warm, cold = (t or 0 for t in (tiers.hot, tiers.warm, tiers.cold))
        age = now - each.newest
        if each.tier is Tier.QUARANTINE:
            if now - each.made > (policy.quarantine or 0):
                expired.append(each)
        elif tiers.cold is not None and age > hot + warm + cold:
            expired.append(each)
        elif each.tier is Tier.WARM and tiers.warm is not None and age > hot + warm:
            (cooling if tiers.cold is not None else expired).append(each)
    return Ageing(tuple(expired), tuple(cooling))
