"""What has run out in a store: for each trace the first that speaks of it, in the contract's order.

A hold beats all; then the first rule in file order whose query matches; then the span attribute
`data.retention`; then the environment; then the default. Age counts from the trace's start.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from inspector.config.units import duration
from inspector.lifecycle.policy import Action, RetentionPolicy, Rule
from inspector.lifecycle.selection import Chooser, Structure
from inspector.query.fieldpath import parse as parse_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inspector.lifecycle.facts import Heads
    from inspector.stores.edits import Editor

OWN: Final = "data.retention"
_PATH: Final = parse_path(OWN)
DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Term:
    """How long a trace stays, and who says so."""

    keep: int | None
    """ns; none is for ever."""
    reason: str
    action: Action = Action.DELETE
    rule: Rule | None = None


@dataclass(slots=True)
class Due:
    """Trace ids by what is to become of them; everything else stays."""

    delete: dict[str, str] = field(default_factory=dict)
    """With the reason."""
    redact: dict[str, str] = field(default_factory=dict)
    archive: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    """Would have run out, but for a hold; with its id."""
    waiting: Counter[str] = field(default_factory=Counter)
    """Why traces wait: no start, still in progress, a part that isn't due."""
    next: dict[str, int] = field(default_factory=dict)
    """When the first trace runs out under each reason, ns since the epoch."""
    by_rule: Counter[str] = field(default_factory=Counter)
    traces: int = 0

    @property
    def gone(self) -> set[str]:
        return {*self.delete, *self.archive}

    @property
    def share(self) -> float:
        return len(self.gone) / self.traces if self.traces else 0.0

    def reasons(self) -> dict[str, int]:
        return dict(Counter((*self.delete.values(), *self.archive.values(), *self.redact.values())))


def due(
    structure: Structure,
    policy: RetentionPolicy,
    now: int,
    *,
    held: Mapping[str, str],
    own: Mapping[str, int],
    elsewhere: Mapping[str, int | None],
    stopped: Callable[[], bool] = lambda: False,
) -> Due:
    """`own` are the traces' attributes `data.retention` (ns); `elsewhere` the latest start of a part of a trace
    in a rotated sibling (none: without a start)."""
    found = Due(traces=len(structure.traces))
    choosers = [(rule, Chooser(rule.query, now)) for rule in policy.rules]
    for id, heads in structure.traces.items():
        if stopped():
            break
        term = _term(structure, heads, policy, choosers, own.get(id))
        if term.keep is None:
            continue
        if heads.start is None:
            found.waiting["has no start"] += 1
            continue
        if now - heads.start <= term.keep:
            at = heads.start + term.keep
            found.next[term.reason] = min(at, found.next.get(term.reason, at))
        elif heads.in_progress:
            found.waiting["is still in progress"] += 1
        elif id in elsewhere and _young(elsewhere[id], now, term.keep):
            found.waiting["has a part in another file that isn't due"] += 1
        elif id in held:
            found.held[id] = held[id]
        else:
            _sort(found, id, term)
    return found


def _young(start: int | None, now: int, keep: int) -> bool:
    return start is None or now - start <= keep


def _sort(found: Due, id: str, term: Term) -> None:
    into = {Action.DELETE: found.delete, Action.REDACT: found.redact, Action.ARCHIVE: found.archive}
    into[term.action][id] = term.reason
    if term.rule is not None and term.action is not Action.REDACT:
        found.by_rule[term.rule.name] += 1


def _term(
    structure: Structure,
    heads: Heads,
    policy: RetentionPolicy,
    choosers: list[tuple[Rule, Chooser]],
    own: int | None,
) -> Term:
    for rule, chooser in choosers:
        if chooser.takes(structure, heads):
            return Term(rule.keep, f"rule {rule.name}", rule.action, rule)
    if own is not None:
        return Term(own, OWN)
    for name in heads.values("environment") or ():
        keep = policy.environment(str(name))
        if keep is not None:
            return _tiered(policy, Term(keep, f"environment {name}"))
    return _tiered(policy, Term(policy.default, DEFAULT))


def _tiered(policy: RetentionPolicy, term: Term) -> Term:
    """With tiers, a trace that no rule speaks of moves to an archive when it is no longer hot."""
    hot = policy.traces.hot
    if hot is None or (term.keep is not None and term.keep <= hot):
        return term
    return Term(hot, "tier hot", Action.ARCHIVE)


def own_retention(structure: Structure, editor: Editor) -> dict[str, int]:
    """Traces of which a span says itself how long it stays; the longest of a trace's counts."""
    ids = {
        owner.trace_id
        for cell in editor.cells((b"retention",))
        for owner in editor.owners(cell, [()])
        if owner.trace_id in structure.traces
    }
    found: dict[str, int] = {}
    for id in ids:
        facts = structure.facts(structure.traces[id])
        if facts is None:
            continue
        for span in facts.spans():
            for section, keys, value in span.leaves():
                if isinstance(value, str) and _PATH.matches(keys, section):
                    keep = duration(value)
                    if keep is not None:
                        found[id] = max(keep, found.get(id, keep))
    return found
