"""What is hidden in a shown span, and where: dotted paths as field rules write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.view import Redaction, ShownList, ShownMap, ShownText, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inspector.view import ShownAttribute, ShownSpan, ShownValue

_FIELDS = ("trace_id", "span_id", "parent_id", "name", "kind_written", "status_message", "service", "project",
           "environment", "session", "user", "model", "scope_name", "scope_version")  # fmt: skip


def texts_of(span: ShownSpan) -> Iterator[tuple[str, ShownText]]:
    """Every shown text of a span with its path, but those that repeat others: conversation and raw."""
    for name in _FIELDS:
        text: ShownText | None = getattr(span, name)
        if text is not None:
            yield f"span.{name}", text
    yield from attribute_texts(span.attributes, "")
    for i, event in enumerate(span.events):
        yield f"event[{i}].name", event.name
        yield from attribute_texts(event.attributes, f"event[{i}].")
    for i, link in enumerate(span.links):
        yield f"link[{i}].trace_id", link.trace_id
        yield f"link[{i}].span_id", link.span_id
        yield from attribute_texts(link.attributes, f"link[{i}].")
    yield from attribute_texts(span.resource, "resource.")
    yield from attribute_texts(span.scope_attributes, "scope.")
    yield from value_texts(span.input, "input")
    yield from value_texts(span.output, "output")
    for i, tag in enumerate(span.tags):
        yield f"span.tags[{i}]", tag
    yield from attribute_texts(span.annotations, "annotation.")


def attribute_texts(attributes: Iterable[ShownAttribute], prefix: str) -> Iterator[tuple[str, ShownText]]:
    for attribute in attributes:
        key = str(attribute.key)
        yield prefix + key, attribute.key
        yield from value_texts(attribute.value, prefix + key)


def value_texts(value: ShownValue, path: str) -> Iterator[tuple[str, ShownText]]:
    """Texts below a value, keys included; a key that has a dot of its own is quoted."""
    if isinstance(value, ShownText):
        yield path, value
    elif isinstance(value, ShownList):
        for i, item in enumerate(value.items):
            yield from value_texts(item, f"{path}[{i}]")
    elif isinstance(value, ShownMap):
        for key, item in value.pairs:
            text = str(key)
            below = f'{path}."{text}"' if "." in text or not text else f"{path}.{text}"
            yield below, key
            yield from value_texts(item, below)


def redactions_of(span: ShownSpan) -> tuple[Redaction, ...]:
    """One entry a hidden run, in the order of the span."""
    return tuple(
        Redaction(path, s.type or s.state.value, s.operator)
        for path, text in texts_of(span)
        for s in text.segments
        if s.state is not State.PLAIN
    )
