"""Markdown for tickets and pull requests: a summary, then each trace as a table with its errors and messages.

All that comes from a store stands in code spans and fences, where no renderer makes links, images, mentions or
HTML of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.reports.json import to_json
from inspector.reports.shapes import value_json
from inspector.reports.spool import spooled
from inspector.reports.tally import percentile
from inspector.reports.units import duration, moment, money
from inspector.view import ShownText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from inspector.reports.chosen import Chosen, Exported
    from inspector.reports.manifest import About
    from inspector.reports.tally import Tally, Use
    from inspector.view import ShownMessage, ShownPart, ShownSpan, ShownValue, SpanNode

_TICKS = re.compile("`+")
_NAME = 120
"""Characters of a name in a table."""


def write(chosen: Chosen, about: About, out: BinaryIO, names: Sequence[str] = ()) -> None:
    with spooled() as body:
        for number, each in enumerate(chosen.traces(), 1):
            for line in _trace(number, each):
                body.write(line.encode("utf-8", "replace") + b"\n")
        for line in _summary(chosen.tally, about):
            out.write(line.encode("utf-8", "replace") + b"\n")
        body.seek(0)
        while data := body.read(1 << 20):
            out.write(data)


def code(text: str, most: int = 0) -> str:
    """A code span that holds a text on one line, whatever backticks are in it; fit for a table's cell."""
    flat = " ".join(text.replace("\n", "␤ ").replace("\t", " ").split(" "))
    if most and len(flat) > most:
        flat = flat[: most - 1] + "…"
    if not flat.strip():
        return ""
    ticks = "`" * (max((len(t) for t in _TICKS.findall(flat)), default=0) + 1)
    padded = f" {flat} " if flat[0] in "` " or flat[-1] in "` " else flat
    # A bar ends a cell even inside code; with the backslash GitHub shows the bar alone.
    return f"{ticks}{padded}{ticks}".replace("|", "\\|")


def fence(text: str) -> Iterator[str]:
    ticks = "`" * max(max((len(t) for t in _TICKS.findall(text)), default=0) + 1, 3)
    yield f"{ticks}text"
    yield text
    yield ticks


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join("---" for _ in head) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _summary(tally: Tally, about: About) -> Iterator[str]:
    yield f"# Traces: {tally.traces:,} with {tally.spans:,} spans"
    yield ""
    durations = sorted(tally.durations)
    facts = [
        ("From", f"{moment(tally.oldest)} to {moment(tally.newest)} UTC"),
        ("Errors", f"{tally.errors:,} spans in {tally.failed:,} traces"),
        ("Latency of traces", ", ".join(_percentiles(durations))),
        ("Tokens, cost", f"{tally.tokens:,}, {money(tally.cost) or '$0.00'}"),
        ("Hidden", _findings(tally.findings) or "nothing was found to hide"),
        ("Store", ", ".join(code(s.name) for s in about.stores)),
        ("Query", code(about.query) or "all"),
        (
            "Redacted by",
            f"policy {code(str(about.policy.get('hash', '')))}, audit record {code(about.op_id)}",
        ),
    ]
    if about.unsafe:
        facts.insert(0, ("UNSAFE", code(about.unsafe)))
    yield from _table(("", ""), facts)
    yield ""
    yield from _uses("Model", tally.models)
    yield from _uses("Service", tally.services)


def _percentiles(durations: Sequence[int]) -> Iterator[str]:
    for share in (50, 90, 95, 99):
        yield f"p{share} {duration(percentile(durations, share / 100))}"


def _findings(findings: Mapping[str, int]) -> str:
    most = sorted(findings.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{n:,} {code(name)}" for name, n in most)


def _uses(title: str, uses: Mapping[str, Use]) -> Iterator[str]:
    if not uses:
        return
    rows = sorted(uses.items(), key=lambda item: (-item[1].cost, -item[1].tokens, item[0]))
    yield from _table(
        (title, "spans", "errors", "tokens in", "tokens out", "cost"),
        (
            (
                code(name, _NAME),
                f"{u.spans:,}",
                f"{u.errors:,}",
                f"{u.tokens_input:,}",
                f"{u.tokens_output:,}",
                money(u.cost),
            )
            for name, u in rows
        ),
    )
    yield ""


def _trace(number: int, each: Exported) -> Iterator[str]:
    row = each.trace.row
    yield f"## {number}. {code(str(row.name), _NAME) or 'no name'}"
    yield ""
    yield (
        f"{code(str(row.trace_id))} · {moment(row.start)} UTC · {duration(row.duration)} · {row.spans:,} spans"
        + (f" · **{row.errors:,} errors**" if row.errors else "")
    )
    yield ""
    notes: list[str] = []
    yield from _table(("span", "kind", "status", "duration", "tokens"), _rows(each, row.start, notes))
    yield ""
    yield from notes


def _rows(each: Exported, start: int | None, notes: list[str]) -> Iterator[Sequence[str]]:
    for node, span in each.spans:
        indent = "&nbsp;&nbsp;" * min(node.depth, 20)
        bad = span.status == "error"
        yield (
            f"{indent}{code(str(span.name), _NAME) or '(no name)'}",
            span.kind,
            "**error**" if bad else span.status,
            duration(span.duration),
            "" if span.tokens is None else f"{span.tokens:,}",
        )
        notes.extend(_notes(node, span))


def _notes(node: SpanNode, span: ShownSpan) -> Iterator[str]:
    failed = span.status == "error" and bool(span.status_message)
    if not failed and not span.conversation:
        return
    yield f"### {code(str(span.name), _NAME) or '(no name)'}"
    yield ""
    if failed:
        yield "Error:"
        yield ""
        yield from fence(str(span.status_message))
        yield ""
    for message in span.conversation:
        yield from _message(message)


def _message(message: ShownMessage) -> Iterator[str]:
    for part in message.parts:
        text = _part(part)
        if not text.strip():
            continue
        named = f" {code(str(part.name), _NAME)}" if part.name else ""
        kind = "" if part.kind == "text" else f" {part.kind.replace('_', ' ')}"
        yield f"{code(str(message.role), _NAME) or 'message'}{kind}{named}:"
        yield ""
        yield from fence(text)
        yield ""


def _part(part: ShownPart) -> str:
    if part.arguments is not None:
        return _written(part.arguments)
    return str(part.text)


def _written(value: ShownValue) -> str:
    return str(value) if isinstance(value, ShownText) else to_json(value_json(value))
