"""Check a log against itself, its checkpoints and what anchors kept.

What each finding proves: the chain finds what was changed inside; a signed checkpoint finds what was cut or
rewritten before it; only a head kept out of reach finds what was rewritten with the key at hand. The writer
is not trusted here: lines, numbers and hashes are read anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import orjson

from inspector.audit import notes, pruned
from inspector.audit.checkpoints import ORIGIN, Resume, lines_from, newest_notes, read_notes, read_resume
from inspector.audit.merkle import Frontier
from inspector.audit.segments import MARK, NO_RECORD, lines_backwards, segments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_STEP = 10_000


class Tamper(StrEnum):
    """The class of tampering that the first bad place speaks for."""

    UNREADABLE = "a line is no record, and no later record seals it"
    CHANGED = "a record was changed, or another was put in its place"
    GAP = "records are missing"
    ORDER = "records stand in another order, or twice"
    CUT = "the log is shorter than a checkpoint says"
    REWRITTEN = "the log was rewritten: its root is not the one that a checkpoint has"
    FORGED = "a checkpoint is not signed by the log's key"
    UNSIGNED = "the log's key exists, yet no checkpoint is signed by it"
    MALFORMED = "a checkpoint can't be read"
    ROLLED_BACK = "an older copy was put back: an anchor knows a later head"
    FORKED = "an anchor knows another history of the same length"


@dataclass(frozen=True, slots=True)
class Bad:
    """The first place that doesn't hold: file, 1-based line (0 where it isn't known), byte, class."""

    where: str
    line: int
    byte: int
    kind: Tamper


@dataclass(slots=True)
class Report:
    """`records` counts what was read and held, `size` is the whole log's length."""

    records: int = 0
    size: int = 0
    bad: Bad | None = None
    checkpoints: int = 0
    signed: bool = False
    signed_size: int = 0
    """Records under the newest checkpoint that the log's key signed; what follows is chained only."""
    unchecked: int = 0
    """Checkpoints with a signature that no key at hand can check."""
    torn_checkpoints: int = 0
    """Checkpoints that a crash left half written; what they would have claimed is lost."""
    pruned: int = 0
    """How many records a prune removed; a record in the log says so."""
    anchored: int = 0
    """How many anchored heads were found in the log."""
    sealed: list[str] = field(default_factory=list)
    """What crashes left torn, where, and which a later record names."""
    torn_tail: int = 0
    """Bytes at the very end that the next record will seal."""
    open_intents: list[str] = field(default_factory=list)
    """Op ids of intents without an outcome."""

    @property
    def ok(self) -> bool:
        return self.bad is None


class _Found(Exception):
    def __init__(self, kind: Tamper, where: str, line: int = 0, byte: int = 0) -> None:
        super().__init__(kind)
        self.bad = Bad(where, line, byte, kind)


@dataclass(frozen=True, slots=True)
class _Torn:
    segment: str
    line: int
    offset: int
    raw: bytes

    def seal(self) -> dict[str, object]:
        digest = hashlib.sha256(self.raw).hexdigest()
        return {"segment": self.segment, "offset": self.offset, "length": len(self.raw), "sha256": digest}


@dataclass(slots=True)
class _Reader:
    """Walks the lines in order, keeping what the next one must fit."""

    report: Report
    frontier: Frontier
    prev: str
    wanted: Mapping[int, bytes]
    """Roots that checkpoints and anchors claim, by size."""
    met: set[int]
    intents: dict[str, None] = field(default_factory=dict)
    torn: list[_Torn] = field(default_factory=list)
    prunes: list[object] = field(default_factory=list)

    def line(self, segment: str, number: int, offset: int, line: bytes) -> None:
        """One line as it stands, with its newline if it has one."""
        whole = line.endswith(b"\n")
        raw = line[:-1] if whole else line
        record = _record(raw) if whole else None
        if record is None:
            self.torn.append(_Torn(segment, number, offset, raw))
            return
        self._check_seal(segment, number, offset, record)
        size = self.frontier.size
        seq = record.get("seq")
        if type(seq) is not int or seq < size:
            raise _Found(Tamper.ORDER, segment, number, offset)
        if seq > size:
            raise _Found(Tamper.GAP, segment, number, offset)
        if record.get("prev") != self.prev:
            raise _Found(Tamper.CHANGED, segment, number, offset)
        self._take(raw, record)
        claimed = self.wanted.get(size + 1)
        if claimed is not None:
            if claimed != self.frontier.root():
                raise _Found(Tamper.REWRITTEN, segment, number, offset)
            self.met.add(size + 1)

    def _take(self, raw: bytes, record: dict[str, object]) -> None:
        leaf = hashlib.sha256(b"\x00" + raw).digest()
        self.frontier.add(leaf)
        self.prev = leaf.hex()
        self.report.records += 1
        phase = record.get("phase")
        if phase == "intent":
            self.intents[str(record.get("op_id"))] = None
            if record.get("action") == pruned.ACTION:
                self.prunes.append(record.get("new_state"))
        elif phase == "outcome":
            self.intents.pop(str(record.get("op_id")), None)

    def _check_seal(self, segment: str, number: int, offset: int, record: dict[str, object]) -> None:
        """Torn lines must be named by the very next record, and a seal must have its torn lines."""
        seals = record.get("sealed", [])
        if seals != [torn.seal() for torn in self.torn]:
            if self.torn:
                first = self.torn[0]
                raise _Found(Tamper.UNREADABLE, first.segment, first.line, first.offset)
            raise _Found(Tamper.CHANGED, segment, number, offset)
        for torn in self.torn:
            self.report.sealed.append(f"{torn.segment}, byte {torn.offset}: {len(torn.raw)} bytes")
        self.torn = []


def _record(raw: bytes) -> dict[str, object] | None:
    try:
        record = orjson.loads(raw)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


@dataclass(frozen=True, slots=True)
class Trust:
    """Names and public keys of signers, and the check `holds(public, signature, message)`."""

    keys: Sequence[tuple[str, bytes]]
    holds: Callable[[bytes, bytes, bytes], bool]

    def signed(self, note: str) -> bool:
        return any(notes.signed_by(note, n, k, self.holds) is not None for n, k in self.keys)


def verify(
    folder: Path,
    trust: Trust,
    *,
    anchored: Sequence[str] = (),
    incremental: bool = False,
    since: str = "",
    step: Callable[[int], None] = lambda records: None,
) -> Report:
    """Check the log in `folder`; `anchored` are notes that were kept elsewhere.

    With `incremental`, reading starts after the last checkpoint that a trusted key signed. `since` is a note:
    up to it only the root is checked. `step` is told now and then how many records were read; what it raises
    ends the verification. Raises OSError.
    """
    report = Report()
    try:
        _verify(folder, trust, anchored, incremental, since, report, step)
    except _Found as found:
        report.bad = found.bad
    return report


def _verify(
    folder: Path,
    trust: Trust,
    anchored: Sequence[str],
    incremental: bool,
    since: str,
    report: Report,
    step: Callable[[int], None],
) -> None:
    wanted, last = _claims(
        _since_signed(folder, trust) if incremental else _all(folder, report), trust, report
    )
    largest = max(wanted, default=0)
    beside = set(wanted)
    heads = [_anchor_head(number, note, trust) for number, note in enumerate(anchored, 1)]
    for head in heads:
        if wanted.setdefault(head.size, head.root) != head.root:
            raise _Found(Tamper.FORKED, "anchor")
    base = pruned.read_base(folder)
    if since:
        resume: Resume | None = _hashed(folder, _anchor_head(1, since, trust), base)
    else:
        resume = _resume(folder, last) if incremental else None
    reader = _start(folder, report, resume, wanted, beside, base)
    _read(folder, reader, resume or _after(base), step)
    _check_base(folder, reader, base if resume is None else None)
    report.size = reader.frontier.size
    report.open_intents = list(reader.intents)
    report.torn_tail = sum(len(t.raw) for t in reader.torn)
    report.anchored = sum(head.size in reader.met for head in heads)
    if any(head.size > report.size for head in heads):
        raise _Found(Tamper.ROLLED_BACK, "end of the log")
    if largest > report.size:
        raise _Found(Tamper.CUT, "end of the log")
    if trust.keys and not report.signed and report.size:
        raise _Found(Tamper.UNSIGNED, "checkpoints.jsonl")


def _all(folder: Path, report: Report) -> list[str]:
    found, report.torn_checkpoints = read_notes(folder)
    return found


def _since_signed(folder: Path, trust: Trust) -> list[str]:
    """The newest checkpoint that a trusted key signed, and those after it: older ones were checked then."""
    found: list[str] = []
    for note in newest_notes(folder):
        found.append(note)
        try:
            if trust.signed(note):
                break
        except notes.MalformedNote:
            continue
    return found[::-1]


def _claims(
    found: Sequence[str], trust: Trust, report: Report
) -> tuple[dict[int, bytes], notes.Checkpoint | None]:
    """The roots that the checkpoints beside the log claim, and the last one that a trusted key signed.

    One without a signature proves nothing and is no forgery: it was written where no keyring was at hand.
    """
    wanted: dict[int, bytes] = {}
    largest, last = 0, None
    for number, note in enumerate(found, 1):
        checkpoint, has_signature = _parse(note, "checkpoints.jsonl", number)
        trusted = trust.signed(note)
        if checkpoint.origin != ORIGIN or (trust.keys and not trusted and has_signature):
            raise _Found(Tamper.FORGED, "checkpoints.jsonl", number)
        if (
            wanted.setdefault(checkpoint.size, checkpoint.root) != checkpoint.root
            or checkpoint.size < largest
        ):
            raise _Found(Tamper.REWRITTEN, "checkpoints.jsonl", number)
        largest = checkpoint.size
        report.checkpoints += 1
        report.unchecked += has_signature and not trusted
        if trusted:
            report.signed, report.signed_size, last = True, checkpoint.size, checkpoint
    return wanted, last


def _anchor_head(number: int, note: str, trust: Trust) -> notes.Checkpoint:
    """What was kept out of reach counts even unsigned; a signature that doesn't fit is named."""
    checkpoint, has_signature = _parse(note, "anchor", number)
    if has_signature and trust.keys and not trust.signed(note):
        raise _Found(Tamper.FORGED, "anchor", number)
    return checkpoint


def _parse(note: str, where: str, number: int) -> tuple[notes.Checkpoint, bool]:
    try:
        checkpoint, signatures = notes.parse(note)
    except notes.MalformedNote:
        raise _Found(Tamper.MALFORMED, where, number) from None
    return checkpoint, bool(signatures)


def _resume(folder: Path, last: notes.Checkpoint | None) -> Resume | None:
    """The saved frontier, if the last signed checkpoint covers it: what lies before was proved then."""
    resume = read_resume(folder)
    if resume is None or last is None:
        return None
    fits = (resume.frontier.size, resume.frontier.root()) == (last.size, last.root)
    return resume if fits else None


def _after(base: pruned.Base | None) -> Resume | None:
    return None if base is None else Resume(base.frontier, base.segment, 0)


def _hashed(folder: Path, claim: notes.Checkpoint, base: pruned.Base | None) -> Resume:
    """Where reading goes on after `claim`: what lies before it is only hashed, and must give its root."""
    frontier = base.frontier.copy() if base is not None else Frontier()
    place = ("", 0)
    for path, offset, line in lines_from(folder, _after(base)):
        if frontier.size >= claim.size:
            break
        if not line.endswith(MARK):
            frontier.add(hashlib.sha256(b"\x00" + line).digest())
        place = (path.name, offset + len(line) + 1)
    if frontier.size != claim.size:
        raise _Found(Tamper.CUT if frontier.size < claim.size else Tamper.GAP, "the given checkpoint")
    if frontier.root() != claim.root:
        raise _Found(Tamper.REWRITTEN, "before the given checkpoint")
    return Resume(frontier, *place)


def _start(
    folder: Path,
    report: Report,
    resume: Resume | None,
    wanted: Mapping[int, bytes],
    beside: set[int],
    base: pruned.Base | None,
) -> _Reader:
    """A reader at the first record to be read. Roots before it that only an anchor claims stay unmet."""
    if resume is not None:
        met = {size for size in beside if size <= resume.frontier.size}
        met |= {resume.frontier.size} if wanted.get(resume.frontier.size) == resume.frontier.root() else set()
        return _Reader(report, resume.frontier.copy(), _leaf_before(folder, resume), wanted, met)
    frontier = base.frontier.copy() if base is not None else Frontier()
    claimed = wanted.get(frontier.size)
    if claimed is not None and claimed != frontier.root():
        raise _Found(Tamper.REWRITTEN, pruned.FILE if base is not None else "checkpoints.jsonl")
    met = {frontier.size} if claimed is not None else set()
    return _Reader(report, frontier, base.prev if base is not None else NO_RECORD.hex(), wanted, met)


def _check_base(folder: Path, reader: _Reader, base: pruned.Base | None) -> None:
    """Records may be missing at the start only if the log itself says that they were pruned."""
    if base is None:
        return
    if base.state() not in reader.prunes:
        raise _Found(Tamper.GAP, pruned.FILE)
    reader.report.pruned = base.frontier.size


def _leaf_before(folder: Path, resume: Resume) -> str:
    """The leaf hash of the last record before where reading goes on."""
    for path in reversed(segments(folder)):
        if path.name > resume.segment:
            continue
        end = min(resume.offset, path.stat().st_size) if path.name == resume.segment else None
        for _, line, whole in lines_backwards(path, end):
            if whole and _record(line) is not None:
                return hashlib.sha256(b"\x00" + line).hexdigest()
    return NO_RECORD.hex()


def _read(folder: Path, reader: _Reader, resume: Resume | None, step: Callable[[int], None]) -> None:
    for path in segments(folder):
        if resume is not None and path.name < resume.segment:
            continue
        start = offset = resume.offset if resume is not None and path.name == resume.segment else 0
        with path.open("rb") as file:
            file.seek(offset)
            for number, line in enumerate(file, 1):
                # Counting the lines before a resumed place would mean reading them.
                reader.line(path.name, 0 if start else number, offset, line)
                offset += len(line)
                if not number % _STEP:
                    step(reader.report.records)
