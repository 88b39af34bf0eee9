"""A span of a candidate line, read as far as a search asks: most hits are told by less than half of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from inspector.model import Attribute
from inspector.stores.formats import semconv
from inspector.stores.formats.ids import normal_id, parent_id
from inspector.stores.formats.kinds import otel_kind
from inspector.stores.formats.otlp_values import any_value, key_values, wanted_values
from inspector.stores.formats.values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.model import Annotation, Attributes, Event, Link, Scope, Span, Value
    from inspector.stores.formats.base import Object
    from inspector.stores.formats.semconv import Core, Shared

MESSAGE: Final = "langfuse.observation.status_message"
_NUMBERS: Final = frozenset(
    ["intValue", "doubleValue", "boolValue", "int_value", "double_value", "bool_value"]
)


class PartlyRead:
    """What it says equals what the whole span says, but for attributes without a text that `holds`: of those
    the key alone is there."""

    annotations: tuple[Annotation, ...] = ()

    def __init__(
        self,
        raw: Object,
        resource: Attributes,
        shared: Shared,
        scope: Scope,
        whole: Callable[[], Span],
        holds: Callable[[str], bool],
    ) -> None:
        self._raw = raw
        self._shared = shared
        self._whole = whole
        self._holds = holds
        self.resource = resource
        self.scope = scope
        self.trace_id = normal_id(raw.get("traceId") or raw.get("trace_id"))
        self.span_id = normal_id(raw.get("spanId") or raw.get("span_id"))
        self.parent_id = parent_id(raw.get("parentSpanId") or raw.get("parent_span_id"))
        name = raw.get("name")
        self.name = name if isinstance(name, str) else text_of(name) or ""

    @cached_property
    def whole(self) -> Span:
        return self._whole()

    @property
    def status_message(self) -> str:
        written = self._raw.get("status")
        message = text_of(written.get("message")) if isinstance(written, dict) else None
        if message:
            return message
        found = wanted_values(self._raw.get("attributes"), frozenset([MESSAGE]))
        return text_of(found.get(MESSAGE)) or ""

    @cached_property
    def _core(self) -> Core:
        attrs = wanted_values(self._raw.get("attributes"), semconv.HEAD_KEYS)
        return semconv.core(attrs, self._shared, otel_kind(self._raw.get("kind")))

    @property
    def service(self) -> str | None:
        return self._shared.service

    @property
    def project(self) -> str | None:
        return self._core.project

    @property
    def environment(self) -> str | None:
        return self._core.environment

    @property
    def session(self) -> str | None:
        return self._core.session

    @property
    def user(self) -> str | None:
        return self._core.user

    @property
    def model(self) -> str | None:
        return self._core.model

    @property
    def tags(self) -> tuple[str, ...]:
        return self._core.tags

    @cached_property
    def attributes(self) -> Attributes:
        pairs = self._raw.get("attributes")
        if not isinstance(pairs, list):
            return key_values(pairs)
        return tuple(self._attribute(pair) for pair in pairs if isinstance(pair, dict))

    def _attribute(self, pair: Object) -> Attribute:
        key, value = pair.get("key"), pair.get("value")
        key = key if isinstance(key, str) else ""
        if isinstance(value, dict) and len(value) == 1 and not self._holds(key):
            ((kind, inner),) = value.items()
            if kind in _NUMBERS or (
                kind == "stringValue" and isinstance(inner, str) and not self._holds(inner)
            ):
                return Attribute(key, None)
        return Attribute(key, any_value(value))

    @property
    def events(self) -> tuple[Event, ...]:
        return self.whole.events

    @property
    def links(self) -> tuple[Link, ...]:
        return self.whole.links

    @property
    def input(self) -> Value:
        return self.whole.input

    @property
    def output(self) -> Value:
        return self.whole.output
