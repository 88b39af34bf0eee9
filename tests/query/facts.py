"""Small made-up traces to ask."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from inspector.query import Leaf, Scalar

DAY = 86_400 * 10**9
NOW = 1_710_000_000 * 10**9  # 2024-03-09T16:00:00Z


@dataclass
class FakeSpan:
    fields: dict[str, Collection[Scalar] | None] = field(default_factory=dict)
    attributes: list[Leaf] = field(default_factory=list)
    text: tuple[str, ...] = ()

    def values(self, name: str) -> Collection[Scalar] | None:
        return self.fields.get(name, ())

    def leaves(self) -> Iterable[Leaf]:
        return self.attributes

    def texts(self) -> Iterable[str]:
        return self.text


@dataclass
class FakeTrace:
    fields: dict[str, Collection[Scalar] | None] = field(default_factory=dict)
    children: list[FakeSpan] = field(default_factory=list)
    text: tuple[str, ...] = ()
    looked: int = 0

    def values(self, name: str) -> Collection[Scalar] | None:
        return self.fields.get(name, ())

    def texts(self) -> Iterable[str]:
        return self.text

    def spans(self) -> Iterable[FakeSpan]:
        self.looked += 1
        return self.children


def span(kind: str = "llm", status: str = "ok", text: str = "", **fields: object) -> FakeSpan:
    leaves = fields.pop("leaves", [])
    values: dict[str, Collection[Scalar] | None] = {"kind": (kind,), "status": (status,)}
    for name, value in fields.items():
        values[name] = value if value is None or isinstance(value, tuple) else (value,)  # type: ignore[assignment]
    return FakeSpan(values, leaves, (text,) if text else ())  # type: ignore[arg-type]


def trace(*spans: FakeSpan, text: str = "", **fields: object) -> FakeTrace:
    values: dict[str, Collection[Scalar] | None] = {}
    for name, value in fields.items():
        values[name] = value if value is None or isinstance(value, tuple) else (value,)  # type: ignore[assignment]
    return FakeTrace(values, list(spans), (text,) if text else ())
