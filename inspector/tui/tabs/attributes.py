"""The second tab: every field of the span as a folding tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui import format as fmt
from inspector.tui.tabs.doc import BLANK, Item, Line
from inspector.tui.tabs.semconv import MEANING
from inspector.tui.tabs.values import key_column, longest_key, tree_lines
from inspector.view import ShownList, ShownValue, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.tui.tabs.doc import Page
    from inspector.view import ShownAttribute, ShownSpan, ShownText, ShownTrace


def lines(span: ShownSpan, trace: ShownTrace | None, page: Page) -> Iterator[Line]:
    column = key_column(page.width, longest_key([a.key for a in (*span.attributes, *span.resource)]))
    yield from fields(span.attributes, page, "", "a", column)
    if not span.attributes:
        yield Line((("  No attributes.", page.look.dim),))
    yield from _section("span", _facts(span), page, "s", column, "span")
    yield from _section("resource", span.resource, page, "r", column, "resource")
    scope = _pairs((("name", span.scope_name), ("version", span.scope_version)))
    yield from _section("scope", (*scope, *span.scope_attributes), page, "c", column, "scope")
    yield from _section("annotations", span.annotations, page, "n", column, "annotation")
    for i, link in enumerate(span.links):
        pairs = (*_pairs((("trace_id", link.trace_id), ("span_id", link.span_id))), *link.attributes)
        yield from _section(f"link {i + 1}", pairs, page, f"l{i}", column, "link")
    if trace is not None:
        yield from of_trace(trace, page, column)


def of_trace(trace: ShownTrace, page: Page, column: int) -> Iterator[Line]:
    """What belongs to the trace and to no span."""
    yield from _section("trace", (*_trace_facts(trace), *trace.attributes), page, "t", column, "trace")
    yield from _section("trace annotations", trace.annotations, page, "ta", column, "annotation")


def fields(
    attributes: Sequence[ShownAttribute], page: Page, path: str, id: str, column: int
) -> Iterator[Line]:
    for i, attribute in enumerate(attributes):
        name = str(attribute.key)
        yield from tree_lines(
            attribute.key,
            attribute.value,
            page,
            path=f"{path}.{name}" if path else name,
            id=f"{id}/{i}",
            depth=0,
            column=column,
            note=MEANING.get(name, ""),
        )


def _section(
    title: str, attributes: Sequence[ShownAttribute], page: Page, id: str, column: int, path: str
) -> Iterator[Line]:
    if not attributes:
        return
    look = page.look
    open_ = page.folds.is_open(id, True)
    sign = look.glyphs.open if open_ else look.glyphs.shut
    yield BLANK
    runs = ((f"{sign} ", look.dim), (title, look.dim + look.strong))
    yield Line(runs, Item(id, title, path, None, folds=True, open=open_, heading=True), 0)
    if open_:
        yield from fields(attributes, page, path, id, column)


def _pairs(pairs: Sequence[tuple[str, ShownValue]]) -> tuple[ShownAttribute, ...]:
    from inspector.view import EMPTY, ShownAttribute

    return tuple(
        ShownAttribute(plain(name), value) for name, value in pairs if value is not None and value != EMPTY
    )


def _facts(span: ShownSpan) -> tuple[ShownAttribute, ...]:
    kind = (
        span.kind
        if str(span.kind_written).lower() in ("", span.kind)
        else f"{span.kind} ({span.kind_written})"
    )
    return _pairs(
        (
            ("kind", plain(kind)),
            ("status", plain(span.status)),
            ("status_message", span.status_message),
            ("start", plain(fmt.stamp(span.start))),
            ("duration", plain(fmt.duration(span.duration))),
            ("span_id", span.span_id),
            ("parent_id", span.parent_id),
            ("trace_id", span.trace_id),
            ("service", span.service),
            ("session", span.session),
            ("user", span.user),
            ("project", span.project),
            ("environment", span.environment),
            ("model", span.model),
            ("tokens_input", span.tokens_input),
            ("tokens_output", span.tokens_output),
            ("tokens", span.tokens),
            ("cost", plain(fmt.cost(span.cost))),
            ("tags", ShownList(span.tags) if span.tags else None),
            ("flags", ShownList(tuple(plain(flag) for flag in span.flags)) if span.flags else None),
        )
    )


def _trace_facts(trace: ShownTrace) -> tuple[ShownAttribute, ...]:
    row = trace.row
    texts: list[tuple[str, ShownText | None]] = [("store", row.store), ("trace_id", row.trace_id)]
    return _pairs(
        (
            *texts,
            ("input", trace.input),
            ("output", trace.output),
            ("tags", ShownList(row.tags) if row.tags else None),
            ("side records", trace.side or None),
        )
    )
