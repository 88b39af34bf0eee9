"""One trace as it grows during a scan, and its roll-up into the facts of a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.index.facts import TraceFacts
from inspector.index.totals import branch_total
from inspector.model import Kind, Status

if TYPE_CHECKING:
    from inspector.index.facts import Label
    from inspector.model import Place, SpanHead, TraceHead
    from inspector.redaction.result import RedactedText

_LABELS = ("service", "project", "environment", "session", "user", "model")
_NEVER = 1 << 200
"""Sorts a span without a start behind all that have one."""


@dataclass(slots=True)
class Node:
    """What the roll-up needs of one span."""

    span_id: str
    parent_id: str | None
    start: int | None
    name: RedactedText
    kind: str
    status: str
    tokens: int | None
    cost: float | None


@dataclass(slots=True)
class Growing:
    """Everything seen of one trace so far. `raw_id` is what `Store.load` wants; nothing shows it."""

    raw_id: str
    trace_id: RedactedText
    nodes: list[Node] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    own: dict[str, RedactedText] = field(default_factory=dict)
    """Labels that the store states of the trace itself; they beat those of its spans."""
    from_spans: dict[str, tuple[int, RedactedText]] = field(default_factory=dict)
    """Label and the start of the span it came from: the earliest wins, whatever the stored order."""
    tags: dict[str, RedactedText] = field(default_factory=dict)
    start: int | None = None
    end: int | None = None
    errors: int = 0
    status: str | None = None
    tokens: int | None = None
    cost: float | None = None
    facts: TraceFacts | None = None
    """The last roll-up; none when something came since."""

    def add_span(self, head: SpanHead, label: Label) -> None:
        self.facts = None
        self.places.append(head.place)
        self.nodes.append(
            Node(
                head.span_id,
                head.parent_id or None,
                head.start,
                label("name", head.name),
                head.kind.value,
                head.status.value,
                head.tokens,
                head.cost,
            )
        )
        self.errors += head.status is Status.ERROR
        self._widen(head.start, head.end if head.end is not None else head.start)
        when = _NEVER if head.start is None else head.start
        for name in _LABELS:
            text: str | None = getattr(head, name)
            if text and (name not in self.from_spans or when < self.from_spans[name][0]):
                self.from_spans[name] = (when, label(name, text))
        self._tag(head.tags, label)

    def add_head(self, head: TraceHead, label: Label) -> None:
        self.facts = None
        if head.place is not None:
            self.places.append(head.place)
        for name in ("name", *_LABELS):
            text: str | None = getattr(head, name)
            if text:
                self.own[name] = label(name, text)
        self._widen(head.start, head.end)
        if head.status is not None and head.status is not Status.UNSET:
            self.status = head.status.value
        if head.tokens.sum is not None:
            self.tokens = head.tokens.sum
        if head.cost is not None:
            self.cost = head.cost
        self._tag(head.tags, label)

    def rolled(self, empty: RedactedText) -> TraceFacts:
        if self.facts is None:
            self.facts = self._roll(empty)
        return self.facts

    def _roll(self, empty: RedactedText) -> TraceFacts:
        root = self._root()
        seen = {name: text for name, (_, text) in self.from_spans.items()} | self.own
        links = [(n.span_id or f"#{i}", n.parent_id) for i, n in enumerate(self.nodes)]
        tokens, cost = self.tokens, self.cost
        if tokens is None:
            total = branch_total(links, [n.tokens for n in self.nodes])
            tokens = None if total is None else int(total)
        if cost is None:
            cost = branch_total(links, [n.cost for n in self.nodes])
        return TraceFacts(
            trace_id=self.trace_id,
            name=self.own.get("name") or (root.name if root else empty),
            kind=root.kind if root else Kind.UNKNOWN.value,
            start=self.start,
            end=self.end,
            spans=len(self.nodes),
            errors=self.errors,
            status=self._status(root),
            service=seen.get("service"),
            project=seen.get("project"),
            environment=seen.get("environment"),
            session=seen.get("session"),
            user=seen.get("user"),
            model=seen.get("model"),
            tokens=tokens,
            cost=cost,
            tags=tuple(self.tags.values()),
        )

    def _root(self) -> Node | None:
        """The earliest span without a parent; of orphans the earliest; of a mere cycle its first span."""
        known = {n.span_id for n in self.nodes}
        for pick in (
            [n for n in self.nodes if n.parent_id is None],
            [n for n in self.nodes if n.parent_id not in known],
            self.nodes,
        ):
            if pick:
                return min(pick, key=lambda n: _NEVER if n.start is None else n.start)
        return None

    def _status(self, root: Node | None) -> str:
        if self.status is not None:
            return self.status
        if root is not None and root.status != Status.UNSET.value:
            return root.status
        return (Status.ERROR if self.errors else Status.UNSET).value

    def _widen(self, start: int | None, end: int | None) -> None:
        if start is not None and (self.start is None or start < self.start):
            self.start = start
        if end is not None and (self.end is None or end > self.end):
            self.end = end

    def _tag(self, tags: tuple[str, ...], label: Label) -> None:
        for tag in tags:
            text = label("tag", tag)
            self.tags.setdefault(str(text), text)
