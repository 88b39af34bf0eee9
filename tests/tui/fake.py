"""A view made of arithmetic: any number of traces without holding one, the states of a redacted store, and
switches for what can go wrong."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from inspector.errors import InspectorError, StoreError, UsageError
from inspector.view import (
    EMPTY,
    Badge,
    Hit,
    Progress,
    Redaction,
    Segment,
    ShownAttribute,
    ShownAuditRecord,
    ShownEvent,
    ShownList,
    ShownMap,
    ShownMessage,
    ShownPart,
    ShownSpan,
    ShownText,
    ShownTrace,
    Sort,
    SpanNode,
    State,
    StoreSummary,
    TraceKey,
    TraceRow,
    plain,
)
from inspector.view_stats import Findings, StatLine, Stats, Times, TypeFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NOON = 1_795_356_131_000_000_000
"""2026-11-22 14:02:11 UTC in ns."""
MS = 1_000_000
NAMES = ("support-agent", "rag-answer", "kyc-onboarding", "triage", "refund-workflow", "code-review")


def redacted(type: str, *, tag: str = "", operator: str = "replace") -> Segment:
    text = f"[{type}:{tag}]" if operator == "hash" else f"[REDACTED:{type}]"
    return Segment(text, State.REDACTED, type=type, tag=tag, operator=operator)


EMAIL = redacted("email", tag="9f3a5c01d2e47b60", operator="hash")
PHONE = redacted("phone", tag="••19", operator="partial")
LOCKED = Segment("[ENCRYPTED]", State.LOCKED, level="confidential", note="needs role operator")
ERASED = Segment("[ERASED]", State.ERASED, note="2026-11-02 req#12")


def text(*parts: str | Segment) -> ShownText:
    return ShownText(tuple(Segment(p) if isinstance(p, str) else p for p in parts))


class Numbered:
    """Ids of spans that are their positions."""

    def __init__(self, form: str) -> None:
        self._form = form

    def of(self, index: int) -> ShownText:
        return plain(format(index, self._form))


@dataclass(frozen=True)
class FakeRows:
    view: FakeView
    order: Sequence[int]

    @property
    def count(self) -> int:
        return len(self.order)

    def page(self, start: int, n: int) -> Sequence[TraceRow]:
        self.view.pages.append((start, n))
        if self.view.broken_page:
            raise StoreError("The store can't be read at byte 4096.", "Copy the file and open the copy.")
        return [self.view.row(i) for i in self.order[start : start + n]]

    def position(self, key: TraceKey) -> int | None:
        if isinstance(self.order, range):
            order = self.order
            return order.index(key.row) if key.row in order else None
        return self.order.index(key.row) if key.row in self.order else None

    def starts(self, hits: Sequence[Hit]) -> Sequence[int | None]:
        return [self.view.row(hit.key.row).start for hit in hits]

    def times(self, parts: int, start: int | None = None, end: int | None = None) -> Times | None:
        rows = [self.view.row(i) for i in self.order[:5000]]
        if not rows:
            return None
        moments = [row.start or 0 for row in rows]
        low = min(moments) if start is None else start
        high = max(moments) if end is None else end
        traces, failed = [0] * parts, [0] * parts
        for at, row in zip(moments, rows, strict=True):
            if low <= at <= high:
                part = min((at - low) * parts // max(high - low, 1), parts - 1)
                traces[part] += 1
                failed[part] += row.errors > 0
        return Times(low, high, tuple(traces), tuple(failed))

    def stats(self, report: Callable[[float], None], stopped: Callable[[], bool]) -> Stats:
        report(0.5)
        n = len(self.order)
        lines = tuple(
            StatLine(plain(name), n // 6, n // 24, 900 * MS, 8400 * MS, n * 300, n * 0.005) for name in NAMES
        )
        latency = (("p50", 2370 * MS), ("p90", 8 * 10**9), ("p95", 9 * 10**9), ("max", 13 * 10**9))
        days = (StatLine(plain("2026-11-22"), n, n // 4, 900 * MS, 8400 * MS, n * 1204, n * 0.031),)
        models = (StatLine(plain("gpt-4o"), n * 3, n // 4, 700 * MS, 3000 * MS, n * 1204, n * 0.031),)
        return Stats(n, n // 4, n * 8, n // 2, n * 1204, n * 0.031, latency, lines, days, (), models)

    def findings(self, report: Callable[[Findings], None], stopped: Callable[[], bool]) -> None:
        found = TypeFound("email", 31, 9, 4, (("attributes.user.email", 20), ("input", 11)))
        report(Findings(len(self.order) // 2, len(self.order), (found,)))
        if not stopped():
            report(Findings(len(self.order), len(self.order), (found,)))


@dataclass
class FakeView:
    traces: int = 24
    say: str = ""
    """A text put into every place that can hold one."""
    broken_page: bool = False
    broken_trace: bool = False
    revealed: bool = False
    stores: int = 1
    nodes: tuple[SpanNode, ...] | None = None
    huge: str = ""
    """The input of every span, instead of its own."""
    gate: threading.Event | None = None
    """The scan stops in the middle until it is set."""
    pages: list[tuple[int, int]] = field(default_factory=list)
    loads: list[TraceKey] = field(default_factory=list)
    queries: list[tuple[str, Sort]] = field(default_factory=list)
    closed: bool = False
    viewed_keys: list[TraceKey] = field(default_factory=list)
    records: tuple[ShownAuditRecord, ...] = ()
    coming: list[int] = field(default_factory=list)
    """So many traces come, one entry after the other, while the store is followed."""
    seen: int = -1
    """How many traces the scan has found so far; -1 before it has begun."""

    def badge(self) -> Badge:
        return Badge("viewer", proved=False, audit="ok #48211", audit_ok=True)

    def summaries(self) -> Sequence[StoreSummary]:
        first = StoreSummary(
            name=plain("support-agent.otlp.jsonl"),
            format="otlp",
            schema="",
            traces=self.traces,
            spans=self.traces * 8,
            errors=self.traces // 4,
            oldest=NOON - self.traces * 9 * 1000 * MS,
            newest=NOON,
            bytes=1_100_000_000,
            writable=True,
            side_records=0,
            problems=(),
            banner="",
        )
        return [replace(first, name=plain(f"store-{i}.db")) if i else first for i in range(self.stores)]

    def scan(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        self.seen = self.traces // 2
        report(Progress(500, 1000, self.seen, self.seen * 8))
        if self.gate is not None:
            while not self.gate.wait(0.01):
                if stopped():
                    return
        self.seen = self.traces
        report(self.progress())

    def progress(self) -> Progress:
        done = self.seen == self.traces
        seen = max(self.seen, 0)
        return Progress(1000 if done else 500, 1000, seen, seen * 8, finished=done)

    def rows(self, query: str = "", sort: Sort = Sort()) -> FakeRows:  # noqa: B008
        self.queries.append((query, sort))
        if "(" in query:
            raise UsageError(
                f"There is no end to the parenthesis at column {query.index('(') + 1}.", "Close it."
            )
        seen = max(self.seen, 0)
        # While half of the store has been seen, it is the older half: newer traces come on top.
        order: Sequence[int] = range(self.traces - seen, self.traces)
        if query:
            order = [i for i in order if query in NAMES[i % len(NAMES)]]
        if sort.field == "duration":
            order = sorted(order, key=lambda i: (self._duration(i), i))
            order = order[::-1] if sort.descending else order
        elif not sort.descending:
            order = order[::-1]
        return FakeRows(self, order)

    def _duration(self, i: int) -> int:
        return (8410 * MS) if i % len(NAMES) == 0 else ((i * 7919) % 13000 + 300) * MS

    def row(self, i: int) -> TraceRow:
        errors = 2 if i % 4 == 0 else 0
        spans = len(self.nodes) if self.nodes is not None else 8
        name = NAMES[i % len(NAMES)] + self.say
        return TraceRow(
            key=TraceKey(0, i),
            trace_id=plain(f"{i:032x}{self.say}"),
            name=plain(name),
            kind="agent",
            start=NOON - i * 9731 * MS,
            duration=self._duration(i),
            spans=spans,
            errors=errors,
            status="error" if errors else "ok",
            service=plain("refunds" + self.say),
            project=None,
            environment=plain("production"),
            session=plain(f"s-{i}"),
            user=text(EMAIL),
            model=plain("gpt-4o"),
            tokens=1204 + i,
            cost=0.031,
            tags=(),
            store=plain("support-agent.otlp.jsonl"),
        )

    def find(self, trace_id: str) -> TraceKey | None:
        return TraceKey(0, int(trace_id, 16))

    def trace(self, key: TraceKey) -> ShownTrace:
        self.loads.append(key)
        if self.broken_trace:
            raise StoreError("The store changed while it was open.", "Press R to read it again.")
        row = self.row(key.row)
        nodes = self.nodes if self.nodes is not None else self._nodes(row)
        return ShownTrace(row, nodes, (), None, None, (), 0, EMPTY)

    def _nodes(self, row: TraceRow) -> tuple[SpanNode, ...]:
        start = row.start or 0
        bad = bool(row.errors)
        table = (
            (0, False, 5, "agent", str(row.name), 0, 8410, "ok", ""),
            (1, False, 0, "llm", "chat gpt-4o", 0, 1800, "ok", "1,204→312 tok"),
            (1, False, 1, "tool", "lookup_customer", 1980, 2290, "ok", ""),
            (2, True, 0, "client", "GET /customers/{id}", 2150, 2290, "ok", "200"),
            (1, False, 0, "llm", "chat gpt-4o", 2690, 3760, "ok", "1,688→97 tok"),
            (
                1,
                False,
                1,
                "tool",
                "refund",
                3760,
                7570,
                "error" if bad else "ok",
                "402 card_declined" if bad else "",
            ),
            (
                2,
                True,
                0,
                "client",
                "POST /refunds",
                3950,
                7570,
                "error" if bad else "ok",
                "402" if bad else "200",
            ),
            (1, True, 0, "llm", "chat gpt-4o", 7900, 8240, "ok", "2,011→188 tok"),
        )
        return tuple(
            SpanNode(
                index=i,
                depth=depth,
                last=last,
                children=children,
                name=plain(name + (self.say if i else "")),
                kind=kind,
                start=start + low * MS,
                end=start + high * MS,
                status=status,
                note=plain(note + self.say if note else ""),
                ids=Numbered("016x"),
            )
            for i, (depth, last, children, kind, name, low, high, status, note) in enumerate(table)
        )

    def span(self, key: TraceKey, index: int, *, raw: bool = True) -> ShownSpan:
        node = self.nodes[index] if self.nodes is not None else self._nodes(self.row(key.row))[index]
        bad = node.status == "error"
        talks = node.kind in ("llm", "agent", "tool") and not self.huge
        say = self.say
        return ShownSpan(
            trace_id=plain(f"{key.row:032x}{say}"),
            span_id=plain(f"{index:016x}{say}"),
            parent_id=plain("0" * 16) if index else None,
            name=node.name,
            kind=node.kind,
            kind_written=plain(node.kind.upper() + say),
            start=node.start,
            end=node.end,
            status=node.status,
            status_message=plain("402 card_declined after 3.9 s, retried 2×" + say) if bad else EMPTY,
            attributes=self._attributes(say),
            events=self._events(node, say),
            links=(),
            resource=(ShownAttribute(plain("service.name" + say), plain("refunds" + say)),),
            scope_name=plain("opentelemetry.instrumentation.openai" + say),
            scope_version=plain("1.0"),
            scope_attributes=(),
            service=plain("refunds" + say),
            project=None,
            environment=plain("production" + say),
            session=plain("s-1" + say),
            user=text(EMAIL),
            input=plain(self.huge) if self.huge else plain("GET /customers/4410078213" + say),
            output=ShownMap(((plain("status" + say), 200), (plain("tier"), plain("gold" + say)))),
            conversation=_conversation(say) if talks else (),
            model=plain("gpt-4o"),
            tokens_input=1204,
            tokens_output=312,
            tokens=1516,
            cost=0.0042,
            tags=(plain("refund" + say),),
            annotations=(),
            raw=_raw(say, revealed=self.revealed),
            flags=(),
            redactions=(Redaction("input", "email", "hash"),),
        )

    def _attributes(self, say: str) -> tuple[ShownAttribute, ...]:
        name = Segment("Example Name", State.REVEALED, type="name") if self.revealed else redacted("name")
        customer = ShownMap(
            (
                (plain("id"), plain("usr_7f3a91c2d4" + say)),
                (plain("name" + say), text(name)),
                (plain("email"), text(EMAIL)),
                (
                    plain("address"),
                    text(Segment("[ENCRYPTED]", State.LOCKED, level="restricted", note="needs role admin")),
                ),
                (plain("card_number"), text(redacted("card", tag="••4242", operator="partial"))),
                (plain("notes"), text(ERASED)),
                (plain("scores"), ShownList((1, 2.5, None, True, plain("x" + say)))),
            )
        )
        return (
            ShownAttribute(plain("gen_ai.operation.name"), plain("execute_tool" + say)),
            ShownAttribute(plain("gen_ai.tool.name" + say), plain("lookup_customer")),
            ShownAttribute(plain("customer"), customer),
            ShownAttribute(plain("gen_ai.usage.input_tokens"), 1204),
            ShownAttribute(plain("session.id"), plain("sess-01")),
            ShownAttribute(plain("http.request.header.authorization"), text(redacted("bearer"))),
            ShownAttribute(
                plain("prompt.template"), plain("\n".join(f"line {i} of the template{say}" for i in range(9)))
            ),
        )

    def _events(self, node: SpanNode, say: str) -> tuple[ShownEvent, ...]:
        if node.status != "error":
            return ()
        frame = '  File "refund.py", line 12, in refund\n    pay()'
        stack = f"Traceback (most recent call last):\n{frame}\nCardError: declined"
        return (
            ShownEvent(
                plain("retry" + say), (node.start or 0) + 900 * MS, (ShownAttribute(plain("attempt"), 2),)
            ),
            ShownEvent(
                plain("exception"),
                (node.start or 0) + 3900 * MS,
                (
                    ShownAttribute(plain("exception.type"), plain("CardError" + say)),
                    ShownAttribute(plain("exception.message"), plain("402 card_declined" + say)),
                    ShownAttribute(plain("exception.stacktrace"), plain(stack + say)),
                ),
            ),
        )

    def search(self, query: str, stopped: Callable[[], bool]) -> Iterator[Hit]:
        for i in range(self.traces):
            if stopped():
                return
            if query.lower() in NAMES[i % len(NAMES)]:
                yield Hit(
                    TraceKey(0, i), 2, plain(f"{i:032x}"), plain("2"), "input", plain(query), plain("s")
                )

    def count(self, query: str, stopped: Callable[[], bool]) -> int:
        return sum(1 for _ in self.search(query, stopped))

    def locate(self, hit: Hit) -> Hit:
        return hit

    def deepen(self, stopped: Callable[[], bool]) -> None:
        """Nothing lies deeper."""

    def follow(self, report: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        while not stopped():
            if self.coming:
                self.traces += self.coming.pop()
                self.seen = self.traces
                report(self.progress())
            time.sleep(0.02)

    def viewed(self, key: TraceKey) -> None:
        self.viewed_keys.append(key)

    def filtered(self, query: str, traces: int) -> None:
        """Nothing is kept."""

    def audit_of(self, key: TraceKey) -> Sequence[ShownAuditRecord]:
        return self.records

    def close(self) -> None:
        self.closed = True


def _conversation(say: str) -> tuple[ShownMessage, ...]:
    rules = "You are the refunds assistant of a shop. Never promise a refund before the payment is found.\n"
    system = rules + "\n".join(f"Rule {i}: be brief." for i in range(1, 39))
    call = ShownPart(
        "tool_call",
        name=plain("lookup_customer" + say),
        arguments=ShownMap(((plain("order_id"), 4410078213), (plain("email" + say), text(EMAIL)))),
        call_id=plain("call-1"),
    )
    result = ShownPart(
        "tool_result",
        text=text('{"customer": ', LOCKED, ', "tier": "gold", "notes": ', ERASED, "}" + say),
        call_id=plain("call-1"),
    )
    refund = ShownPart(
        "tool_call",
        name=plain("refund"),
        arguments=ShownMap(((plain("amount"), 129.0), (plain("iban"), text(redacted("iban"))))),
        call_id=plain("call-2"),
    )
    asked = text(
        "Hi, my order 4410078213 never came. I am ",
        redacted("name"),
        ", my mail is ",
        EMAIL,
        ",\nyou can also call ",
        PHONE,
        ". Card used: ",
        redacted("card"),
        "." + say,
    )
    last = "The refund could not be issued to the card. A colleague will contact you within one working day."
    return (
        _message("system", ShownPart("text", text=plain(system + say))),
        _message(
            "user",
            ShownPart("text", text=asked),
            ShownPart("media", name=plain("media"), text=plain("[image/png, 41 kB]" + say)),
        ),
        _message(
            "assistant",
            ShownPart("text", text=plain("I'm sorry about that. Let me look up the order first.")),
            call,
        ),
        _message("tool", result),
        _message("assistant", refund, out=True),
        _message("assistant" + say, ShownPart("text", text=plain(last + say)), out=True),
    )


def _message(role: str, *parts: ShownPart, out: bool = False) -> ShownMessage:
    return ShownMessage(plain(role), parts, "output" if out else "input")


def _raw(say: str, *, revealed: bool) -> ShownText:
    name = Segment("Example Name", State.REVEALED, type="name") if revealed else redacted("name")
    return text(
        '{\n  "name": "lookup_customer',
        say,
        '",\n  "count": 12,\n  "ok": true,\n  "email": "',
        EMAIL,
        '",\n  "phone": "',
        PHONE,
        '",\n  "customer": "',
        name,
        '",\n  "card": "',
        redacted("card"),
        '",\n  "secret": "',
        LOCKED,
        '",\n  "notes": "',
        ERASED,
        '"\n}',
    )


def deep_nodes(count: int, depth: int) -> tuple[SpanNode, ...]:
    """A chain `depth` deep, then leaves of its end up to `count`."""
    made = []
    for i in range(count):
        level = min(i, depth)
        made.append(
            SpanNode(
                index=i,
                depth=level,
                last=i < depth or i == count - 1,
                children=1 if i < depth - 1 else (count - depth if i == depth - 1 else 0),
                name=plain(f"step {i}"),
                kind="chain" if i < depth else "tool",
                start=NOON + i * 1000,
                end=NOON + count * 1000,
                status="error" if i == count - 1 else "ok",
                note=EMPTY,
                ids=Numbered("x"),
            )
        )
    return tuple(made)


__all__ = ["FakeRows", "FakeView", "InspectorError", "deep_nodes", "redacted", "text"]
