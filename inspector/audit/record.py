"""One record of the log: who did what to which resource, with what outcome; hashes and counts, no values."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

import orjson

from inspector import __version__
from inspector.audit.actions import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION = 1
Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


class Phase(StrEnum):
    EVENT = "event"
    """Done in one step; nothing waits for it."""
    INTENT = "intent"
    OUTCOME = "outcome"


class Outcome(StrEnum):
    SUCCESS = "success"
    FAILURE = "failure"
    DENIED = "denied"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who. `asserted` means that the role was only claimed; `key_id` names the key that proved it."""

    role: str
    asserted: bool = True
    key_id: str = ""
    team: str = ""
    type: Literal["user", "service", "ai_agent", "system"] = "user"


@dataclass(frozen=True, slots=True)
class Resource:
    """What it was done to. Ids are HMACs; `store` is a store's fingerprint, `path` the hash of its path."""

    type: str = ""
    id_hmac: str = ""
    store: str = ""
    path: str = ""


NO_RESOURCE = Resource()


@dataclass(frozen=True, slots=True)
class Entry:
    """What a caller says of an act. `counts` and the states hold numbers and hashes, never values."""

    action: str
    resource: Resource = NO_RESOURCE
    outcome: Outcome | None = Outcome.SUCCESS
    phase: Phase = Phase.EVENT
    op_id: str = ""
    reason: str = ""
    purpose: str = ""
    request: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    previous_state: Mapping[str, Json] = field(default_factory=dict)
    new_state: Mapping[str, Json] = field(default_factory=dict)
    classification: str = ""
    fields: tuple[str, ...] = ()
    """Paths of the data touched, never their content."""
    subjects: tuple[str, ...] = ()
    """Keyed marks (`AuditLog.mark`) of the persons whose data was touched."""
    redacted: bool = True
    error: str = ""

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"unknown audit action {self.action}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What doesn't change while the program runs."""

    uid: int
    user: str
    host: str
    tty: str
    ip: str
    session: str

    @classmethod
    def current(cls) -> Surroundings:
        return cls(
            uid=os.getuid() if hasattr(os, "getuid") else -1,
            user=os_user(),
            host=socket.gethostname(),
            tty=_tty(),
            ip=os.environ.get("SSH_CONNECTION", "").split(" ")[0],
            session=secrets.token_hex(8),
        )


def os_user() -> str:
    """The account's name by its uid: what the environment says of it, anybody can set."""
    try:
        import pwd
    except ImportError:
        import getpass

        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _tty() -> str:
    try:
        return os.ttyname(sys.stdin.fileno())
    except (OSError, ValueError, AttributeError):
        return ""


def encode(
    entry: Entry,
    actor: Actor,
    around: Surroundings,
    *,
    seq: int,
    prev: bytes,
    now: datetime | None = None,
    sealed: Sequence[Mapping[str, str | int]] = (),
) -> bytes:
    """The line of a record without its newline: UTF-8 JSON, keys in a fixed order, empty ones left out."""
    action = ACTIONS[entry.action]
    record: dict[str, object] = {
        "v": VERSION,
        "seq": seq,
        "time": (now or datetime.now(UTC)).isoformat(timespec="microseconds"),
        "event_id": secrets.token_hex(16),
        "op_id": entry.op_id,
        "phase": entry.phase,
        "action": entry.action,
        "category": action.category,
        "outcome": entry.outcome,
        "actor": {
            "type": actor.type,
            "uid": around.uid,
            "user": around.user,
            "role": actor.role,
            "key_id": actor.key_id,
            "asserted": actor.asserted,
            "team": actor.team,
        },
        "host": around.host,
        "session": around.session,
        "tty": around.tty,
        "ip": around.ip,
        "user_agent": f"inspector/{__version__}",
        "resource": {
            "type": entry.resource.type,
            "id_hmac": entry.resource.id_hmac,
            "store_fp": entry.resource.store,
            "path_hash": entry.resource.path,
        },
        "reason": entry.reason,
        "purpose": entry.purpose,
        "request": entry.request,
        "counts": dict(entry.counts),
        "previous_state": dict(entry.previous_state),
        "new_state": dict(entry.new_state),
        "classification": entry.classification,
        "fields": list(entry.fields),
        "subjects": list(entry.subjects),
        "redacted": entry.redacted,
        "error": entry.error,
        "compliance": list(action.tags),
        "sealed": [dict(s) for s in sealed],
        "prev": prev.hex(),
    }
    return orjson.dumps({k: v for k, v in record.items() if v not in ("", None, {}, [])})
