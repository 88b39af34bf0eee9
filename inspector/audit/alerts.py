"""Alerts: looked for in every record as it is written, whichever process writes it.

A rule's window is filled once, from the end of the log back; after that each record costs what its rules
cost. What other inspectors wrote in between is seen by the gap in the numbers.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.audit.reading import moment, newest_first, number, parse_record, text
from inspector.audit.record import Entry, Outcome, Resource
from inspector.errors import Denied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from inspector.audit.reading import Record
    from inspector.audit.rules import Rule

ACTION = "alert.raised"
_FARTHEST = 10_000
"""Records that are read back at most when a window is filled."""


@dataclass(frozen=True, slots=True)
class Raised:
    rule: str
    seen: int
    window: int
    """ns"""
    blocks: bool

    def entry(self) -> Entry:
        return Entry(
            ACTION,
            Resource("alert"),
            counts={"seen": self.seen, "window_s": self.window // 1_000_000_000},
            new_state={"rule": self.rule, "blocks": self.blocks},
        )


@dataclass(slots=True)
class Alerts:
    """Implements `inspector.audit.log.Watch`. `tell` is called with each alert: the screen, a command."""

    folder: Path
    rules: Sequence[Rule]
    tell: Sequence[Callable[[Raised], None]] = ()
    _windows: dict[tuple[str, str], deque[int]] = field(default_factory=lambda: defaultdict(deque))
    _raised: dict[tuple[str, str], int] = field(default_factory=dict)
    _blocked: dict[str, int] = field(default_factory=dict)
    """Rules that block, and until when (ns)."""
    _seq: int | None = None
    """The last record that was looked at; none before the windows are filled."""
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def before(self, entry: Entry) -> None:
        """Refuse what a rule with `block` matches while it is raised. Raises Denied."""
        with self._lock:
            if not any(rule.action == "block" for rule in self.rules):
                return
            import time

            now = time.time_ns()
            self._fill(None)
            for rule in self.rules:
                if rule.action == "block" and self._blocked.get(rule.name, 0) > now and _about(rule, entry):
                    raise Denied(
                        f"The alert {rule.name} blocks this for now.",
                        "See inspector audit alerts; wait, or ask an administrator.",
                    )

    def after(self, lines: Sequence[bytes]) -> Sequence[Entry]:
        with self._lock:
            records = [r for line in lines if (r := parse_record(line)) is not None]
            if self._seq is None and not any(rule.matches(r) for rule in self.rules for r in records):
                # Most runs only read: nothing to count, nothing to look up.
                return ()
            self._fill(number(records[0], "seq"))
            raised = [alert for record in records for alert in self._look(record)]
        for alert in raised:
            for tell in self.tell:
                tell(alert)
        return [alert.entry() for alert in raised]

    def _fill(self, until: int | None) -> None:
        """Look at what stands in the log behind what was looked at, up to record `until`, which is not it.

        At the first call that is what can still count; later, what other processes wrote. Nothing is raised:
        who wrote it raised it.
        """
        first = self._seq is None
        if not first and until is not None and self._seq == until - 1:
            return
        longest = max((rule.window for rule in self.rules), default=0)
        missed: list[Record] = []
        try:
            for record in newest_first(self.folder):
                seq = number(record, "seq")
                if until is not None and seq >= until:
                    continue
                if (self._seq is not None and seq <= self._seq) or len(missed) >= _FARTHEST:
                    break
                if first and missed and _gap(record, missed[0]) > longest:
                    break
                missed.append(record)
        except OSError:
            return
        for record in reversed(missed):
            self._look(record)
        if first and not missed:
            self._seq = -1

    def _look(self, record: Record) -> list[Raised]:
        self._seq = number(record, "seq")
        when = moment(record)
        if when is None:
            return []
        if text(record, "action") == ACTION:
            self._remember(record, when)
            return []
        found = []
        for rule in self.rules:
            if not rule.matches(record):
                continue
            for what in rule.per(record):
                key = (rule.name, what)
                window = self._windows[key]
                window.append(when)
                while window and window[0] <= when - rule.window:
                    window.popleft()
                if len(window) >= rule.threshold and self._due(rule, key, when):
                    self._raised[key] = when
                    if rule.action == "block":
                        self._blocked[rule.name] = when + rule.window
                    found.append(Raised(rule.name, len(window), rule.window, rule.action == "block"))
        return found

    def _due(self, rule: Rule, key: tuple[str, str], when: int) -> bool:
        """What counts one by one is raised each time; what counts many, once a window."""
        last = self._raised.get(key)
        return (rule.threshold == 1 and rule.name not in _ONCE) or last is None or last <= when - rule.window

    def _remember(self, record: Record, when: int) -> None:
        """An alert that another process raised is not raised again, and blocks here too."""
        name = text(record, "new_state", "rule")
        for rule in self.rules:
            if rule.name == name:
                self._raised.setdefault((name, ""), when)
                if rule.action == "block":
                    self._blocked[name] = max(self._blocked.get(name, 0), when + rule.window)


_ONCE = ("after-hours",)


def _gap(older: Record, newer: Record) -> int:
    return (moment(newer) or 0) - (moment(older) or 0)


def _about(rule: Rule, entry: Entry) -> bool:
    """Whether the act to come is of the kind that the rule counts: as its record would look when it ended."""
    import time
    from datetime import UTC, datetime

    would: Record = {
        "action": entry.action,
        "phase": "outcome",
        "outcome": Outcome.SUCCESS.value,
        "counts": dict(entry.counts),
        "subjects": list(entry.subjects),
        "time": datetime.fromtimestamp(time.time(), UTC).isoformat(),
        "seq": -1,
    }
    return rule.matches(would)


def command(argv: Sequence[str]) -> Callable[[Raised], None]:
    """Run a program for each alert, without a shell and without waiting; it reads one JSON line.

    The line holds the rule's name and numbers, nothing about a person. That it can't be started is no reason
    to stop: the alert is in the log.
    """

    def run(alert: Raised) -> None:
        seconds = alert.window // 1_000_000_000
        line = json.dumps({"alert": alert.rule, "seen": alert.seen, "window_s": seconds})
        try:
            process = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            assert process.stdin is not None
            process.stdin.write(line.encode() + b"\n")
            process.stdin.close()
        except OSError:
            return
        threading.Thread(target=process.wait, daemon=True).start()

    return run


def raised(records: Iterable[Record]) -> list[Record]:
    """The alerts among records, for `inspector audit alerts`."""
    return [record for record in records if text(record, "action") == ACTION]
