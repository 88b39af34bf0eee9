"""Opening what is hidden in one span, or one field of it, for a while: asked for with a reason, written to the
audit before anything is opened, gone again by itself.

What is open lives here and nowhere else: search, filter, sort and index go on seeing the redacted view.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs

from inspector.access.envelope import EnvelopeError
from inspector.access.places import sealed_places
from inspector.errors import Denied, NotFound, UsageError
from inspector.redaction.engine import Redactor
from inspector.redaction.revealing import revealing
from inspector.session.narrowing import covers, narrowed
from inspector.session.redactions import texts_of
from inspector.session.show import show_span
from inspector.session.veil import Veil
from inspector.view import State, Unlocked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.access.envelope import Where
    from inspector.access.identity import Identity
    from inspector.access.sealed import Sealed
    from inspector.access.unlocking import Unlocker
    from inspector.audit.record import Entry, Resource
    from inspector.model import Span, Value
    from inspector.session.locks import Locks
    from inspector.session.trail import Trail
    from inspector.view import ShownSpan, TraceKey

LEVELS: Final = ("public", "internal", "confidential", "restricted")
_MINUTE: Final = 60 * 1_000_000_000


class Request(Struct, frozen=True):
    """What is to be opened; an empty path is the whole span."""

    key: TraceKey
    index: int
    path: str
    reason: str
    purpose: str = ""
    piped: bool = False
    """Whether it leaves through a pipe or file."""
    to_pipe: bool = False
    """Whether that was asked for."""


@dataclass(frozen=True, slots=True)
class Grant:
    request: Request
    until: float
    """By the monotonic clock."""
    values: int
    record: int
    opened: dict[str, Value] = field(repr=False)


class Unveiling:
    """Of one session. Safe to call from any thread."""

    def __init__(
        self,
        identity: Identity,
        unlocker: Callable[[], Unlocker | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.identity = identity
        self.unlocker = unlocker
        """Opens the vault when it is first asked; none where there is no vault."""
        self.clock = clock
        self._grants: list[Grant] = []
        self._lock = threading.RLock()
        self._made: Unlocker | None = None
        self._asked = False
        self._began = clock()

    # what is open

    def needs(self, sealed: Sealed) -> str:
        """What a locked value waits for."""
        with self._lock:
            unlocker = self._unlocker()
            return "sealed; there is no vault here" if unlocker is None else unlocker.needs(sealed)

    def unlocked(self) -> Unlocked:
        with self._lock:
            self._expire()
            if not self._grants:
                return Unlocked()
            left = max(grant.until for grant in self._grants) - self.clock()
            return Unlocked(
                values=sum(grant.values for grant in self._grants),
                until=time.time_ns() + int(left * 1e9),
                reason=self._grants[-1].request.reason,
                records=tuple(grant.record for grant in self._grants),
            )

    def lock(self) -> None:
        """Close everything at once and drop the keys."""
        with self._lock:
            self._grants.clear()
            if self._made is not None:
                self._made.lock()

    def shown(self, key: TraceKey, index: int, span: Span, veil: Veil, plain: ShownSpan) -> ShownSpan:
        """The span with what is open in it; `plain` is how it is shown otherwise."""
        with self._lock:
            self._expire()
            grants = [g for g in self._grants if (g.request.key, g.request.index) == (key, index)]
        if not grants:
            return plain
        opened = {c: v for grant in grants for c, v in grant.opened.items()}
        lifted = show_span(span, self._lifted(veil, veil.locks.with_opened(opened)), plain.flags)
        lifted = structs.replace(lifted, flags=plain.flags)
        if any(not grant.request.path for grant in grants):
            return lifted
        return narrowed(plain, lifted, [grant.request.path for grant in grants])

    # opening

    def reveal(
        self, request: Request, span: Span, veil: Veil, plain: ShownSpan, trail: Trail, of: Resource
    ) -> Unlocked:
        """Raises Denied (recorded) where the role may not, UsageError for no reason, AuditError where it can't be
        written; nothing is opened then."""
        from inspector.audit.record import Entry  # a screen on which nothing is opened never needs it

        reason = str(veil.text(request.reason.strip()[:500], (), "reason"))
        with self._lock:
            self._expire()
            wanted = self._wanted(request, span, plain)
            entry = Entry(
                "field.unlock" if wanted.sealed else "pii.reveal",
                of,
                reason=reason,
                purpose=request.purpose,
                fields=tuple(sorted(wanted.paths))[:100],
                classification=wanted.level,
                counts={"values": wanted.count},
                new_state={"to": "pipe"} if request.piped else {},
                redacted=False,
                subjects=tuple(sorted(trail.log.mark(s.id) for s in span.subjects))[:100],
            )
            self._permit(wanted, entry, trail)
            self._check(request)
            with trail.log.act(entry) as intent:
                opened, failed = self._open(wanted)
                if failed:
                    intent.counts["failed"] = failed
                    intent.partial = True
                grant = Grant(
                    structs.replace(request, reason=reason),
                    self.clock() + (self.identity.role.idle or 5 * _MINUTE) / 1e9,
                    wanted.count - failed,
                    intent.seq,
                    opened,
                )
            self._grants.append(grant)
            return self.unlocked()

    def _check(self, request: Request) -> None:
        """What is asked of a role that may."""
        if request.piped and not request.to_pipe:
            raise UsageError(
                "Opened values go to a terminal only.",
                "Add --plaintext-to-pipe to let them into a pipe or file.",
            )
        if not request.reason.strip():
            raise UsageError("Opening a value needs a reason.", "Say why: --reason TEXT")
        purposes = self.identity.role.purposes
        if purposes and request.purpose not in purposes:
            raise UsageError("Opening a value needs a purpose.", f"One of: {', '.join(purposes)}.")
        absolute = self.identity.role.absolute
        if absolute and self.clock() - self._began > absolute / 1e9:
            raise Denied("The session of this role has ended.", "Start inspector again.")

    def _wanted(self, request: Request, span: Span, plain: ShownSpan) -> Wanted:
        where: dict[str, tuple[Sealed, list[Where]]] = {}
        asked: set[str] = set()
        for path, sealed, at in sealed_places(span):
            # A copy elsewhere in the span was sealed with the first: any of the places may be the bound one.
            where.setdefault(sealed.ciphertext, (sealed, []))[1].append(at)
            if covers(request.path, path):
                asked.add(sealed.ciphertext)
        where = {c: v for c, v in where.items() if c in asked}
        hidden = [
            (path, segment.level)
            for path, text in texts_of(plain)
            for segment in text.segments
            if segment.state is State.REDACTED and covers(request.path, path)
        ]
        locked = [
            path for path, text in texts_of(plain) if covers(request.path, path) and _locked(text.segments)
        ]
        if not where and not hidden:
            raise NotFound("Nothing is hidden there.", "Put the cursor on a hidden value, or open the span.")
        levels = [level for _, level in hidden] + [self._level_of(sealed) for sealed, _ in where.values()]
        highest = max((level for level in levels if level in LEVELS), key=LEVELS.index, default="")
        return Wanted(where, hidden, frozenset([path for path, _ in hidden] + locked), highest)

    def _permit(self, wanted: Wanted, entry: Entry, trail: Trail) -> None:
        """A whole span opens as far as the role may; what it may not see of it stays hidden. Where that is all,
        it is refused."""
        mine = self._levels()
        allowed = [level for _, level in wanted.hidden if level in mine]
        openable = [sealed for sealed, _ in wanted.sealed.values() if self._may_unlock(sealed)]
        if allowed or openable:
            return
        levels = [level for _, level in wanted.hidden] or [wanted.level]
        level = max(levels, key=LEVELS.index, default="restricted")
        permission = (
            f"fields:unlock:{level}" if self.identity.may("pii:reveal") or wanted.sealed else "pii:reveal"
        )
        may = " or ".join(r.name for r in self.identity.roles.values() if r.may(permission))
        error = Denied(
            f"{self.identity.name} may not open {level} values ({permission}).", f"Use --role: {may}."
        )
        trail.withheld(entry, permission, error.what)
        raise error

    def _may_unlock(self, sealed: Sealed) -> bool:
        level = self._level_of(sealed)
        return bool(level) and (level == "public" or self.identity.may(f"fields:unlock:{level}"))

    def _level_of(self, sealed: Sealed) -> str:
        """Empty for another system's value whose key nobody adopted."""
        if sealed.ours is not None:
            return sealed.ours.level
        unlocker = self._unlocker()
        return "" if unlocker is None else unlocker.level(sealed)

    def _levels(self) -> frozenset[str]:
        """Levels whose redacted values the role may see."""
        if not self.identity.may("pii:reveal"):
            return frozenset()
        return frozenset(
            level for level in LEVELS if level == "public" or self.identity.may(f"fields:unlock:{level}")
        )

    def _open(self, wanted: Wanted) -> tuple[dict[str, Value], int]:
        """By ciphertext; and how many values stay shut."""
        mine = self._levels()
        failed = sum(level not in mine for _, level in wanted.hidden)
        opened: dict[str, Value] = {}
        unlocker = self._unlocker() if wanted.sealed else None
        if unlocker is None:
            return opened, failed + len(wanted.sealed)
        try:
            unlocker.check()
        except Denied:
            if not (len(wanted.hidden) - failed):
                raise
            return opened, failed + len(wanted.sealed)
        first: Denied | EnvelopeError | None = None
        for ciphertext, (sealed, places) in wanted.sealed.items():
            try:
                opened[ciphertext] = _at_one_of(unlocker, sealed, places)
            except (Denied, EnvelopeError) as error:
                first = first or error
                failed += 1
        if first is not None and not opened and not (wanted.count - failed):
            raise first
        return opened, failed

    def _lifted(self, veil: Veil, locks: Locks) -> Veil:
        engine = veil.engine
        lifted = revealing(engine, self._levels()) if isinstance(engine, Redactor) else engine
        return Veil(lifted, locks)

    def _unlocker(self) -> Unlocker | None:
        if not self._asked:
            self._asked = True
            self._made = self.unlocker()
        return self._made

    def _expire(self) -> None:
        now = self.clock()
        kept = [grant for grant in self._grants if grant.until > now]
        if len(kept) != len(self._grants):
            self._grants = kept
            if not kept:
                self.lock()

    def close(self) -> None:
        self.lock()
        if self._made is not None:
            self._made.vault.close()


class Wanted(Struct, frozen=True):
    """What a request would open: sealed values by ciphertext, redacted runs with their levels."""

    sealed: dict[str, tuple[Sealed, list[Where]]]
    hidden: list[tuple[str, str]]
    paths: frozenset[str]
    level: str
    """The highest."""

    @property
    def count(self) -> int:
        return len(self.sealed) + len(self.hidden)


def _locked(segments: Sequence[object]) -> bool:
    from inspector.view import Segment

    return any(isinstance(s, Segment) and s.state is State.LOCKED for s in segments)


def _at_one_of(unlocker: Unlocker, sealed: Sealed, places: Sequence[Where]) -> Value:
    """Raises what the first place raised where none is the one that the value is bound to."""
    first: EnvelopeError | None = None
    for place in places:
        try:
            return unlocker.open(sealed, place)
        except EnvelopeError as error:
            first = first or error
    assert first is not None
    raise first
