"""`inspector show`: one trace with its spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inspector.cli.arguments import stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.detail import print_head, print_span, print_tree
from inspector.cli.opening import scanned
from inspector.cli.output import Out
from inspector.cli.unlocking import Channel, open_spans
from inspector.errors import NotFound, UsageError
from inspector.reports.shapes import messages_json, span_json, trace_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.cli.output import Json
    from inspector.view import ShownTrace, SpanNode, TraceKey, View


@click.command("show", cls=Command)
@stores_argument("STORE… TRACE_ID")
@click.option("--span", "span_id", metavar="ID", help="Only the span with this id.")
@click.option("--raw", is_flag=True, help="Add each span as it is stored, redacted.")
@click.option("--messages", is_flag=True, help="With --json: add each span's conversation.")
@click.option("--unlock", is_flag=True, help="Open what is hidden, as far as the role may; needs --reason.")
@click.option(
    "--plaintext-to-pipe", is_flag=True, help="Let --unlock print into a pipe or file; recorded as such."
)
@click.pass_obj
def command(
    common: Common,
    words: tuple[str, ...],
    span_id: str | None,
    raw: bool,
    messages: bool,
    unlock: bool,
    plaintext_to_pipe: bool,
) -> None:
    """Print the trace TRACE_ID with its spans, redacted.

    TRACE_ID is an id as ls prints it, or its first 4 characters or more if no other begins so.
    """
    if len(words) < 2:
        raise UsageError("No trace is named.", "Write its id behind the store; ls lists the ids.")
    *names, trace_id = words
    out = Out(no_color=common.no_color)
    with scanned(names, common) as view:
        key = view.find(trace_id)
        if key is None:
            raise NotFound(
                "No trace has this id, or several begin so.",
                "Give its first 4 characters or more; inspector ls lists the ids.",
            )
        trace = view.trace(key)
        view.viewed(key)
        nodes = _chosen(trace, span_id)
        if unlock:
            open_spans(view, key, nodes, common, Channel(out.tty, plaintext_to_pipe))
        if common.json:
            out.json(trace_json(trace, (_span(view, key, node, raw, messages) for node in nodes)))
        else:
            _print(out, view, trace, nodes, raw, whole=span_id is None)
    out.flush()


def _chosen(trace: ShownTrace, span_id: str | None) -> Sequence[SpanNode]:
    if span_id is None:
        return trace.nodes
    nodes = [node for node in trace.nodes if str(node.span_id) == span_id]
    if not nodes:
        raise NotFound("No span of the trace has this id.", "Leave out --span to see all of them.")
    return nodes


def _span(view: View, key: TraceKey, node: SpanNode, raw: bool, messages: bool) -> dict[str, Json]:
    span = view.span(key, node.index, raw=raw)
    shape = span_json(span)
    if messages:
        shape["messages"] = messages_json(span.conversation)
    if raw:
        shape["raw"] = str(span.raw)
    return shape


def _print(
    out: Out, view: View, trace: ShownTrace, nodes: Sequence[SpanNode], raw: bool, *, whole: bool
) -> None:
    if whole:
        print_head(out, trace)
        print_tree(out, trace)
    for node in nodes:
        out.line()
        print_span(out, view.span(trace.row.key, node.index, raw=raw), raw=raw)
