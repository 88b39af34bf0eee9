"""The audit log as the program uses it: events, intents that come before acts, checkpoints.

`act` is the only way to get an `Intent`, and whatever destroys, reveals or lets data out demands one. It is
given out after the record of it is on disk, so that nothing happens which the log doesn't know.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from inspector.audit import checkpoints
from inspector.audit.actions import ACTIONS
from inspector.audit.record import NO_RESOURCE, Actor, Entry, Outcome, Phase, Resource, Surroundings, encode
from inspector.audit.segments import MARK, Torn, append, locked, read_tail, refusal, segment_name
from inspector.errors import AuditError, Denied, InspectorError
from inspector.intent import Intent, announced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from inspector.audit.notes import NoteSigner


class Watch(Protocol):
    """What looks at every record that is written: alerts."""

    def before(self, entry: Entry) -> None:
        """Called before an act is announced; raises Denied to stop it."""

    def after(self, lines: Sequence[bytes]) -> Sequence[Entry]:
        """Called with records on disk, without newlines; returns what is to be recorded about them."""


@dataclass(slots=True)
class AuditLog:
    """One log in one folder. `signers` is asked at each checkpoint and may give none: it is then unsigned.

    `anchors` get the checkpoints; one that fails is reported by `anchor_problem`, it blocks nothing.
    """

    folder: Path
    actor: Actor
    hmac_key: bytes
    signers: Callable[[], Sequence[NoteSigner]] = lambda: ()
    anchors: Sequence[Callable[[str], None]] = ()
    quick: Sequence[Callable[[str], None]] = ()
    """Those of `anchors` that take no time to speak of: they also get the checkpoint of a mere reader."""
    watch: Watch | None = None
    every: int = 100
    around: Surroundings | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    last_seq: int = -1
    """The newest record that is known here; -1 while none is."""
    dirty: bool = False
    """Whether records of this process stand behind its last checkpoint."""
    refused: AuditError | None = None
    """Why nothing may be recorded, so that no act happens: the keys of the marks can't be read, say."""
    anchor_problem: str = ""
    written: Callable[[str], str] = lambda typed: typed
    """A reason that somebody typed, as it may be written: no caller has to think of it."""

    def mark(self, identity: str) -> str:
        """The keyed mark of a subject id or other identity: equal for equal ids, of no use without the key.

        Case, Unicode form and surrounding space make no difference.
        """
        normal = unicodedata.normalize("NFKC", identity).strip().casefold()
        return hmac.new(self.hmac_key, normal.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def event(self, entry: Entry) -> int:
        """Record something that needs no intent; returns its number. Raises AuditError."""
        return self.events((entry,))

    def events(self, entries: Sequence[Entry]) -> int:
        """Record several with one sync; returns the last number."""
        for entry in entries:
            # What a role may not do, or what failed before it began, is recorded without an intent.
            alone = entry.outcome in (Outcome.DENIED, Outcome.FAILURE)
            if entry.phase is not Phase.EVENT or (ACTIONS[entry.action].guarded and not alone):
                raise ValueError(f"{entry.action} needs an intent: use AuditLog.act")
        return self._write(entries)

    def denied(self, action: str, why: str, resource: Resource = NO_RESOURCE) -> None:
        """Record that somebody was refused. Raises AuditError."""
        state = {"action": action}
        self.event(Entry("access.denied", resource, Outcome.DENIED, new_state=state, error=why))

    @contextmanager
    def act(self, entry: Entry) -> Iterator[Intent]:
        """Announce an act, let it happen, record its outcome.

        Raises AuditError before the body runs if the intent can't be synced. If the outcome can't be, the
        intent stays open in the log, which is what a crash looks like too.
        """
        if self.watch is not None:
            try:
                self.watch.before(entry)
            except Denied as error:
                self.denied(entry.action, error.what, entry.resource)
                raise
        op_id = entry.op_id or secrets.token_hex(8)
        opening = replace(entry, phase=Phase.INTENT, outcome=None, op_id=op_id)
        intent = announced(op_id, self._write((opening,)))
        closing = replace(entry, phase=Phase.OUTCOME, op_id=op_id)
        try:
            yield intent
        except GeneratorExit:
            # Dropped without an end: nobody knows how it ended, so the intent stays open.
            raise
        except BaseException as error:
            # Also for a key press that stops it: the outcome is then known, and it is failure.
            said = error.what if isinstance(error, InspectorError) else type(error).__name__
            self._close(replace(closing, outcome=Outcome.FAILURE, error=said), intent)
            raise
        outcome = Outcome.PARTIAL if intent.partial else Outcome.SUCCESS
        self._close(replace(closing, outcome=outcome), intent)

    def _close(self, closing: Entry, intent: Intent) -> None:
        counts: Mapping[str, int] = {**closing.counts, **intent.counts}
        self._write((replace(closing, counts=counts, new_state={**closing.new_state, **intent.new_state}),))
        self.checkpoint()

    def checkpoint(self, *, anchored: bool = True) -> str:
        """Sign what is there and hand it to the anchors; returns the note. Raises AuditError.

        Without `anchored` only the quick ones get it: for the end of a run that only read.
        """
        # A keyring may take seconds to answer: it is asked before the lock that others wait for.
        signers = self.signers()
        with locked(self.folder):
            note = checkpoints.write(self.folder, signers)
            self.dirty = False
        self.anchor_problem = ""
        for anchor in self.anchors if anchored else self.quick:
            try:
                anchor(note)
            except InspectorError as error:
                self.anchor_problem = error.what
        return note

    def _write(self, entries: Sequence[Entry]) -> int:
        if not entries:
            return self.last_seq
        if self.refused is not None:
            raise self.refused
        if self.around is None:
            self.around = Surroundings.current()
        entries = [replace(e, reason=self.written(e.reason)) if e.reason else e for e in entries]
        with locked(self.folder):
            lines, seq = self._append(entries, self.around)
            self.last_seq, self.dirty = seq, True
        # Whoever writes the record that fills a hundred writes the checkpoint, whichever process that is.
        due = (seq + 1) // self.every != (seq + 1 - len(entries)) // self.every
        # An act gets its checkpoint when it ends; failing here would leave an intent without an act.
        if due and entries[-1].phase is not Phase.INTENT:
            self.checkpoint()
        if self.watch is not None:
            self._write(self.watch.after(lines))
        return seq

    def _append(self, entries: Sequence[Entry], around: Surroundings) -> tuple[list[bytes], int]:
        from inspector.audit.merkle import leaf_hash

        try:
            tail = read_tail(self.folder)
        except OSError as error:
            raise refusal(error, self.folder) from None
        now = self.now()
        # A clock that was set back must not open an older segment behind a newer one.
        name = max(segment_name(now), tail.segment)
        seq, prev, torn = tail.seq, tail.prev, list(tail.torn)
        lines: list[bytes] = []
        data = b""
        if tail.open_line and name == tail.segment:
            data = MARK + b"\n"
            torn[-1] = Torn(torn[-1].segment, torn[-1].offset, torn[-1].raw + MARK)
        sealed = [t.seal() for t in torn]
        for entry in entries:
            seq += 1
            line = encode(entry, self.actor, around, seq=seq, prev=prev, now=now, sealed=sealed)
            lines.append(line)
            data += line + b"\n"
            prev, sealed = leaf_hash(line), []
        append(self.folder, name, data)
        return lines, seq
