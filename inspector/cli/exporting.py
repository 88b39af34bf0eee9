"""An export from start to end: who may, what is chosen, the record that comes first, the file, its manifest."""

from __future__ import annotations

import secrets
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.cli.auditing import open_log, require, role_of
from inspector.cli.bulk import ask_for, demand_bulk, using
from inspector.cli.copying import copy_store, demand_whole, write_otlp
from inspector.cli.engine import build_engine, effective_policy, read_config
from inspector.cli.output import narrate
from inspector.cli.streams import placing, writing
from inspector.errors import Exit, InspectorError, NotFound, UsageError
from inspector.reports.chosen import ALL, Chosen, choose
from inspector.reports.manifest import About, Source, file_hash, manifest_of, sealed
from inspector.reports.minimise import EVERYTHING, Minimise
from inspector.reports.registry import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from inspector.access.identity import Identity
    from inspector.audit.log import AuditLog
    from inspector.audit.record import Entry
    from inspector.cli.common import Common
    from inspector.config import Config
    from inspector.intent import Intent
    from inspector.lifecycle.approvals import Request
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
    request: str = ""
    """The approved request under which it is made."""


@dataclass(frozen=True, slots=True)
class Done:
    target: Path
    manifest: Path
    counts: Mapping[str, int]
    findings: Mapping[str, int]


class Stopped(InspectorError):
    """Whoever asked for an export has left."""

    exit_code = Exit.STOPPED


def export(
    names: Sequence[str],
    common: Common,
    wish: Wish,
    *,
    quiet: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> Done:
    """`quiet`: nothing goes to standard error, where a screen is.

    Raises Denied, UsageError, NotFound, StoreError or AuditError; then nothing is left of the file."""
    from inspector.cli.opening import scanned

    config = read_config(common)
    auditing = open_log(config, role_of(common, config))
    require(auditing, "reports:export")
    if wish.stable_tags:
        require(auditing, "tags:stable")
    refuse_existing(wish.target, force=wish.force)
    tags = None if wish.stable_tags else secrets.token_bytes(32)
    with scanned(names, common, tags=tags) as view:
        refuse_source(view, wish.target)
        if wish.kind.name == STORE:
            demand_whole(view.session, wish.selection, wish.minimise)
        chosen = choose(view, wish.selection)
        if not chosen.traces and wish.selection.query:
            raise NotFound("No trace matches.", "Try the query with inspector ls.")
        policy = effective_policy(common, config, auditing.identity)
        run = Run(view, common, config, auditing.log, auditing.identity, wish, policy)
        with using(demand_bulk(auditing, view, chosen, wish)):
            return _write(run, chosen, _watched(stopped) if quiet else progress())


def ask_first(names: Sequence[str], common: Common, wish: Wish) -> Request:
    """Ask somebody else to allow an export above the row limit, and write nothing."""
    from inspector.cli.opening import scanned

    config = read_config(common)
    auditing = open_log(config, role_of(common, config))
    require(auditing, "reports:export")
    with scanned(names, common) as view:
        engine = build_engine(effective_policy(common, config, auditing.identity))
        chosen = choose(view, wish.selection)
        query, reason = (str(engine.text(t)) if t else "" for t in (wish.selection.query, common.reason))
        return ask_for(auditing, view, chosen, wish, query=query, reason=reason)


def refuse_existing(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise UsageError("The place to write to is a folder.", "Name a file: -o OUT.")
    if target.exists() and not target.is_file():
        raise UsageError(f"{target} is no plain file.", "Name a file: -o OUT.")
    if target.exists() and not force:
        raise UsageError(f"{target} exists already.", "Choose another name, or add --force.")


def refuse_source(view: AuditedView, target: Path) -> None:
    for store in view.session.stores():
        if target.exists() and store.info.path.exists() and target.samefile(store.info.path):
            raise UsageError("That is the store itself.", "Choose another name.")


@dataclass(frozen=True, slots=True)
class Run:
    """One export under way: what every kind of it records and says of itself."""

    view: AuditedView
    common: Common
    config: Config
    log: AuditLog
    identity: Identity
    wish: Wish
    policy: Policy

    def entry(self, action: str, state: Mapping[str, Json]) -> Entry:
        from inspector.audit.record import Entry

        return Entry(
            action,
            self.view.trail().store(self.paths()[0], "store"),
            reason=self.common.reason or "",
            purpose=self.common.purpose or "",
            request=self.wish.request,
            new_state=state,
        )

    def paths(self) -> list[Path]:
        return [store.info.path for store in self.view.session.stores()]

    def about(self, intent: Intent) -> About:
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
                for s, path in zip(summaries, self.paths(), strict=True)
            ],
            query=str(build_engine(self.policy).text(self.wish.selection.query)),
            policy=policy_facts(self.policy),
            stable_tags=self.wish.stable_tags,
            options=self.wish.options,
            unsafe=badge.unsafe,
        )


def _watched(stopped: Callable[[], bool]) -> Callable[[int, int], None]:
    def step(done: int, total: int) -> None:
        if stopped():
            raise Stopped("The export was stopped; nothing of it is left.")

    return step


def _write(run: Run, keys: Keys, step: Callable[[int, int], None]) -> Done:
    from inspector.paths import note_written

    wish = run.wish
    entry = run.entry("report.export", {"to": wish.kind.name, "stable_tags": wish.stable_tags})
    with run.log.act(entry) as intent:
        about = run.about(intent)
        chosen = Chosen(run.view, keys.keys, wish.minimise, step)
        for path in run.paths():
            note_written("export", wish.target.resolve(), path)
        _content(run, chosen, keys, about, intent)
        return _signed(run, chosen.tally, about, intent)


def _content(run: Run, chosen: Chosen, keys: Keys, about: About, intent: Intent) -> None:
    wish = run.wish
    name, force = str(wish.target), wish.force
    if wish.kind.name == STORE:
        with placing(name, force=force) as place:
            whole, suffix = wish.selection.everything, wish.target.suffix
            copy_store(run.view.session, keys, whole, place, suffix, chosen.tally, intent)
        return
    with writing(name, force=force) as out:
        if wish.kind.name == "otlp" and not wish.minimise:
            write_otlp(run.view, keys, wish.selection, about, out, chosen)
        else:
            wish.kind.writer()(chosen, about, out, wish.columns)  # type: ignore[arg-type]  # a file


def _signed(run: Run, tally: Tally, about: About, intent: Intent) -> Done:
    target = run.wish.target
    try:
        counts = {"traces": tally.traces, "spans": tally.spans, "errors": tally.errors}
        manifest, digest = manifest_of(target), file_hash(target)
        with writing(str(manifest), force=True) as out:
            size = target.stat().st_size
            out.write(
                sealed(
                    about,
                    run.wish.kind.name,
                    counts,
                    tally.findings,
                    file=target.name,
                    bytes=size,
                    sha256=digest,
                )
            )
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    intent.counts = {"rows": tally.spans, **counts, "hidden": sum(tally.findings.values())}
    intent.new_state = {"sha256": digest}
    return Done(target, manifest, counts, dict(tally.findings))


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


def logged_hash(folder: Path, op_id: str, sha256: str) -> str:
    """The hash that the audit log holds of an export's file; empty if it knows none. An export that doesn't
    tell its record, since it is encrypted, is looked for by its hash."""
    from inspector.audit.reading import newest_first, text
    from inspector.errors import AuditError

    try:
        for record in newest_first(folder):
            if text(record, "phase") != "outcome":
                continue
            held = text(record, "new_state", "sha256")
            if held and (text(record, "op_id") == op_id if op_id else held == sha256):
                return held
    except (AuditError, OSError):
        return ""
    return ""
