"""The retention policy as config states it: rules in file order, environments, default, fields, tiers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from inspector.config.units import duration
from inspector.errors import UsageError
from inspector.query import parse
from inspector.query.fieldpath import FieldPath
from inspector.query.fieldpath import parse as parse_path
from inspector.query.tree import Term, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.config import Config

_DETECTED: Final = frozenset(("pii", "level"))
RECOMMENDED: Final = """\
[retention]
default = "30d"
quarantine = "7d"
max_share = 0.5

[retention.environment]
development = "7d"
staging = "30d"
production = "90d"

[[retention.rule]]
name = "personal data is redacted after a day"
query = "pii:any"
keep = "24h"
action = "redact"

[[retention.rule]]
name = "errors stay longer"
query = "status:error"
keep = "60d"

[[retention.field]]
path = "user.email"
keep = "30d"
"""
"""What `inspector retention init` adds to the config."""


class Action(StrEnum):
    DELETE = "delete"
    REDACT = "redact"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Rule:
    """`keep` is ns."""

    name: str
    query: str
    keep: int
    action: Action = Action.DELETE
    max_share: float | None = None


@dataclass(frozen=True, slots=True)
class FieldRule:
    path: FieldPath
    keep: int


@dataclass(frozen=True, slots=True)
class Tiers:
    """How long in the store, then in an archive, then in one without personal data; ns, none where unset."""

    hot: int | None = None
    warm: int | None = None
    cold: int | None = None

    @property
    def on(self) -> bool:
        return self.hot is not None


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    rules: tuple[Rule, ...] = ()
    environments: tuple[tuple[str, int], ...] = ()
    default: int | None = None
    fields: tuple[FieldRule, ...] = ()
    quarantine: int | None = None
    max_share: float = 0.5
    traces: Tiers = Tiers()
    logs: Tiers = Tiers()
    """Of log records in the same files, by their own time."""
    active: bool = False
    """Whether the config has a `[retention]` section at all."""

    def environment(self, name: str) -> int | None:
        return next((keep for env, keep in self.environments if env.casefold() == name.casefold()), None)


def read(config: Config) -> RetentionPolicy:
    """Raises UsageError for a rule that can't be meant."""
    environment = config.table("retention.environment")
    share = config.value("retention.max_share")
    return RetentionPolicy(
        rules=tuple(_rule(row, number) for number, row in enumerate(config.rows("retention.rule"), 1)),
        environments=tuple((name, _keep(text, f"environment {name}")) for name, text in environment.items()),
        default=config.duration("retention.default"),
        fields=tuple(_field(row) for row in config.rows("retention.field")),
        quarantine=config.duration("retention.quarantine"),
        max_share=float(share) if isinstance(share, int | float) else 0.5,
        traces=_tiers(config, "traces"),
        logs=_tiers(config, "events"),
        active=config.has("retention"),
    )


def _tiers(config: Config, of: str) -> Tiers:
    return Tiers(*(config.duration(f"retention.tiers.{of}.{name}") for name in ("hot", "warm", "cold")))


def _rule(row: Mapping[str, object], number: int) -> Rule:
    name = str(row.get("name") or f"rule {number}")
    query = str(row.get("query") or "")
    action = Action(str(row.get("action") or "delete"))
    share = row.get("max_share")
    share = float(share) if isinstance(share, int | float) else None
    if not query.strip():
        raise UsageError(
            f"The retention rule {name} has no query.", "Give it one; retention.default is for all."
        )
    detected = any(isinstance(leaf, Term) and leaf.field in _DETECTED for leaf in leaves(parse(query)))
    if action is Action.DELETE and detected and not (row.get("allow_detector_delete") is True and share):
        raise UsageError(
            f"The retention rule {name} would delete on a detector's word.",
            'Redact instead (action = "redact"), or set allow_detector_delete = true and max_share.',
        )
    return Rule(name, query, _keep(row.get("keep"), name), action, share)


def _field(row: Mapping[str, object]) -> FieldRule:
    path = str(row.get("path") or "")
    return FieldRule(parse_path(path), _keep(row.get("keep"), path or "a field rule"))


def _keep(value: object, name: str) -> int:
    found = duration(value) if isinstance(value, str) else None
    if found is None:
        raise UsageError(f"The retention of {name} has no duration.", 'Write keep = "30d".')
    return found
