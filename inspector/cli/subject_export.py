"""A person's package from start to end: the record that comes first, the file, and what became of it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.cli.exporting import refuse_existing
from inspector.cli.streams import placing
from inspector.errors import UsageError
from inspector.lifecycle.package import COUNTS, Facts, age_recipient, package, unnamed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from inspector.cli.lifecycle import Office
    from inspector.cli.output import Json
    from inspector.lifecycle.person import Person


@dataclass(frozen=True, slots=True)
class Wanted:
    """`recipient` is an age public key, or none for a zip that anybody can open."""

    stores: tuple[Path, ...]
    target: Path
    recipient: str | None
    request: str
    force: bool


@dataclass(frozen=True, slots=True)
class Written:
    target: Path
    label: str
    sha256: str
    encrypted: bool
    counts: Mapping[str, int]
    hidden: Mapping[str, int]

    def as_json(self) -> dict[str, Json]:
        return {
            "file": str(self.target),
            "subject": self.label,
            "sha256": self.sha256,
            "encrypted": self.encrypted,
            **self.counts,
            "hidden": dict(self.hidden),
        }

    def sentence(self) -> str:
        counts = self.counts
        said = (
            f"{counts['traces']:,} traces with {counts['spans']:,} spans, {counts['records']:,} records and "
            f"{counts['mentions']:,} mentions; {sum(self.hidden.values()):,} values hidden."
        )
        if counts["lost"]:
            said += f" {counts['lost']:,} traces could not be read."
        if counts["unknown"]:
            said += f" {counts['unknown']:,} encrypted places may hold more."
        return said + " Look through it before you hand it over."


def export(at: Office, person: Person, wanted: Wanted) -> Written | None:
    """None where nothing is held. Raises Denied, UsageError, StoreError or AuditError; then no file is left."""
    from inspector.audit.record import Entry, Resource
    from inspector.paths import note_written

    encrypt = None if wanted.recipient is None else age_recipient(wanted.recipient)
    refuse_existing(wanted.target, force=wanted.force)
    _refuse_source(wanted)
    entry = Entry(
        "subject.exported",
        Resource("subject", person.mark),
        reason=at.reason,
        request=wanted.request,
        subjects=(person.mark,),
        new_state={"encrypted": encrypt is not None},
    )
    with at.desk.log.act(entry) as intent, ExitStack() as stack:
        facts = Facts(intent.op_id, at.auditing.identity.role.name, at.engine.policy.hash, at.desk.now())
        file = unnamed(wanted.target.parent, stack)
        made = package(at.desk, at.engine, wanted.stores, person, facts, file)
        counts = {name: made.counts[name] for name in COUNTS}
        hidden = {name: n for name, n in sorted(made.hidden.items()) if n}
        intent.counts = {"rows": counts["spans"], **counts, "hidden": sum(hidden.values())}
        if made.empty:
            return None
        for path in wanted.stores:
            note_written("export", wanted.target.resolve(), path)
        with placing(str(wanted.target), force=wanted.force) as place:
            digest = made.write_to(place, encrypt)
        intent.new_state = {"sha256": digest, "encrypted": encrypt is not None}
        return Written(wanted.target, person.label, digest, encrypt is not None, counts, hidden)


def _refuse_source(wanted: Wanted) -> None:
    for store in wanted.stores:
        if wanted.target.exists() and store.exists() and wanted.target.samefile(store):
            raise UsageError("That is the store itself.", "Choose another name.")
