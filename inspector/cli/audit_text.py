"""The audit's answers as text for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.cli.output import one_line
from inspector.cli.table import Column, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.audit.reading import Record
    from inspector.audit.report import Line
    from inspector.audit.report import Report as Review
    from inspector.audit.verify import Report
    from inspector.cli.auditing import Auditing
    from inspector.cli.output import Json, Out


def verdict_json(report: Report, source: str, heads: int, seconds: float) -> dict[str, Json]:
    bad = report.bad
    return {
        "ok": report.ok,
        "records": report.records,
        "size": report.size,
        "bad": None
        if bad is None
        else {
            "where": bad.where,
            "line": bad.line,
            "byte": bad.byte,
            "class": bad.kind.name.lower(),
            "what": bad.kind.value,
        },
        "checkpoints": report.checkpoints,
        "signed": report.signed,
        "signed_size": report.signed_size,
        "unchecked": report.unchecked,
        "key": source,
        "anchors": heads,
        "anchored": report.anchored,
        "pruned": report.pruned,
        "sealed": list(report.sealed),
        "torn_tail": report.torn_tail,
        "torn_checkpoints": report.torn_checkpoints,
        "open_intents": list(report.open_intents),
        "seconds": round(seconds, 3),
    }


def print_verdict(
    out: Out, report: Report, source: str, heads: int, seconds: float, auditing: Auditing
) -> None:
    bad = report.bad
    if bad is not None:
        line = f", line {bad.line:,}" if bad.line else ""
        out.line(out.red(f"TAMPERED  {bad.where}{line}, byte {bad.byte:,}"))
        out.line(f"  {bad.kind.value}")
        out.line(f"  Up to there {report.records:,} records hold.")
    else:
        out.line(out.bold(f"The log holds: {report.records:,} records read, {report.size:,} in all."))
    facts = [
        ("folder", str(auditing.log.folder)),
        ("checkpoints", f"{report.checkpoints:,}"),
        ("signed", _signed(report)),
        ("key", source),
        ("anchors", _anchors(report, heads)),
        ("pruned", f"the first {report.pruned:,} records, as the log says" if report.pruned else ""),
        (
            "crashes",
            f"{len(report.sealed):,} torn lines, each named by the next record" if report.sealed else "",
        ),
        (
            "torn tail",
            f"{report.torn_tail:,} bytes; the next record will name them" if report.torn_tail else "",
        ),
        ("torn notes", f"{report.torn_checkpoints:,}" if report.torn_checkpoints else ""),
        ("unfinished", ", ".join(report.open_intents)),
        ("took", f"{seconds:.1f} s"),
    ]
    for name, text in facts:
        if text:
            out.line(f"  {out.dim(f'{name:<13}')}{one_line(text)}")


def _signed(report: Report) -> str:
    if not report.signed:
        loose = (
            f"; {report.unchecked:,} signatures can't be checked without the key" if report.unchecked else ""
        )
        return f"no: nothing here proves that the log was not rewritten as a whole{loose}"
    after = report.size - report.signed_size
    return f"up to record {report.signed_size:,}" + (
        f"; {after:,} after it are chained only" if after > 0 else ""
    )


def _anchors(report: Report, heads: int) -> str:
    if not heads:
        return "none: who has the key could have rewritten the log"
    return f"{report.anchored:,} of {heads:,} heads kept elsewhere are in the log"


def print_records(out: Out, records: Sequence[Record], *, json: bool) -> None:
    from inspector.session.trail import shown

    if json:
        for record in records:
            out.json(record)  # type: ignore[arg-type]  # it was parsed from JSON
        return
    columns = [
        Column("SEQ", right=True, paint=out.dim),
        Column("TIME (UTC)", paint=out.dim),
        Column("WHO", least=6),
        Column("ROLE", least=6),
        Column("ACTION", paint=out.bold),
        Column("OUTCOME"),
        Column("RESOURCE", least=8),
        Column("COUNTS", least=8),
        Column("REASON", least=8),
    ]
    rows = []
    for record in records:
        s = shown(record)
        rows.append(
            [
                str(s.seq),
                _time(record),
                s.who,
                s.role,
                s.action,
                s.outcome,
                _about(record),
                s.counts,
                s.reason,
            ]
        )
    for line in table(out, columns, rows):
        out.line(line)


def print_alerts(out: Out, records: Sequence[Record], *, json: bool) -> None:
    from inspector.audit.reading import counts, number, text

    if json:
        print_records(out, records, json=True)
        return
    columns = [Column("SEQ", right=True), Column("TIME (UTC)"), Column("ALERT", paint=out.red)]
    columns += [Column("SEEN", right=True), Column("WHO"), Column("HOST")]
    rows = [
        [
            str(number(r, "seq")),
            _time(r),
            text(r, "new_state", "rule"),
            str(counts(r).get("seen", "")),
            text(r, "actor", "user"),
            text(r, "host"),
        ]
        for r in records
    ]
    for line in table(out, columns, rows):
        out.line(line)


def print_report(out: Out, found: Review, asked: bool) -> None:
    from inspector.audit.report import SECTIONS, lines_of

    out.line(out.bold(f"{found.records:,} records"))
    only_seen = len(found.seen_redacted - found.persons)
    out.line(
        f"  Data of {len(found.persons):,} persons was opened or let out; "
        f"{only_seen:,} more were seen redacted."
    )
    columns = [Column("WHO", paint=out.bold), Column("HOST"), Column("ROLE"), Column("ACTIONS", least=20)]
    columns.append(Column("PERSONS", right=True))
    rows = [
        [
            p.user,
            p.host,
            p.role + (" (asserted)" if p.asserted else ""),
            ", ".join(f"{name} {n:,}" for name, n in sorted(p.actions.items())),
            str(len(p.touched)),
        ]
        for p in found.people.values()
    ]
    for line in table(out, columns, rows, within=True):
        out.line(f"  {line}")
    for name, heading in SECTIONS.items():
        lines = lines_of(found, name)
        if lines or (name == "asked" and asked):
            out.line()
            out.line(out.bold(f"{heading}: {len(lines):,}"))
            _lines(out, lines)


def _lines(out: Out, lines: Sequence[Line]) -> None:
    columns = [Column("SEQ", right=True), Column("TIME"), Column("WHO"), Column("ROLE"), Column("ACTION")]
    columns += [
        Column("OUTCOME"),
        Column("ABOUT", least=8),
        Column("COUNTS", least=8),
        Column("REASON", least=8),
    ]
    rows = [
        [
            str(x.seq),
            x.time[:19].replace("T", " "),
            x.user,
            x.role,
            x.action,
            x.outcome,
            x.resource,
            ", ".join(f"{name} {n:,}" for name, n in x.counts.items()),
            x.reason,
        ]
        for x in lines
    ]
    for line in table(out, columns, rows, within=True):
        out.line(f"  {line}")


def _time(record: Record) -> str:
    from inspector.audit.reading import text

    return text(record, "time")[:19].replace("T", " ")


def _about(record: Record) -> str:
    from inspector.audit.reading import text

    parts = [text(record, "resource", "type"), text(record, "resource", "id_hmac")[:16]]
    return " ".join(part for part in parts if part)
