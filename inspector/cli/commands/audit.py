"""`inspector audit`: verify, show, export, prune, alerts, report."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.audit_text import print_alerts, print_records, print_report, print_verdict, verdict_json
from inspector.cli.auditing import KEY, PUBLIC, Auditing, open_log, require, role_of
from inspector.cli.common import Command, Common
from inspector.cli.engine import read_config
from inspector.cli.output import Out, narrate
from inspector.errors import AuditError, Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.audit.verify import Trust
    from inspector.config import Config

FORMATS = ("jsonl", "ocsf", "ecs", "cef", "csv")


@click.group("audit")
def command() -> None:
    """Verify, read and hand out the audit log."""


def _opened(common: Common, permission: str) -> tuple[Config, Auditing]:
    config = read_config(common)
    auditing = open_log(config, role_of(common, config))
    require(auditing, permission)
    return config, auditing


@command.command("verify", cls=Command)
@click.option(
    "--from", "since", metavar="CHECKPOINT",
    help="Check what follows a checkpoint: last, its size, or a file that holds it.",
)  # fmt: skip
@click.option(
    "--anchor", "anchors", multiple=True, metavar="FILE",
    help="A file with checkpoints that were kept elsewhere: notes, or lines of a file or syslog anchor.",
)  # fmt: skip
@click.option("--key", "keys", multiple=True, metavar="KEY", help="The signer's verifier key, as text.")
@click.pass_obj
def verify_(common: Common, since: str | None, anchors: tuple[str, ...], keys: tuple[str, ...]) -> int:
    """Check the whole log, its checkpoints, and what anchors know of it.

    Names the first place that doesn't hold and what kind of tampering it speaks for. Exit 1 then; an honest
    log without signatures is no tampering.
    """
    from inspector.audit.anchors import read_back
    from inspector.audit.record import Entry, Outcome
    from inspector.audit.verify import verify

    _, auditing = _opened(common, "audit:verify")
    log = auditing.log
    trust, source = trust_of(auditing, keys)
    heads = (*read_back(auditing.anchors), *(note for name in anchors for note in _notes(Path(name))))
    note = "" if since in (None, "last") else _note_of(str(since), log.folder)
    step = _progress(log.folder)
    began = time.monotonic()
    report = verify(log.folder, trust, anchored=heads, incremental=since == "last", since=note, step=step)
    spent = time.monotonic() - began
    out = Out(no_color=common.no_color)
    if common.json:
        out.json(verdict_json(report, source, len(heads), spent))
    else:
        print_verdict(out, report, source, len(heads), spent, auditing)
    out.flush()
    outcome = Outcome.SUCCESS if report.ok else Outcome.FAILURE
    counts = {"records": report.records, "open": len(report.open_intents)}
    _note_event(auditing, Entry("audit.verified", outcome=outcome, counts=counts))
    return int(Exit.DONE if report.ok else Exit.NOTHING)


def _note_event(auditing: Auditing, entry: object) -> None:
    """Record that the log was read, where it can be written; a broken log must still be looked into."""
    from inspector.audit.record import Entry

    assert isinstance(entry, Entry)
    try:
        auditing.log.event(entry)
        auditing.log.checkpoint(anchored=False)
    except AuditError as error:
        narrate(f"This is not in the audit log: {error.what}. {error.fix}")


def trust_of(auditing: Auditing, given: Sequence[str]) -> tuple[Trust, str]:
    """Keys to check signatures by, and where they came from: the keyring, given, the file beside the log."""
    from inspector.audit.checkpoints import ORIGIN
    from inspector.audit.notes import MalformedNote, parse_vkey
    from inspector.audit.verify import Trust
    from inspector.keys.signer import signature_holds, signer_from
    from inspector.keys.states import KeyringError

    try:
        keys = [parse_vkey(text) for text in given]
    except MalformedNote:
        raise UsageError(
            "A key is no verifier key.",
            f"Give the one line of {PUBLIC} beside the log, from where you trust it.",
        ) from None
    state = ""
    try:
        signer = signer_from(auditing.signing.store, KEY, ORIGIN, make=False)
    except KeyringError as error:
        signer, state = None, f" (the keyring: {error.state.value})"
    if signer is not None:
        keys.append((ORIGIN, signer.public))
        return Trust(tuple(dict.fromkeys(keys)), signature_holds), "keyring"
    if keys:
        return Trust(tuple(keys), signature_holds), "given"
    try:
        beside = [parse_vkey((auditing.log.folder / PUBLIC).read_text())]
    except (OSError, ValueError):
        return Trust((), signature_holds), f"no key{state}"
    return Trust(tuple(beside), signature_holds), f"file beside the log{state}"


def _notes(path: Path) -> list[str]:
    """The checkpoints of a file: one signed note, lines of `{"note"}`, or lines of syslog."""
    from inspector.audit.anchors.file import FileAnchor
    from inspector.audit.anchors.system import note_in_line

    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"The anchor {path} can't be read.", "Name a file of checkpoints.") from None
    found = FileAnchor(path).heads() or [note for line in text.splitlines() if (note := note_in_line(line))]
    return found or [text]


def _note_of(since: str, folder: Path) -> str:
    from inspector.audit.checkpoints import read_notes

    if not since.isdecimal():
        return _notes(Path(since))[-1]
    for note in reversed(read_notes(folder)[0]):
        if note.split("\n")[1:2] == [since]:
            return note
    raise UsageError(
        "There is no checkpoint of that size.", "inspector audit verify --from last takes the newest."
    )


def _progress(folder: Path) -> Callable[[int], None]:
    """Narrates how far it is on a terminal, for a log that takes a while."""
    from inspector.audit.segments import segments

    if not sys.stderr.isatty() or sum(p.stat().st_size for p in segments(folder)) < 50_000_000:
        return lambda records: None

    def step(records: int) -> None:
        sys.stderr.write(f"\r{records:,} records checked")
        sys.stderr.flush()

    return step


@command.command("show", cls=Command)
@click.argument("query", metavar="[QUERY]", default="")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True, help="At most so many.")
@click.pass_obj
def show(common: Common, query: str, limit: int) -> int:
    """Print records, newest first.

    QUERY names actor, role, action, resource, outcome, phase, op, seq, start, age: outcome:denied age<7d
    """
    from itertools import islice

    from inspector.audit.reading import asked, newest_first

    _, auditing = _opened(common, "audit:read")
    found = list(islice(filter(asked(query), newest_first(auditing.log.folder)), limit))
    out = Out(no_color=common.no_color)
    print_records(out, found, json=common.json)
    out.flush()
    if not found:
        narrate("No record matches." if query else "The log holds no records.")
    return int(Exit.DONE if found or not query else Exit.NOTHING)


@command.command("export", cls=Command)
@click.argument("query", metavar="[QUERY]", default="")
@click.option(
    "--to", type=click.Choice(FORMATS), default="jsonl", show_default=True, help="The shape of a line."
)
@click.option("-o", "--output", metavar="OUT", help="Write here instead of to standard output.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.pass_obj
def export(common: Common, query: str, to: str, output: str | None, force: bool) -> int:
    """Hand out records, oldest first, in a shape that log collectors read."""
    from inspector.audit.export import lines
    from inspector.audit.reading import asked, oldest_first
    from inspector.audit.record import Entry, Resource
    from inspector.cli.streams import writing

    _, auditing = _opened(common, "audit:export")
    test = asked(query)
    rows = 0
    entry = Entry("audit.exported", Resource("audit-log"), reason=common.reason or "", new_state={"to": to})
    with auditing.log.act(entry) as intent, writing(output, force=force) as writer:
        for line in lines(filter(test, oldest_first(auditing.log.folder)), to):
            writer.write(line.encode() + b"\n")
            rows += 1
        intent.counts["rows"] = rows
    return int(Exit.DONE)


@command.command("prune", cls=Command)
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.pass_obj
def prune_(common: Common, yes: bool) -> int:
    """Remove the months that are older than audit.keep (7 years), and keep what proves the rest."""
    from inspector.audit.prune import plan, prune

    config, auditing = _opened(common, "audit:prune")
    keep = config.duration("audit.keep") or 0
    before = datetime.now(UTC) - timedelta(microseconds=keep // 1000)
    chosen = plan(auditing.log.folder, before)
    out = Out(no_color=common.no_color)
    if chosen is None:
        narrate(f"Nothing is older than {before:%Y-%m}.")
        return int(Exit.DONE)
    names = ", ".join(p.name for p in chosen.segments)
    narrate(f"{chosen.records:,} records in {len(chosen.segments)} months would go: {names}.")
    if not yes:
        raise UsageError("Nothing was removed.", "Repeat it with --yes.")
    prune(auditing.log, chosen, common.reason or "")
    if common.json:
        out.json({"records": chosen.records, "segments": [p.name for p in chosen.segments]})
    else:
        out.line(f"{chosen.records:,} records removed; the log begins at #{chosen.base.frontier.size:,}.")
    out.flush()
    return int(Exit.DONE)


@command.command("alerts", cls=Command)
@click.option("--since", metavar="DATE", help="From this day on, or so long ago (default: 30d).")
@click.pass_obj
def alerts(common: Common, since: str | None) -> int:
    """List the alerts that were raised, newest first."""
    from inspector.audit.reading import asked, moment, newest_first

    _, auditing = _opened(common, "audit:read")
    first, raised = _day(since or "30d") or 0, asked("action:alert.raised")
    found = [r for r in newest_first(auditing.log.folder) if raised(r) and (moment(r) or 0) >= first]
    out = Out(no_color=common.no_color)
    print_alerts(out, found, json=common.json)
    out.flush()
    if not found:
        narrate("No alerts.")
    return int(Exit.DONE)


@command.command("report", cls=Command)
@click.option("--since", metavar="DATE", help="From this day on, or so long ago (30d).")
@click.option("--until", metavar="DATE", help="Before this day.")
@click.option("--html", "as_html", is_flag=True, help="Print one self-contained page.")
@click.option(
    "--subject", metavar="ID", help="What touched this person; - reads ids and aliases from standard input."
)
@click.option("--alias", "aliases", multiple=True, metavar="ID", help="Another id of the same person.")
@click.pass_obj
def report_(
    common: Common,
    since: str | None,
    until: str | None,
    as_html: bool,
    subject: str | None,
    aliases: tuple[str, ...],
) -> int:
    """Who revealed, unlocked, exported or erased what, whose data it was, and who was refused.

    With --subject exit 1 says that nothing touched that person.
    """
    from inspector.audit.reading import oldest_first
    from inspector.audit.record import Entry, Resource
    from inspector.audit.report import report, shape
    from inspector.audit.report_html import html

    _, auditing = _opened(common, "audit:read")
    ids = _subjects(subject, aliases)
    marks = tuple(auditing.log.mark(id) for id in ids)
    found = report(oldest_first(auditing.log.folder), _day(since), _day(until), marks)
    out = Out(no_color=common.no_color)
    about = Resource("subject", marks[0]) if marks else Resource("audit-log")
    counts = {"records": found.records}
    entry = Entry("audit.exported", about, reason=common.reason or "", counts=counts)
    with auditing.log.act(replace(entry, new_state={"to": "report"})):
        if common.json:
            out.json(shape(found))
        elif as_html:
            title = f"Access review, {since or 'from the beginning'} to {until or 'now'}"
            out.line(html(found, title).rstrip("\n"))
        else:
            print_report(out, found, bool(ids))
        out.flush()
    return int(Exit.NOTHING if ids and not found.asked else Exit.DONE)


def _subjects(subject: str | None, aliases: Sequence[str]) -> list[str]:
    if subject is None:
        return list(aliases)
    if subject != "-":
        narrate("The shell's history keeps the id; --subject - reads it from standard input.")
        return [subject, *aliases]
    if sys.stdin.isatty():
        narrate("Type the id, then one alias a line, then press Ctrl-D.")
    return [line.strip() for line in sys.stdin if line.strip()] + list(aliases)


def _day(text: str | None) -> int | None:
    """Nanoseconds: of a date, or of so long before now."""
    if text is None:
        return None
    from inspector.config.units import duration

    if (ago := duration(text)) is not None:
        return time.time_ns() - ago
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "A date isn't one.", "Write it as 2026-01-31, with a time if it matters, or as 30d: so long ago."
        ) from None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return int(then.timestamp()) * 1_000_000_000
