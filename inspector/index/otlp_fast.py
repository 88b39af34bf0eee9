"""OTLP lines straight into columns: typed decoding with attributes left raw, each distinct value read once.

Speaks for the usual shape alone (camelCase, hex ids, spans only). Anything else makes it refuse the line, and
the format's own reader takes that one: what both read is equal.
"""

from __future__ import annotations

import re
import sys
from array import array
from binascii import unhexlify
from typing import TYPE_CHECKING, Final

import msgspec
import orjson
from msgspec import UNSET, Raw, Struct, UnsetType

from inspector.index.block import bounded
from inspector.index.columns import HAS_PARENT, HIGHEST, NO_COST, NO_ID, NONE, ODD_ID, ODD_PARENT, Group
from inspector.stores.formats import semconv
from inspector.stores.formats.ids import normal_id
from inspector.stores.formats.kinds import otel_kind
from inspector.stores.formats.otlp import status_of
from inspector.stores.formats.otlp_values import any_value, wanted_values
from inspector.stores.formats.values import text_of

if TYPE_CHECKING:
    from inspector.index.block import Block
    from inspector.model import Value


class _Pair(Struct, gc=False):
    key: str
    value: Raw = Raw(b"null")


class _State(Struct, gc=False):
    code: int | str | float | None = None


class _Span(Struct, gc=False):
    traceId: str = ""
    spanId: str = ""
    parentSpanId: str = ""
    name: str = ""
    kind: int | str | float | None = None
    startTimeUnixNano: int = 0
    endTimeUnixNano: int = 0
    attributes: list[_Pair] = []
    status: _State | None = None
    trace_id: Raw | UnsetType = UNSET
    span_id: Raw | UnsetType = UNSET
    parent_span_id: Raw | UnsetType = UNSET
    start_time_unix_nano: Raw | UnsetType = UNSET
    end_time_unix_nano: Raw | UnsetType = UNSET

    def snake(self) -> bool:
        """Whether any field is in snake_case."""
        return not (
            self.trace_id is self.span_id is self.parent_span_id is UNSET
            and self.start_time_unix_nano is self.end_time_unix_nano is UNSET
        )


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


_DECODER: Final = msgspec.json.Decoder(_Batch, strict=False)
"""Lax, so that times written as strings come as integers."""
_SURROGATE: Final = re.compile(rb"\\u[dD]([89abAB]|[c-fC-F])[0-9a-fA-F]{2}")
_PAIR: Final = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]")
_REMEMBERED: Final = 50_000
_COUNTS: Final = frozenset((*semconv.TOKENS_IN, *semconv.TOKENS_OUT, *semconv.TOKENS_ALL, semconv.USAGE))
_MONEY: Final = frozenset((*semconv.COST, semconv.COSTS))
_PRESENCE: Final = frozenset(key for key, _ in semconv.IMPLIED).difference(semconv.KIND, semconv.MODEL)
"""Keys of which only matters that they are there."""


class Refused(Exception):
    """The line isn't of the usual shape."""


class _Shape:
    """Which keys a span has, and so where in its values each fact is looked for."""

    __slots__ = ("cost", "level", "low", "number", "session", "tokens", "user")

    def __init__(self, keys: tuple[str, ...], number: int) -> None:
        last = {key: at for at, key in enumerate(keys)}
        self.number = number
        self.user = [last[key] for key in semconv.USER if key in last]
        self.session = [last[key] for key in semconv.SESSION if key in last]
        self.tokens = sorted(at for key, at in last.items() if key in _COUNTS)
        self.cost = sorted(at for key, at in last.items() if key in _MONEY)
        self.level = last.get(semconv.LEVEL)
        high = {*self.user, *self.session, *self.tokens, *self.cost}
        self.low = [at for key, at in last.items() if at not in high and key not in _PRESENCE]


class OtlpLines:
    """Reads lines into one block."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._shared: dict[bytes, tuple[int, semconv.Shared]] = {}
        self._alike: dict[semconv.Shared, int] = {}
        self._groups: dict[tuple[object, ...], int] = {}
        self._values: dict[bytes, Value] = {}
        self._users: dict[bytes, int] = {}
        self._sessions: dict[bytes, int] = {}
        self._tokens: dict[tuple[object, ...], int] = {}
        self._ways: dict[tuple[int, int], int] = {}

    def read(self, line: bytes, start: int, number: int) -> None:
        """One line's spans; raises Refused before anything is written."""
        if (b"\\ud" in line or b"\\uD" in line) and _has_lone(line):
            raise Refused
        try:
            if not line.isascii():
                line.decode()
            batch = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Refused from None
        resources = batch.resourceSpans
        for resource in resources:
            for scope in resource.scopeSpans:
                for span in scope.spans:
                    if not span.traceId or span.snake():
                        raise Refused
        record = self._block.record(start, start + len(line), number)
        for r, resource in enumerate(resources):
            shared_no, shared = self._resource(bytes(resource.resource))
            for s, scope in enumerate(resource.scopeSpans):
                if scope.spans:
                    self._spans(scope.spans, shared_no, shared, record, self._way(r, s))

    def _way(self, r: int, s: int) -> int:
        way = self._ways.get((r, s))
        if way is None:
            path = ("resourceSpans", r, "scopeSpans", s, "spans")
            way = self._ways[r, s] = self._block.way(("", path))
        return way

    def _resource(self, raw: bytes) -> tuple[int, semconv.Shared]:
        known = self._shared.get(raw)
        if known is None:
            holder = orjson.loads(raw)
            pairs = holder.get("attributes") if isinstance(holder, dict) else None
            shared = semconv.shared(wanted_values(pairs, semconv.HEAD_KEYS_OF_RESOURCE))
            if len(self._shared) >= _REMEMBERED:
                self._shared.clear()
            known = self._shared[raw] = (self._alike.setdefault(shared, len(self._alike)), shared)
        return known

    def _spans(
        self, found: list[_Span], shared_no: int, shared: semconv.Shared, record: int, way: int
    ) -> None:
        block, spans = self._block, self._block.spans
        size = len(found)
        first = len(spans)
        self._ids(found)
        rows = block.rows
        spans.trace.extend(
            [
                row
                if (row := rows.get(span.traceId)) is not None
                else self._row(span.traceId, record, step, way)
                for step, span in enumerate(found)
            ]
        )
        names = block.texts["name"]
        spans.name.extend([names.setdefault(span.name, len(names)) for span in found])
        starts = [t if 0 < (t := span.startTimeUnixNano) < HIGHEST else NONE for span in found]
        ends = [t if 0 < (t := span.endTimeUnixNano) < HIGHEST else NONE for span in found]
        spans.start.extend(starts)
        spans.end.extend(ends)
        self._facts(found, shared_no, shared, starts, ends)
        spans.at.extend([record] * size)
        spans.way.extend([way] * size)
        spans.step.extend(range(size))
        assert len(spans) == first + size == len(spans.user)

    def _facts(
        self, found: list[_Span], shared_no: int, shared: semconv.Shared, starts: list[int], ends: list[int]
    ) -> None:
        block, spans = self._block, self._block.spans
        wanted, shapes, groups = semconv.HEAD_KEYS, self._shapes, self._groups
        user = block.text("user", shared.user)
        session = block.text("session", shared.session)
        add_group, add_tokens, add_cost = spans.group.append, spans.tokens.append, spans.cost.append
        add_user, add_session = spans.user.append, spans.session.append
        for span, start, end in zip(found, starts, ends, strict=True):
            pairs = [pair for pair in span.attributes if pair.key in wanted]
            keys = tuple([pair.key for pair in pairs])
            values = [bytes(pair.value) for pair in pairs]
            shape = shapes.get(keys)
            if shape is None:
                shape = shapes[keys] = _Shape(keys, len(shapes))
            code = span.status.code if span.status is not None else None
            times = (start != NONE) + 2 * (end != NONE)
            low = shape.low
            key: tuple[object, ...] = (
                shape.number, span.kind, code, times, shared_no,
                *[values[at] for at in low],
            )  # fmt: skip
            group = groups.get(key)
            if group is None:
                group = self._group(span, keys, values, shape, shared, times)
                if len(groups) >= _REMEMBERED:
                    groups.clear()
                if type(code) in _HASHED and type(span.kind) in _HASHED:
                    groups[key] = group
            add_group(group)
            add_user(self._text("user", self._users, shape.user, values, user) if shape.user else user)
            add_session(
                self._text("session", self._sessions, shape.session, values, session)
                if shape.session
                else session
            )
            add_tokens(self._count(keys, values, shape) if shape.tokens else NONE)
            add_cost(self._cost(keys, values, shape) if shape.cost else NO_COST)

    def _ids(self, found: list[_Span]) -> None:
        spans = self._block.spans
        try:
            ids = _packed([span.spanId for span in found])
            parents = _packed([span.parentSpanId or _NO_PARENT for span in found])
        except ValueError:
            ids, parents = array("Q"), array("Q")
        if not ids or 0 in ids:
            self._odd_ids(found)
            return
        spans.id.extend(ids)
        spans.parent.extend(parents)
        spans.flags.extend([HAS_PARENT if parent else 0 for parent in parents])

    def _odd_ids(self, found: list[_Span]) -> None:
        spans = self._block.spans
        for span in found:
            id_, flags = self._odd(span.spanId)
            parent, more = self._odd(span.parentSpanId)
            spans.id.append(id_)
            spans.parent.append(parent)
            above = 0 if more & NO_ID else HAS_PARENT | (ODD_PARENT if more & ODD_ID else 0)
            spans.flags.append(flags | above)

    def _odd(self, written: str) -> tuple[int, int]:
        id_ = normal_id(written)
        if not id_:
            return 0, NO_ID
        if len(id_) == 16 and _HEX.issuperset(id_):
            return int(id_, 16), 0
        table = self._block.odd
        return table.setdefault(id_, len(table)), ODD_ID

    def _row(self, written: str, record: int, step: int, way: int) -> int:
        """The row of a trace id seen for the first time in this spelling."""
        block = self._block
        raw_id = normal_id(written)
        if not raw_id:
            place = ".".join(str(s) for s in (*_numbers(block, way), step))
            return block.row(f"untraced:{block.starts[record]}:{place}")
        row = block.row(raw_id)
        if raw_id != written:
            block.spellings[written] = row
            block.rows[written] = row
        return row

    def _group(
        self,
        span: _Span,
        keys: tuple[str, ...],
        values: list[bytes],
        shape: _Shape,
        shared: semconv.Shared,
        times: int,
    ) -> int:
        attrs: dict[str, Value] = {key: None for key in keys if key in _PRESENCE}
        attrs.update((keys[at], self._value(values[at])) for at in shape.low)
        facts = semconv.core(attrs, shared, otel_kind(span.kind))
        code = span.status.code if span.status is not None else None
        status = status_of(
            {"status": {"code": code}}, attrs.get(semconv.LEVEL), times & 1 or None, times & 2 or None
        )
        text = self._block.text
        group = Group(
            facts.kind.value,
            text("kind", facts.kind_written),
            status.value,
            text("service", shared.service),
            text("project", facts.project),
            text("environment", facts.environment),
            text("model", facts.model),
            tuple(text("tag", tag) for tag in facts.tags),
        )
        return self._block.group(group)

    def _value(self, raw: bytes) -> Value:
        value = self._values.get(raw)
        if value is None:
            value = any_value(orjson.loads(raw))
            if len(self._values) >= _REMEMBERED:
                self._values.clear()
            self._values[raw] = value
        return value

    def _text(
        self, field: str, known: dict[bytes, int], places: list[int], values: list[bytes], none: int
    ) -> int:
        """The first of the values that is a text."""
        for at in places:
            raw = values[at]
            code = known.get(raw)
            if code is None:
                code = self._block.text(field, text_of(any_value(orjson.loads(raw))))
                if len(known) >= _REMEMBERED:
                    known.clear()
                known[raw] = code
            if code:
                return code
        return none

    def _count(self, keys: tuple[str, ...], values: list[bytes], shape: _Shape) -> int:
        places = shape.tokens
        key = (shape.number, *[values[at] for at in places])
        known = self._tokens.get(key)
        if known is None:
            tokens = semconv.tokens_in({keys[at]: self._value(values[at]) for at in places})
            total = tokens.sum
            known = NONE if total is None else bounded(total)
            if len(self._tokens) >= _REMEMBERED:
                self._tokens.clear()
            self._tokens[key] = known
        return known

    def _cost(self, keys: tuple[str, ...], values: list[bytes], shape: _Shape) -> float:
        cost = semconv.cost_in({keys[at]: self._value(values[at]) for at in shape.cost})
        return NO_COST if cost is None else cost


_NO_PARENT: Final = "0" * 16
_HASHED: Final = (int, str, type(None))
"""Types that compare equal only to themselves: 1.0 == 1 must not share a group."""


def _packed(ids: list[str]) -> array[int]:
    """Ids of 16 hex digits as integers; raises ValueError if any is something else."""
    if set(map(len, ids)) - {16}:
        raise ValueError
    out = array("Q", unhexlify("".join(ids)))
    if sys.byteorder == "little":
        out.byteswap()
    return out


_HEX: Final = frozenset("0123456789abcdef")


def _has_lone(line: bytes) -> bool:
    """Whether half of a surrogate pair is escaped; raw values are passed over undecoded: nobody else asks."""
    if 2 * len(_PAIR.findall(line)) == len(_SURROGATE.findall(line)):
        return False
    after_high = -1
    for match in _SURROGATE.finditer(line):
        at = before = match.start()
        while before and line[before - 1] == 0x5C:
            before -= 1
        if (at - before) & 1:
            continue
        if line[at + 3] in b"89abAB":
            if after_high >= 0:
                return True
            after_high = match.end()
        elif at == after_high:
            after_high = -1
        else:
            return True
    return after_high >= 0


def _numbers(block: Block, way: int) -> list[int]:
    path = list(block.ways)[way][1]
    return [step for step in path if isinstance(step, int)]
