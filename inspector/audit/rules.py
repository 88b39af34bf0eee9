"""Alert rules as data: which records count, how many within how long, and what happens then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from inspector.audit.reading import counts, moment, subjects, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.audit.hosts import KnownHosts
    from inspector.audit.reading import Record

MINUTE = 60 * 1_000_000_000
HOUR = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Rule:
    """Raised when `threshold` records that `matches` lie within `window` ns; at most once a window.

    `per` gives what is counted apart (a subject, a host); none of it means the record as a whole.
    """

    name: str
    matches: Callable[[Record], bool]
    threshold: int = 1
    window: int = HOUR
    action: Literal["notify", "block"] = "notify"
    per: Callable[[Record], Sequence[str]] = lambda record: ("",)


def _done(record: Record) -> bool:
    """An act counts when it ended, not when it was announced."""
    return text(record, "phase") != "intent" and text(record, "outcome") != "denied"


def _any(*actions: str) -> Callable[[Record], bool]:
    return lambda record: text(record, "action") in actions and _done(record)


def _starts(*prefixes: str) -> Callable[[Record], bool]:
    return lambda record: text(record, "action").startswith(prefixes) and _done(record)


REVEALS = ("pii.reveal", "field.unlock", "clipboard.copy")
EXPORTS = ("report.export", "export.pushed", "subject.exported", "audit.exported")


def built_in(export_rows: int) -> tuple[Rule, ...]:
    """The rules that are on by default. `export_rows` is the limit of the role in use."""
    return (
        Rule("erasure", _any("erasure.executed", "erasure.resumed", "erasure.failed")),
        Rule("keys-changed", _starts("key.", "keys.")),
        Rule("retention-changed", _any("retention.changed", "retention.applied")),
        Rule("redaction-weakened", _any("policy.weakened", "redaction.disabled")),
        Rule(
            "large-export",
            lambda record: _any(*EXPORTS)(record) and counts(record).get("rows", 0) > export_rows,
        ),
        Rule("many-exports", _any(*EXPORTS), 20),
        Rule("many-reveals", _any(*REVEALS), 50),
        Rule("many-denials", lambda record: text(record, "outcome") == "denied", 10, 10 * MINUTE),
        Rule("one-person-often", _any("trace.view", *REVEALS), 100, per=subjects),
        Rule("audit-pruned", _any("audit.pruned")),
    )


def outside(hours: str) -> Callable[[Record], bool]:
    """Whether a record lies outside working hours, as `08:00-19:00`, in this machine's time, midnight or not.

    Raises ValueError.
    """
    first, _, last = hours.partition("-")
    begin, end = _minutes(first), _minutes(last)

    def test(record: Record) -> bool:
        ns = moment(record)
        if ns is None:
            return False
        then = datetime.fromtimestamp(ns // 1_000_000_000, UTC).astimezone()
        at = then.hour * 60 + then.minute
        return not (begin <= at < end if begin <= end else at >= begin or at < end)

    return test


def _minutes(clock: str) -> int:
    then = datetime.strptime(clock.strip(), "%H:%M")
    return then.hour * 60 + then.minute


def after_hours(hours: str) -> Rule:
    return Rule("after-hours", outside(hours), window=12 * HOUR)


def new_host(hosts: KnownHosts) -> Rule:
    def test(record: Record) -> bool:
        host = text(record, "host")
        return bool(host) and hosts.is_new(host)

    return Rule("first-seen-host", test)
