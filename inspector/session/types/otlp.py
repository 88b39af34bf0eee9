"""Which types each span of an OTLP line hides: exactly those that its detail shows as hidden.

Spans are decoded with attributes left raw, and each distinct attribute is judged once. A line that isn't of
the usual shape, or holds marks of an erasure or sealed fields, is read and shown span by span.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, ParamSpec

import msgspec
import orjson
from msgspec import UNSET, Raw, Struct, UnsetType

from inspector.index.typebits import NOTHING, Types
from inspector.model import Multimap
from inspector.redaction.engine import FAILED, FAULTS
from inspector.redaction.keys import dotted
from inspector.redaction.kinds import KindsWalk
from inspector.redaction.paths import PREFIXES
from inspector.redaction.result import RedactedText
from inspector.session.redactions import texts_of
from inspector.session.show import show_span
from inspector.session.types.known import Known, Unit
from inspector.session.types.sets import CLEAN, highest, types_of, united
from inspector.stores.decode import BadJson, decode
from inspector.stores.formats import content
from inspector.stores.formats.base import Record
from inspector.stores.formats.ids import normal_id
from inspector.stores.formats.otlp import FORMAT, scope_of
from inspector.stores.formats.otlp_values import any_value, key_values
from inspector.stores.formats.values import text_of
from inspector.stores.records import Piece, records

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from inspector.model import Attributes, Value
    from inspector.redaction.engine import Redactor
    from inspector.redaction.result import RedactedValue
    from inspector.session.veil import Veil

P = ParamSpec("P")


class _Pair(Struct, gc=False):
    key: str
    value: Raw = Raw(b"null")


class _Event(Struct, gc=False):
    name: str = ""
    attributes: list[_Pair] = []
    traceId: str = ""
    spanId: str = ""
    trace_id: Raw | UnsetType = UNSET
    span_id: Raw | UnsetType = UNSET


class _Span(Struct, gc=False):
    traceId: str
    spanId: str
    parentSpanId: str = ""
    attributes: list[_Pair] = []
    status: Raw = Raw(b"null")
    events: Raw = Raw(b"[]")
    links: Raw = Raw(b"[]")
    trace_id: Raw | UnsetType = UNSET
    span_id: Raw | UnsetType = UNSET
    parent_span_id: Raw | UnsetType = UNSET


class _Scope(Struct, gc=False, forbid_unknown_fields=True):
    spans: list[_Span]
    scope: Raw = Raw(b"null")
    schemaUrl: Raw = Raw(b"null")


class _Resource(Struct, gc=False, forbid_unknown_fields=True):
    scopeSpans: list[_Scope]
    resource: Raw = Raw(b"null")
    schemaUrl: Raw = Raw(b"null")


class _Batch(Struct, gc=False, forbid_unknown_fields=True):
    resourceSpans: list[_Resource]


_DECODER: Final = msgspec.json.Decoder(_Batch)
_EVENTS: Final = msgspec.json.Decoder(list[_Event])
_ID: Final = re.compile(r"[0-9a-f]{32} [0-9a-f]{16} (?:[0-9a-f]{16})?", re.ASCII)
_MARKED: Final = re.compile(rb"ERASED|__encrypted__|\\u00[46][5eE]|\\u00[57][fF]")
"""What a detail shows in a way of its own; also where somebody has escaped a letter of it."""
_LISTS: Final = (*content.INPUT_LISTS, *content.OUTPUT_LISTS)
_INPUTS: Final = frozenset(content.INPUT)
_OUTPUTS: Final = frozenset(content.OUTPUT)
_BODIES: Final = frozenset((*content.INPUT, *content.OUTPUT, *content.LAST_RESORT))
_LAST: Final = frozenset(step for key in _BODIES for step in dotted(key)[-1:])
_STATUS_KEY: Final = "langfuse.observation.status_message"


class _Unusual(Exception):
    """The span has to be read and shown whole."""


class _Shape:
    """What the keys of a span's attributes say, whatever their values."""

    __slots__ = ("beside", "body", "copies", "keys", "number", "status")

    def __init__(self, keys: tuple[str, ...], number: int, redactor: Redactor) -> None:
        self.keys = keys
        self.number = number
        self.beside = {key for key in keys if redactor.key_rules.by_sibling(key)}
        self.body = [at for at, key in enumerate(keys) if key in _BODIES or key.startswith(_LISTS)]
        self.copies = not any(key.startswith(_LISTS) for key in keys) or (
            not _INPUTS.isdisjoint(keys) and not _OUTPUTS.isdisjoint(keys)
        )
        """Whether input and output are values of attributes, and not put together from several."""
        self.status = _STATUS_KEY in keys


class OtlpTypes:
    """Of one store; for one thread."""

    def __init__(self, veil: Veil, redactor: Redactor) -> None:
        self._veil = veil
        self._r = redactor
        self._walk = KindsWalk(redactor)
        places = redactor.field_rules.paths
        self._sections = any(p.anchored or p.segments[0] in PREFIXES for p in places)
        """Whether some rule asks in which section of a span a key stands."""
        self._copies = not self._sections and not _LAST.intersection(redactor.key_rules.outer)
        """Whether an input that is an attribute's value hides nothing that the attribute doesn't."""
        self._known = Known(redactor)
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    @property
    def sets(self) -> list[Types]:
        return self._known.sets.all

    def line(self, text: bytes, start: int) -> list[int]:
        """A number in `sets` for each span of a line, in the order stored."""
        if _MARKED.search(text) is None:
            try:
                return self._usual(text)
            except (msgspec.DecodeError, UnicodeError, RecursionError, BadJson, _Unusual):
                pass
        return self._shown(text, start)

    def _shown(self, text: bytes, start: int) -> list[int]:
        """By what is shown of each span."""
        out: list[int] = []
        for record in records(Piece(text, start, 0)):
            if isinstance(record, Record):
                for span in FORMAT.parse(record).spans:
                    shown = show_span(span, self._veil, lean=True)
                    found = frozenset(r.type for r in shown.redactions)
                    levels = (s.level for _, t in texts_of(shown) for s in t.segments)
                    out.append(self._known.sets.code(Types(found, highest(levels)) if found else NOTHING))
        return out

    # lines of the usual shape

    def _usual(self, text: bytes) -> list[int]:
        if not text.isascii():
            text.decode()
        run = _Line(self._known)
        ids: list[bytes] = []
        for resource in _DECODER.decode(text).resourceSpans:
            of_resource = bytes(resource.resource)
            for scope in resource.scopeSpans:
                of_scope = bytes(scope.scope)
                for span in scope.spans:
                    codes = run.next()
                    run.want(codes, ("resource", of_resource), self._of_resource, of_resource)
                    run.want(codes, ("scope", of_scope), self._of_scope, of_scope)
                    ids.append(_ids(span))
                    self._span(span, codes, run)
        self._known.settle()
        run.settled()
        for number in self._known.fired(ids):
            run.each[number].add(self._known.sets.code(self._of_ids(orjson.loads(ids[number]))))
        for codes, shape, raws in run.bodies:
            codes.add(self._body(shape, raws))
        union = self._known.sets.union
        return [union(codes) for codes in run.each]

    def _span(self, span: _Span, codes: set[int], run: _Line) -> None:
        keys = tuple([pair.key for pair in span.attributes])
        raws = [bytes(pair.value) for pair in span.attributes]
        shape = self._shapes.get(keys)
        if shape is None:
            shape = self._shapes[keys] = _Shape(keys, len(self._shapes), self._r)
        self._attributes(shape, "attributes", raws, codes, run)
        if shape.body:
            run.bodies.append((codes, shape, raws))
        if shape.status or span.status not in _NO_STATUS:
            message = _message(bytes(span.status)) or (
                _text_at(shape, raws, _STATUS_KEY) if shape.status else ""
            )
            self._text(message, "status_message", "span", codes, run)
        if span.events != _EMPTY:
            for event in _EVENTS.decode(span.events):
                self._text(event.name, "name", "event", codes, run)
                self._beside(event, "event", codes, run)
        if span.links != _EMPTY:
            for link in _EVENTS.decode(span.links):
                if link.trace_id is not UNSET or link.span_id is not UNSET:
                    raise _Unusual
                self._text(normal_id(link.traceId), "trace_id", "link", codes, run)
                self._text(normal_id(link.spanId), "span_id", "link", codes, run)
                self._beside(link, "link", codes, run)

    def _beside(self, holder: _Event, section: str, codes: set[int], run: _Line) -> None:
        keys = tuple([pair.key for pair in holder.attributes])
        shape = self._shapes.get(keys)
        if shape is None:
            shape = self._shapes[keys] = _Shape(keys, len(self._shapes), self._r)
        self._attributes(shape, section, [bytes(pair.value) for pair in holder.attributes], codes, run)

    def _attributes(
        self, shape: _Shape, section: str, raws: Sequence[bytes], codes: set[int], run: _Line
    ) -> None:
        known = self._known.codes
        where = section if self._sections else ""
        for key, raw in zip(shape.keys, raws, strict=True):
            own = (where, key, raw, shape.number if key in shape.beside else -1)
            code = known.get(own)
            if code is not None:
                codes.add(code)
            else:
                run.want(codes, own, self._of_attribute, shape, section, key, raw)

    def _text(self, text: str, name: str, section: str, codes: set[int], run: _Line) -> None:
        if text:
            run.want(codes, (section, name, text), self._of_text, text, name, section)

    # what one thing hides

    def _of_attribute(self, shape: _Shape, section: str, key: str, raw: bytes) -> Unit:
        def judge() -> Types:
            made = self._member(shape, key, any_value(_json(raw)), section)
            return types_of(made, self._r.judged(key, ()))

        alone = key not in shape.beside
        return Unit(b'{"key":' + orjson.dumps(key) + b',"value":' + raw + b"}" if alone else b"", judge)

    def _of_text(self, text: str, name: str, section: str) -> Unit:
        return Unit(
            orjson.dumps({name: text}), lambda: types_of(_sound(self._r.text(text, (name,), section)))
        )

    def _of_resource(self, raw: bytes) -> Unit:
        def judge() -> Types:
            return self._of_pairs(attributes_of(_json(raw)), "resource")

        return Unit(b"", judge)

    def _of_scope(self, raw: bytes) -> Unit:
        def judge() -> Types:
            scope = scope_of(_json(raw))
            texts = [
                self._r.text(scope.name, ("name",), "scope"),
                self._r.text(scope.version, ("version",), "scope"),
            ]
            return united(types_of(*map(_sound, texts)), self._of_pairs(scope.attributes, "scope"))

        return Unit(b"", judge)

    def _of_pairs(self, attributes: Attributes, section: str) -> Types:
        if not attributes:
            return NOTHING
        pairs = Multimap(tuple((a.key, a.value) for a in attributes))
        return types_of(self._value(pairs, section))

    def _of_ids(self, ids: dict[str, str]) -> Types:
        return types_of(*(_sound(self._r.text(text, (name,), "span")) for name, text in ids.items() if text))

    def _member(self, shape: _Shape, key: str, value: Value, section: str) -> RedactedValue:
        """What becomes of one attribute beside the keys of all."""
        beside = tuple((other, None) for other in shape.keys) if key in shape.beside else ()
        try:
            return self._walk.under(value, (key,), section, 0, 0, beside)
        except FAULTS:
            raise _Unusual from None

    def _value(self, value: Value, section: str) -> RedactedValue:
        try:
            return self._walk.value(value, (), section)
        except FAULTS:
            raise _Unusual from None

    # input and output, which repeat attributes

    def _body(self, shape: _Shape, raws: list[bytes]) -> int:
        known = self._known.codes
        if self._copies and shape.copies:
            return CLEAN
        where = "attributes" if self._sections else ""
        if all(known.get((where, shape.keys[at], raws[at], -1)) == CLEAN for at in shape.body):
            return CLEAN
        own = {raws[at] for at in shape.body}
        copies = tuple([at for at, raw in enumerate(raws) if raw in own])
        key = ("body", shape.number, copies, *[raws[at] for at in shape.body])
        code = known.get(key)
        if code is None:
            code = self._known.keep(key, self._of_body(shape, raws, copies), sum(map(len, own)))
        return code

    def _of_body(self, shape: _Shape, raws: list[bytes], copies: Sequence[int]) -> Types:
        values = {at: any_value(_json(raws[at])) for at in copies}
        attrs = {shape.keys[at]: values[at] for at in shape.body}
        out = NOTHING
        for value, section in ((content.input_of(attrs), "input"), (content.output_of(attrs), "output")):
            if value is None:
                continue
            same = [at for at in copies if isinstance(value, str) and values[at] == value]
            hidden = (_hidden(self._member(shape, shape.keys[at], value, "attributes")) for at in same)
            if not any(hidden):
                out = united(out, types_of(self._value(value, section)))
        return out


class _Line:
    """The spans of one line while what they hide is gathered."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.each: list[set[int]] = []
        self.bodies: list[tuple[set[int], _Shape, list[bytes]]] = []
        self._missing: list[tuple[set[int], Hashable]] = []

    def next(self) -> set[int]:
        codes: set[int] = set()
        self.each.append(codes)
        return codes

    def want(
        self, codes: set[int], key: Hashable, make: Callable[P, Unit], *args: P.args, **kw: P.kwargs
    ) -> None:
        code = self._known.codes.get(key)
        if code is not None:
            codes.add(code)
            return
        self._missing.append((codes, key))
        if not self._known.asked(key):
            self._known.ask(key, make(*args, **kw))

    def settled(self) -> None:
        known = self._known.codes
        for codes, key in self._missing:
            codes.add(known[key])


_EMPTY: Final = Raw(b"[]")
_NO_STATUS: Final = (Raw(b"null"), Raw(b"{}"))


def _ids(span: _Span) -> bytes:
    """The ids of a span as their texts are shown; raises where they aren't written as they are shown."""
    snake = span.trace_id is span.span_id is span.parent_span_id is UNSET
    if not snake or _ID.fullmatch(f"{span.traceId} {span.spanId} {span.parentSpanId}") is None:
        raise _Unusual
    return f'{{"trace_id":"{span.traceId}","span_id":"{span.spanId}","parent_id":"{span.parentSpanId}"}}'.encode()


def _message(raw: bytes) -> str:
    status = _json(raw)
    return (text_of(status.get("message")) or "") if isinstance(status, dict) else ""


def _text_at(shape: _Shape, raws: Sequence[bytes], key: str) -> str:
    last = max(at for at, own in enumerate(shape.keys) if own == key)
    return text_of(any_value(_json(raws[last]))) or ""


def _json(raw: bytes) -> object:
    return decode(raw)[0]


def _sound(value: RedactedValue) -> RedactedValue:
    """Raises where the engine failed: then all that stands beside it is hidden too."""
    if value is FAILED:
        raise _Unusual
    return value


def _hidden(value: RedactedValue) -> bool:
    return isinstance(value, RedactedText) and all(
        p.finding is not None or p.failed for p in value.pieces if p.text
    )


def attributes_of(holder: object) -> Attributes:
    return key_values(holder.get("attributes")) if isinstance(holder, dict) else ()
