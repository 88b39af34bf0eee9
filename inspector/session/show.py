"""A raw span as a shown one: every text of it goes through the veil, with the path it is found at."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import force_setattr

from inspector.model import Attribute, Multimap
from inspector.session.pretty import pretty_text
from inspector.session.redactions import redactions_of
from inspector.session.veil import UNREDACTABLE, is_sealed, shown_text
from inspector.view import (
    EMPTY,
    ShownAttribute,
    ShownEvent,
    ShownLink,
    ShownSpan,
    ShownText,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.model import Annotation, Attributes, Span, Value
    from inspector.redaction.result import RedactedText
    from inspector.session.veil import Path, Veil
    from inspector.view import ShownMessage, ShownValue

Labels: TypeAlias = "dict[str, tuple[Path, ...]]"

_PATHS: Labels = {
    "trace": (("trace_id",),),
    "name": (("name",),),
    "service": (("service.name",),),
    "project": (("project",),),
    "environment": (("deployment.environment.name",), ("deployment.environment",), ("environment",)),
    "session": (("session.id",), ("session_id",), ("gen_ai.conversation.id",), ("langfuse.session.id",)),
    "user": (
        ("user.id",),
        ("user_id",),
        ("enduser.id",),
        ("gen_ai.user",),
        ("langfuse.user.id",),
        ("traceloop.association.properties.user_id",),
    ),
    "model": (("gen_ai.request.model",), ("llm.model_name",), ("model",)),
    "tag": (("tags",), ("tag.tags",)),
}
"""The keys each label is known by in some format: a field rule on any of them hides the label."""
_SECTIONS = {"name": "span", "trace": "span", "service": "resource"}


def keys_of(field: str) -> tuple[Path, ...]:
    """The keys that a label may have come from."""
    return _PATHS.get(field, ((field,),))


def label(field: str, text: str, veil: Veil) -> RedactedText:
    """A list's label, redacted by the strictest of the rules for the keys it may have come from."""
    best: RedactedText | None = None
    for path in keys_of(field):
        redacted = veil.label(text, path, _SECTIONS.get(field, "attributes"))
        if best is None or (best.clean and not redacted.clean):
            best = redacted
    assert best is not None
    return best


def show_span(
    span: Span, veil: Veil, flags: tuple[str, ...] = (), *, lean: bool = False, raw: bool = True
) -> ShownSpan:
    """`lean` leaves out what repeats the rest: the conversation and the raw object. Without `raw` the latter."""
    attributes = veil.attributes(span.attributes, "attributes")
    events = tuple(
        ShownEvent(
            veil.text(e.name, ("name",), "event"),
            e.time,
            veil.attributes(e.attributes, "event"),
        )
        for e in span.events
    )
    links = tuple(
        ShownLink(
            veil.text(x.trace_id, ("trace_id",), "link"),
            veil.text(x.span_id, ("span_id",), "link"),
            veil.attributes(x.attributes, "link"),
        )
        for x in span.links
    )
    shown = ShownSpan(
        trace_id=veil.text(span.trace_id, ("trace_id",), "span"),
        span_id=veil.text(span.span_id, ("span_id",), "span"),
        parent_id=None if not span.parent_id else veil.text(span.parent_id, ("parent_id",), "span"),
        name=_label("name", span.name, veil) or EMPTY,
        kind=span.kind.value,
        kind_written=veil.text(span.kind_written, ("kind",), "span"),
        start=span.start,
        end=span.end,
        status=span.status.value,
        status_message=veil.text(span.status_message, ("status_message",), "span"),
        attributes=attributes,
        events=events,
        links=links,
        resource=veil.attributes(span.resource, "resource"),
        scope_name=veil.text(span.scope.name, ("name",), "scope"),
        scope_version=veil.text(span.scope.version, ("version",), "scope"),
        scope_attributes=veil.attributes(span.scope.attributes, "scope"),
        service=_label("service", span.service, veil),
        project=_label("project", span.project, veil),
        environment=_label("environment", span.environment, veil),
        session=_label("session", span.session, veil),
        user=_label("user", span.user, veil),
        input=_body(span.input, "input", span.attributes, attributes, veil),
        output=_body(span.output, "output", span.attributes, attributes, veil),
        conversation=() if lean else _conversation(span, veil),
        model=_label("model", span.model, veil),
        tokens_input=span.tokens.input,
        tokens_output=span.tokens.output,
        tokens=span.tokens.sum,
        cost=span.cost,
        tags=tuple(shown_text(label("tag", t, veil)) for t in span.tags),
        annotations=shown_annotations(span.annotations, veil),
        raw=raw_text(span.raw, veil) if raw and not lean else EMPTY,
        flags=span.flags + flags,
        redactions=(),
    )
    return _with_redactions(shown)


def _conversation(span: Span, veil: Veil) -> tuple[ShownMessage, ...]:
    from inspector.session.conversation import conversation  # only the detail needs it: rows come sooner

    return conversation(span, veil)


def _with_redactions(shown: ShownSpan) -> ShownSpan:
    force_setattr(shown, "redactions", redactions_of(shown))
    return shown


def _label(field: str, text: str | None, veil: Veil) -> ShownText | None:
    if text is None:
        return None
    return veil.locks.text(text) if is_sealed(text) else shown_text(label(field, text, veil))


def _body(
    value: Value, section: str, raw: Attributes, shown: Sequence[ShownAttribute], veil: Veil
) -> ShownValue:
    """An input or output. Where it is a copy of an attribute that a rule hides whole, so is the copy."""
    if value is None:
        return None
    for attribute, seen in zip(raw, shown, strict=False):
        if isinstance(value, str) and attribute.value == value and _all_hidden(seen.value):
            return seen.value
    return veil.value(value, (), section)


def _all_hidden(value: ShownValue) -> bool:
    return isinstance(value, ShownText) and all(s.state is not State.PLAIN for s in value.segments if s.text)


def shown_annotations(items: Sequence[Annotation], veil: Veil) -> tuple[ShownAttribute, ...]:
    return veil.attributes(tuple(Attribute(a.name, a.value) for a in items), "annotation")


def raw_text(value: Value, veil: Veil) -> ShownText:
    """The stored object as pretty JSON; a stored text that isn't JSON stays the text it is."""
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return veil.text(value, (), "raw")
    if not isinstance(value, dict | list | Multimap):
        return ShownText((UNREDACTABLE,)) if isinstance(value, bytes) else veil.text(str(value), (), "raw")
    return shown_text(pretty_text(veil.redacted(value, (), "raw")))
