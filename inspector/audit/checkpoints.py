"""Checkpoints beside the log: `checkpoints.jsonl`, one note a line, and the frontier that the last one left.

The frontier is a shortcut and is trusted by nobody: it counts only where its root is that of a checkpoint.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import orjson

from inspector.audit import notes
from inspector.audit.merkle import Frontier, leaf_hash
from inspector.audit.pruned import read_base
from inspector.audit.segments import MARK, append, lines_backwards, refusal, segments
from inspector.paths import open_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ORIGIN = "trace-inspector/audit"
FILE = "checkpoints.jsonl"
FRONTIER = "frontier.json"


@dataclass(frozen=True, slots=True)
class Resume:
    """Where reading can go on: after `frontier.size` records, at `offset` in `segment`."""

    frontier: Frontier
    segment: str
    offset: int


def read_notes(folder: Path) -> tuple[list[str], int]:
    """All notes, oldest first; a line that is no note is an empty string, for the verifier to name.

    What a crash left torn is only counted: it claims nothing, and a checkpoint left out is what anchors find.
    """
    path = folder / FILE
    if not path.is_file() or path.is_symlink():
        return [], 0
    *lines, rest = path.read_bytes().split(b"\n")
    found = [_note(line.removesuffix(MARK)) for line in lines if not _torn(line)]
    torn = len(lines) - len(found)
    if not rest:
        return found, torn
    return ([*found, _note(rest)], torn) if _note(rest) else (found, torn + 1)


def _torn(line: bytes) -> bool:
    return line.endswith(MARK) and not _note(line[:-1])


def last_note(folder: Path) -> str:
    """The newest note, or an empty string; reads no more than it must."""
    return next(newest_notes(folder), "")


def newest_notes(folder: Path) -> Iterator[str]:
    """As `read_notes`, newest first, reading no more than is asked for."""
    path = folder / FILE
    if not path.is_file() or path.is_symlink():
        return
    for _, line, whole in lines_backwards(path):
        note = _note(line.removesuffix(MARK))
        if note or (whole and not line.endswith(MARK)):
            yield note


def _note(line: bytes) -> str:
    try:
        note = orjson.loads(line)["note"]
    except (ValueError, KeyError, TypeError):
        return ""
    return note if isinstance(note, str) else ""


def read_resume(folder: Path) -> Resume | None:
    try:
        data = orjson.loads((folder / FRONTIER).read_bytes())
        frontier = Frontier(int(data["size"]), [bytes.fromhex(h) for h in data["hashes"]])
        resume = Resume(frontier, str(data["segment"]), int(data["offset"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return resume if frontier.sound else None


def lines_from(folder: Path, resume: Resume | None) -> Iterator[tuple[Path, int, bytes]]:
    """Whole lines with their segment and offset, from where `resume` says, else from the start."""
    for path in segments(folder):
        if resume is not None and path.name < resume.segment:
            continue
        offset = resume.offset if resume is not None and path.name == resume.segment else 0
        with path.open("rb") as file:
            file.seek(offset)
            for line in file:
                if line.endswith(b"\n"):
                    yield path, offset, line[:-1]
                offset += len(line)


def advance(folder: Path, resume: Resume | None) -> Resume:
    """The frontier over all records in the log now; torn lines are no leaves. Call under the lock."""
    base = read_base(folder) if resume is None else None
    if base is not None:
        resume = Resume(base.frontier, base.segment, 0)
    frontier = resume.frontier.copy() if resume is not None else Frontier()
    segment, end = (resume.segment, resume.offset) if resume is not None else ("", 0)
    for path, offset, line in lines_from(folder, resume):
        if is_record(line):
            frontier.add(leaf_hash(line))
        segment, end = path.name, offset + len(line) + 1
    return Resume(frontier, segment, end)


def is_record(line: bytes) -> bool:
    """Whether a line is a record at all; what was torn by a crash is not."""
    try:
        return isinstance(orjson.loads(line), dict)
    except ValueError:
        return False


def write(folder: Path, signers: Sequence[notes.NoteSigner]) -> str:
    """Add a checkpoint over the whole log; returns the note. Call under the lock. Raises AuditError."""
    resume = advance(folder, _trusted_resume(folder))
    note = notes.sign(notes.Checkpoint(ORIGIN, resume.frontier.size, resume.frontier.root()), signers)
    line = orjson.dumps({"size": resume.frontier.size, "note": note}) + b"\n"
    append(folder, FILE, (MARK + b"\n" + line) if _open_line(folder / FILE) else line)
    try:
        _save_resume(folder, resume)
    except OSError as error:
        raise refusal(error, folder) from None
    return note


def _open_line(path: Path) -> bool:
    """Whether a crash left the last line without its newline."""
    if not path.is_file():
        return False
    return any(not whole and line for _, line, whole in islice(lines_backwards(path), 1))


def _trusted_resume(folder: Path) -> Resume | None:
    """The saved frontier if the last checkpoint vouches for it."""
    resume = read_resume(folder)
    if resume is None:
        return None
    try:
        last, _ = notes.parse(last_note(folder))
    except notes.MalformedNote:
        return None
    return resume if (last.size, last.root) == (resume.frontier.size, resume.frontier.root()) else None


def _save_resume(folder: Path, resume: Resume) -> None:
    data = orjson.dumps(
        {
            "size": resume.frontier.size,
            "hashes": [h.hex() for h in resume.frontier.hashes],
            "segment": resume.segment,
            "offset": resume.offset,
        }
    )
    draft = folder / f".{FRONTIER}"
    fd = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        os.write(fd, data)
    finally:
        os.close(fd)
    draft.replace(folder / FRONTIER)
