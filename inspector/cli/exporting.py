"""An export from start to end: who may, what is chosen, the record that comes first, the file, its manifest."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.cli.auditing import open_log, require, role_of
from inspector.cli.copying import copy_store, demand_whole, write_otlp
from inspector.cli.engine import build_engine, effective_policy, read_config
from inspector.cli.output import narrate
from inspector.cli.streams import placing, writing
from inspector.errors import NotFound, UsageError
from inspector.reports.chosen import ALL, Chosen, choose
from inspector.reports.manifest import About, Source, file_hash, manifest_of, sealed
from inspector.reports.minimise import EVERYTHING, Minimise
from inspector.reports.registry import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from inspector.access.identity import Identity
    from inspector.audit.log import AuditLog
    from inspector.audit.record import Resource
    from inspector.cli.common import Common
    from inspector.config import Config
    from inspector.intent import Intent
    from inspector.redaction import Policy
    from inspector.reports.chosen import Keys, Selection
    from inspector.reports.json import Json
    from inspector.reports.registry import Kind
    from inspector.reports.tally import Tally
    from inspector.session.audited import AuditedView


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked to be exported, and where to."""

    kind: Kind
    target: Path
    selection: Selection = ALL
    minimise: Minimise = EVERYTHING
    columns: tuple[str, ...] = ()
    stable_tags: bool = False
    force: bool = False
    options: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    target: Path
    manifest: Path
    counts: Mapping[str, int]
    findings: Mapping[str, int]


def export(names: Sequence[str], common: Common, wish: Wish) -> Done:
    """Raises Denied, UsageError, NotFound, StoreError or AuditError; then nothing is left of the file."""
    from inspector.cli.opening import scanned

    config = read_config(common)
    auditing = open_log(config, role_of(common, config))
    require(auditing, "reports:export")
    if wish.stable_tags:
        require(auditing, "tags:stable")
    refuse_existing(wish.target, force=wish.force)
    with scanned(names, common, stable_tags=wish.stable_tags) as view:
        if wish.kind.name == STORE:
            demand_whole(view.session, wish.selection, wish.minimise)
        chosen = choose(view, wish.selection)
        if not chosen.traces and wish.selection.query:
            raise NotFound("No trace matches.", "Try the query with inspector ls.")
        if chosen.spans > auditing.identity.role.export_rows:
            require(auditing, "reports:bulk")
        run = _Run(view, common, config, auditing.log, auditing.identity, wish)
        return run.write(chosen)


def refuse_existing(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise UsageError("The place to write to is a folder.", "Name a file: -o OUT.")
    if target.exists() and not force:
        raise UsageError(f"{target} exists already.", "Choose another name, or add --force.")


@dataclass(frozen=True, slots=True)
class _Run:
    view: AuditedView
    common: Common
    config: Config
    log: AuditLog
    identity: Identity
    wish: Wish

    def write(self, keys: Keys) -> Done:
        from inspector.audit.record import Entry

        engine = build_engine(effective_policy(self.common, self.config, self.identity))
        entry = Entry(
            "report.export",
            self._resource(),
            reason=str(engine.text(self.common.reason)) if self.common.reason else "",
            purpose=self.common.purpose or "",
            new_state={"to": self.wish.kind.name, "stable_tags": self.wish.stable_tags},
        )
        with self.log.act(entry) as intent:
            about = self._about(intent, str(engine.text(self.wish.selection.query)))
            chosen = Chosen(self.view, keys.keys, self.wish.minimise, progress())
            self._register()
            self._content(chosen, keys, about)
            return self._signed(chosen.tally, about, intent)

    def _content(self, chosen: Chosen, keys: Keys, about: About) -> None:
        name, force = str(self.wish.target), self.wish.force
        if self.wish.kind.name == STORE:
            with placing(name, force=force) as place:
                copy_store(self.view.session, keys, place, chosen.tally, Path(name).suffix)
            return
        with writing(name, force=force) as out:
            if self.wish.kind.name == "otlp" and not self.wish.minimise:
                write_otlp(self.view, keys, self.wish.selection, about, out, chosen)
            else:
                self.wish.kind.writer()(chosen, about, out, self.wish.columns)  # type: ignore[arg-type]  # a file

    def _signed(self, tally: Tally, about: About, intent: Intent) -> Done:
        target = self.wish.target
        try:
            counts = {"traces": tally.traces, "spans": tally.spans, "errors": tally.errors}
            manifest, digest = manifest_of(target), file_hash(target)
            with writing(str(manifest), force=True) as out:
                size = target.stat().st_size
                out.write(
                    sealed(
                        about, self.wish.kind.name, counts, tally.findings,
                        file=target.name, bytes=size, sha256=digest,
                    )
                )  # fmt: skip
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        intent.counts = {"rows": tally.spans, **counts, "hidden": sum(tally.findings.values())}
        intent.new_state = {"sha256": digest}
        return Done(target, manifest, counts, dict(tally.findings))

    def _resource(self) -> Resource:
        paths = self._paths()
        return self.view.trail().store(paths[0], "store")

    def _paths(self) -> list[Path]:
        return [store.info.path for store in self.view.session.stores()]

    def _register(self) -> None:
        from inspector.paths import note_written

        for path in self._paths():
            note_written("export", self.wish.target.resolve(), path)

    def _about(self, intent: Intent, query: str) -> About:
        from inspector.session.trail import fingerprint

        badge = self.view.badge()
        summaries = self.view.summaries()
        return About(
            op_id=intent.op_id,
            time=time.time_ns(),
            role=badge.role,
            proved=badge.proved,
            stores=[
                Source(_base(str(s.name)), s.format, fingerprint(path))
                for s, path in zip(summaries, self._paths(), strict=True)
            ],
            query=query,
            policy=policy_facts(effective_policy(self.common, self.config, self.identity)),
            stable_tags=self.wish.stable_tags,
            options=self.wish.options,
            unsafe=badge.unsafe,
        )


def _base(name: str) -> str:
    """A store's name without its folders, which may name a person."""
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def policy_facts(policy: Policy) -> dict[str, Json]:
    """Which rules and operators are in force, for a manifest."""
    from inspector.redaction.levels import DEFAULT_OPERATORS

    return {
        "hash": policy.hash,
        "enabled": policy.enabled,
        "packs": list(policy.packs),
        "rules_disabled": list(policy.disabled),
        "own_rules": len(policy.rules),
        "field_rules": len(policy.field_rules),
        "allowed": len(policy.allows),
        "operators": {"default": "replace", **DEFAULT_OPERATORS, **dict(policy.types)},
    }


def progress() -> Callable[[int, int], None]:
    """A line on standard error that is drawn over, where a person sees it."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    last = 0.0

    def step(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done == total:
            sys.stderr.write("\r\x1b[K")
        elif now - last > 0.2:
            last = now
            sys.stderr.write(f"\r\x1b[K{done:,} of {total:,} traces; Ctrl-C stops and leaves nothing behind")
        sys.stderr.flush()

    return step


def tell(done: Done) -> None:
    """What a person wants to know of a finished export."""
    hidden = sum(done.findings.values())
    narrate(
        f"{done.counts['traces']:,} traces with {done.counts['spans']:,} spans, {hidden:,} values hidden; "
        f"manifest in {done.manifest.name}."
    )


def logged_hash(folder: Path, op_id: str) -> str:
    """The hash that the audit log holds of an export's file; empty if it knows none."""
    from inspector.audit.reading import newest_first, text
    from inspector.errors import AuditError

    if not op_id:
        return ""
    try:
        for record in newest_first(folder):
            if text(record, "op_id") == op_id and text(record, "phase") == "outcome":
                return text(record, "new_state", "sha256")
    except (AuditError, OSError):
        return ""
    return ""
