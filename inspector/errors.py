"""Every error a user can meet: one sentence, one fix, one exit code. Never a raw value in either."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command, as the manual lists them."""

    DONE = 0
    NOTHING = 1
    """Nothing found; a check found something; a verification failed."""
    USAGE = 2
    DENIED = 3
    STORE = 4
    """A store can't be read or written."""
    PARTIAL = 5
    HELD = 6
    AUDIT = 7
    STOPPED = 130


class InspectorError(Exception):
    """What happened (`args[0]`, one sentence) and what to do about it (`fix`, one sentence).

    Neither may quote data from a store: name the place (file, line, byte, field) instead.
    """

    exit_code: Exit = Exit.STORE
    sketch: str = ""
    """Lines that show what was typed and where it is wrong, for a terminal; never for a log."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.fix = fix

    @property
    def what(self) -> str:
        return str(self.args[0])


class UsageError(InspectorError):
    """A command line, config file or query that can't be understood."""

    exit_code = Exit.USAGE


class NotFound(InspectorError):
    """What was asked for by id or query isn't there."""

    exit_code = Exit.NOTHING


class Denied(InspectorError):
    """The role in use may not do this."""

    exit_code = Exit.DENIED


class StoreError(InspectorError):
    """A store can't be read or written."""

    exit_code = Exit.STORE


class NotAStore(StoreError):
    """A readable file that is no trace store; the sentence says what it looks like instead."""


class AuditError(InspectorError):
    """A record couldn't be made durable, so the act it describes didn't happen."""

    exit_code = Exit.AUDIT


class HeldBack(InspectorError):
    """Something is in the way: a hold, a reader or writer, a plan that no longer fits."""

    exit_code = Exit.HELD


class PartlyDone(InspectorError):
    """Part of it is done, and it can be resumed."""

    exit_code = Exit.PARTIAL
