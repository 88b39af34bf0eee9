"""What was exported, from what, by which rules, by whom: written beside each export, and checked again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from inspector import __version__
from inspector.errors import NotFound, StoreError
from inspector.reports.units import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from inspector.reports.json import Json

VERSION = 1
SUFFIX = ".manifest.json"
_LARGEST = 16 << 20


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    format: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class About:
    """What is known of an export before it is written. The texts are the program's own or redacted."""

    op_id: str
    """Of the record that announced the export in the audit log."""
    time: int
    role: str
    proved: bool
    stores: Sequence[Source]
    query: str
    policy: Mapping[str, Json]
    stable_tags: bool
    options: Mapping[str, Json] = field(default_factory=dict)
    """What thinned the export out: sample, limit, fields, ..."""
    unsafe: str = ""


def manifest_of(report: Path) -> Path:
    return report.with_name(report.name + SUFFIX)


def sealed(
    about: About,
    to: str,
    counts: Mapping[str, Json],
    findings: Mapping[str, int],
    *,
    file: str,
    bytes: int,
    sha256: str,
) -> bytes:
    held: dict[str, object] = {
        "manifest": VERSION,
        "inspector": __version__,
        "file": file,
        "bytes": bytes,
        "sha256": sha256,
        "to": to,
        "time": rfc3339(about.time),
        "audit_op": about.op_id,
        "role": about.role,
        "role_proved": about.proved,
        "stores": [{"name": s.name, "format": s.format, "fingerprint": s.fingerprint} for s in about.stores],
        "query": about.query,
        "options": dict(about.options),
        "policy": dict(about.policy),
        "unsafe": about.unsafe,
        "stable_tags": about.stable_tags,
        "counts": dict(counts),
        "findings": dict(sorted(findings.items())),
    }
    held["seal"] = _seal(held)
    return orjson.dumps(held, option=orjson.OPT_INDENT_2) + b"\n"


def _seal(held: Mapping[str, object]) -> str:
    """Guards against a slip, not against a forger: for that the audit log holds the file's hash."""
    rest = {name: value for name, value in held.items() if name != "seal"}
    return hashlib.sha256(orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking an export found. `wrong` is empty if all is as it was written."""

    held: Mapping[str, object]
    wrong: tuple[str, ...]

    @property
    def op_id(self) -> str:
        return str(self.held.get("audit_op", ""))

    @property
    def sha256(self) -> str:
        return str(self.held.get("sha256", ""))


def verify(report: Path) -> Verdict:
    """Compare a file with the manifest beside it, or in it if it is a person's package. Raises NotFound
    without one, StoreError if unreadable."""
    beside = manifest_of(report)
    if report.is_file() and not beside.is_file():
        from inspector.reports.packages import verify_package

        package = verify_package(report)
        if package is not None:
            return package
    if not report.is_file() or not beside.is_file():
        missing = "manifest beside this file" if report.is_file() else "such file"
        raise NotFound(f"There is no {missing}.", f"The manifest of OUT is OUT{SUFFIX}.")
    try:
        data = beside.read_bytes()[:_LARGEST]
        found, size = file_hash(report), report.stat().st_size
    except OSError as error:
        raise StoreError(f"The export can't be read ({error.strerror}).", "Check its permissions.") from None
    try:
        held = orjson.loads(data)
    except orjson.JSONDecodeError:
        held = None
    if not isinstance(held, dict):
        return Verdict({}, ("the manifest is not JSON",))
    wrong = []
    if held.get("manifest") != VERSION:
        wrong.append("the manifest is of another version")
    if held.get("seal") != _seal(held):
        wrong.append("the manifest was changed")
    if held.get("bytes") != size or held.get("sha256") != found:
        wrong.append("the file was changed")
    return Verdict(held, tuple(wrong))
