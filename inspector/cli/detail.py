"""A trace and its spans as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.cli.output import block, one_line, to_json
from inspector.reports.shapes import value_json
from inspector.reports.units import counted, duration, moment, money, rfc3339
from inspector.view import ShownText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.cli.output import Out
    from inspector.view import ShownAttribute, ShownMessage, ShownPart, ShownSpan, ShownTrace, ShownValue

_DEEP = 20


def print_head(out: Out, trace: ShownTrace) -> None:
    row = trace.row
    out.line(f"{out.bold(one_line(str(row.name)) or '(no name)')}  {out.dim(one_line(str(row.trace_id)))}")
    counts = f"{counted(row.spans, 'span')}, {counted(row.errors, 'error')}"
    out.line(f"  {moment(row.start)} UTC  {duration(row.duration)}  {counts}  {row.status}")
    labels = [
        (name, "" if text is None else str(text))
        for name, text in (
            ("service", row.service),
            ("project", row.project),
            ("environment", row.environment),
            ("session", row.session),
            ("user", row.user),
            ("model", row.model),
        )
    ]
    labels.append(("tokens", "" if row.tokens is None else f"{row.tokens:,}"))
    labels.append(("cost", money(row.cost)))
    labels.append(("tags", ", ".join(str(t) for t in row.tags)))
    labels.append(("beside spans", f"{trace.side:,} records" if trace.side else ""))
    for name, text in labels:
        _field(out, name, text)
    _attributes(out, "attributes", trace.attributes)
    _value(out, "input", trace.input)
    _value(out, "output", trace.output)
    _attributes(out, "annotations", trace.annotations)


def print_tree(out: Out, trace: ShownTrace) -> None:
    out.line()
    for node in trace.nodes:
        depth = f"{'  ' * _DEEP}({node.depth}) " if node.depth > _DEEP else "  " * node.depth
        took = duration(None if node.start is None or node.end is None else node.end - node.start)
        status = out.red(" error") if node.status == "error" else ""
        note = f"  {out.dim(one_line(str(node.note)))}" if node.note else ""
        out.line(f"  {depth}{out.dim(node.kind)} {one_line(str(node.name))}  {took}{status}{note}")


def print_span(out: Out, span: ShownSpan, *, raw: bool) -> None:
    title = out.bold(one_line(str(span.name)) or "(no name)")
    out.line(f"{title}  {out.dim(one_line(f'{span.kind} {span.span_id}'))}")
    _field(out, "parent", "" if span.parent_id is None else str(span.parent_id))
    out.line(f"  {moment(span.start)} UTC  {duration(span.duration)}")
    status = out.red("error") if span.status == "error" else span.status
    out.line(f"  {status}{': ' + one_line(str(span.status_message)) if span.status_message else ''}")
    _field(out, "model", "" if span.model is None else str(span.model))
    if span.tokens is not None:
        _field(
            out, "tokens", f"{span.tokens:,} ({span.tokens_input or 0:,} in, {span.tokens_output or 0:,} out)"
        )
    _field(out, "cost", money(span.cost))
    _field(out, "wrong", ", ".join(span.flags))
    if span.conversation:
        _conversation(out, span.conversation)
    else:
        _value(out, "input", span.input)
        _value(out, "output", span.output)
    _attributes(out, "attributes", span.attributes)
    for event in span.events:
        when = rfc3339(event.time) or "no time"
        _attributes(out, f"event {one_line(str(event.name))} at {when}", event.attributes, always=True)
    for link in span.links:
        target = one_line(f"{link.trace_id} {link.span_id}")
        _attributes(out, f"link to {target}", link.attributes, always=True)
    _attributes(out, "resource", span.resource)
    scope = f"{span.scope_name} {span.scope_version}".strip()
    _attributes(out, f"scope {one_line(scope)}", span.scope_attributes, always=bool(scope))
    _attributes(out, "annotations", span.annotations)
    if raw and span.raw:
        out.line(f"  {out.dim('raw')}")
        _text(out, str(span.raw), "    ")


def _conversation(out: Out, messages: Iterable[ShownMessage]) -> None:
    for message in messages:
        arrow = ">" if message.direction == "input" else "<"
        out.line(f"  {out.dim(arrow)} {out.bold(one_line(str(message.role)))}")
        for part in message.parts:
            _part(out, part)


def _part(out: Out, part: ShownPart) -> None:
    if part.kind in ("tool_call", "tool_result"):
        word = "calls" if part.kind == "tool_call" else "result"
        name = one_line(f"{part.name} {part.call_id}".strip())
        out.line(f"    {out.dim(word)} {name}".rstrip())
        if part.text:
            _text(out, str(part.text), "      ")
        if part.arguments is not None:
            _text(out, _written(part.arguments), "      ")
    else:
        _text(out, str(part.text), "    ")


def _field(out: Out, name: str, text: str) -> None:
    if text:
        out.line(f"  {out.dim(f'{name:<13}')}{one_line(text)}")


def _attributes(out: Out, title: str, attributes: Iterable[ShownAttribute], *, always: bool = False) -> None:
    items = list(attributes)
    if not items and not always:
        return
    out.line(f"  {out.dim(title)}")
    for attribute in items:
        written = _written(attribute.value)
        key = one_line(str(attribute.key))
        if "\n" in written:
            out.line(f"    {key}:")
            _text(out, written, "      ")
        else:
            out.line(f"    {key}: {one_line(written)}")


def _value(out: Out, title: str, value: ShownValue) -> None:
    if value is None:
        return
    out.line(f"  {out.dim(title)}")
    _text(out, _written(value), "    ")


def _written(value: ShownValue) -> str:
    return str(value) if isinstance(value, ShownText) else to_json(value_json(value))


def _text(out: Out, text: str, indent: str) -> None:
    for line in block(text).split("\n"):
        out.line(f"{indent}{line}".rstrip())
