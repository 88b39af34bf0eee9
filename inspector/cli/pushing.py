"""A push from start to end: who may, to which endpoint, the record that comes first, and going on where one broke off."""

from __future__ import annotations

import hashlib
import secrets
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from inspector.cli.auditing import open_log, require, role_of
from inspector.cli.bulk import demand_bulk, using
from inspector.cli.endpoints import Typed, endpoint_of
from inspector.cli.engine import effective_policy, read_config
from inspector.cli.exporting import Run, progress
from inspector.errors import NotFound, UsageError
from inspector.reports.chosen import Chosen, choose
from inspector.reports.manifest import sealed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inspector.cli.common import Common
    from inspector.cli.exporting import Wish
    from inspector.reports.chosen import Keys
    from inspector.reports.json import Json
    from inspector.reports.push.endpoint import Endpoint
    from inspector.session.audited import AuditedView
    from inspector.view import TraceKey

_PAGE = 512


@dataclass(frozen=True, slots=True)
class Pushed:
    counts: Mapping[str, int]
    findings: Mapping[str, int]
    manifest: Path
    before: int
    """Traces that an earlier run had brought there."""


def push(names: Sequence[str], common: Common, wish: Wish, typed: Typed) -> Pushed:
    """Raises Denied, UsageError, NotFound, PushError or AuditError."""
    from inspector.cli.opening import scanned

    config = read_config(common)
    auditing = open_log(config, role_of(common, config))
    require(auditing, "reports:push")
    if wish.stable_tags:
        require(auditing, "tags:stable")
    endpoint = endpoint_of(typed, config)
    demand_exporter()
    state = _State.of(names, wish, endpoint)
    with scanned(names, common, tags=None if wish.stable_tags else state.key) as view:
        chosen = choose(view, wish.selection)
        if not chosen.traces:
            raise NotFound("No trace matches.", "Try the query with inspector ls.")
        policy = effective_policy(common, config, auditing.identity)
        run = Run(view, common, config, auditing.log, auditing.identity, wish, policy)
        with using(demand_bulk(auditing, view, chosen, wish)):
            return _push(run, chosen, endpoint, state)


def demand_exporter() -> None:
    from importlib.util import find_spec

    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter.otlp.proto.http") is None:
        raise UsageError("OpenTelemetry's exporter isn't installed.", "pip install 'trace-inspector[push]'")


def _push(run: Run, keys: Keys, endpoint: Endpoint, state: _State) -> Pushed:
    from inspector.reports.push.send import Push

    marks = _marks(run.view, run.wish.selection.query) if state.done else {}
    left = [key for key in keys.keys if marks.get(key) not in state.done] if marks else list(keys.keys)
    place: dict[str, Json] = {
        "endpoint": run.log.mark(endpoint.url)[:16],
        "region": endpoint.region,
        "baa": endpoint.baa,
    }
    with run.log.act(run.entry("export.pushed", place)) as intent:
        chosen = Chosen(run.view, left, run.wish.minimise, progress())
        with closing(Push(endpoint)) as pushing:
            try:
                sent = pushing.send(chosen, lambda count: state.reached(run.view, left[:count]))
            except BaseException:
                state.save()
                raise
            rejected = pushing.rejected
        state.forget()
        tally = chosen.tally
        counts = {"traces": len(left), "spans": sent, "errors": tally.errors, "rejected": rejected}
        intent.counts = {"rows": sent, **counts, "hidden": sum(tally.findings.values())}
        intent.partial = rejected > 0
        manifest = _folder() / f"{intent.op_id}.manifest.json"
        options = {**run.wish.options, **({"region": endpoint.region} if endpoint.region else {})}
        about = replace(run.about(intent), options=options)
        _write(manifest, sealed(about, "push", counts, tally.findings, file="", bytes=0, sha256=""))
        return Pushed(counts, dict(tally.findings), manifest, keys.traces - len(left))


def _marks(view: AuditedView, query: str) -> dict[TraceKey, str]:
    rows = view.rows(query)
    return {
        row.key: _mark(str(row.trace_id))
        for start in range(0, rows.count, _PAGE)
        for row in rows.page(start, _PAGE)
    }


def _mark(trace_id: str) -> str:
    return hashlib.blake2b(trace_id.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _folder() -> Path:
    from inspector.paths import private_folder, state_folder

    return private_folder(state_folder() / "pushes")


def _write(path: Path, data: bytes) -> None:
    from inspector.cli.streams import writing

    with writing(str(path), force=True) as out:
        out.write(data)


@dataclass(slots=True)
class _State:
    """What a push has brought to its receiver, kept until it is whole: the key of its tags, and marks of traces."""

    file: Path
    key: bytes
    done: set[str]
    counted: int = 0
    saved: float = 0.0

    @classmethod
    def of(cls, names: Sequence[str], wish: Wish, endpoint: Endpoint) -> _State:
        what = [
            endpoint.url,
            repr(wish.selection),
            repr(wish.minimise),
            *(str(Path(n).absolute()) for n in names),
        ]
        file = _folder() / f"{hashlib.sha256(repr(what).encode()).hexdigest()[:24]}.json"
        try:
            held = orjson.loads(file.read_bytes())
            return cls(file, bytes.fromhex(held["key"]), set(held["done"]))
        except (OSError, orjson.JSONDecodeError, KeyError, ValueError, TypeError):
            return cls(file, secrets.token_bytes(32), set())

    def reached(self, view: AuditedView, keys: Sequence[TraceKey]) -> None:
        """These, from the first on, are acknowledged."""
        for key in keys[self.counted :]:
            self.done.add(_mark(str(view.trace(key).row.trace_id)))
        self.counted = len(keys)
        if time.monotonic() - self.saved > 1:
            self.save()

    def save(self) -> None:
        self.saved = time.monotonic()
        if self.done:
            _write(self.file, orjson.dumps({"key": self.key.hex(), "done": sorted(self.done)}))

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)
