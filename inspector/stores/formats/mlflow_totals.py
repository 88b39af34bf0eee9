"""An MLflow trace's totals: token counts and costs of its spans, where no ancestor has counted them already."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from inspector.stores.formats.json_again import read_again, write_again
from inspector.stores.formats.rows import text, whole
from inspector.stores.formats.sums import less
from inspector.stores.rows.declared import Put

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.stores.rows.declared import Rows

_KINDS: Final = (
    (
        "mlflow.chat.tokenUsage",
        "mlflow.trace.tokenUsage",
        ("input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens",
         "cache_creation_input_tokens", "cache_creation_input_tokens_above_1hr"),
    ),
    ("mlflow.llm.cost", "mlflow.trace.cost", ("input_cost", "output_cost", "total_cost")),
)  # fmt: skip
"""A span's attribute, the trace's metadata, and the columns of `trace_info` and keys of both."""
_SIZE: Final = "mlflow.trace.sizeBytes"
_SIZES: Final = "mlflow.trace.sizeStats"


class Node(Struct, frozen=True):
    """A span; its attributes are each JSON in a string."""

    id: str
    parent: str
    attributes: Mapping[str, object]


def totals(
    rows: Rows, trace: str, before: Sequence[Node], after: Sequence[Node], sizes: Sequence[int]
) -> Iterator[Put]:
    """`sizes` are the bytes of the spans that go."""
    for attribute, metadata, names in _KINDS:
        old, new = _summed(before, attribute, names), _summed(after, attribute, names)
        if old != new:
            yield from _columns(rows, trace, names, old, new)
            yield from _in_metadata(rows, trace, metadata, old, new)
            yield from _metrics(rows, trace, names, old, new)
    yield from _sizes(rows, trace, len(after), sum(sizes) + 2 * len(sizes))


def _summed(nodes: Sequence[Node], attribute: str, names: Sequence[str]) -> dict[str, float]:
    """Each span's own, unless an ancestor has the attribute."""
    parents = {node.id: node.parent for node in nodes}
    having = {node.id: found for node in nodes if (found := _object(node.attributes.get(attribute)))}
    sums = dict.fromkeys(names, 0.0)
    for span, found in having.items():
        at, seen = parents.get(span, ""), {span}
        while at in parents and at not in having and at not in seen:
            seen.add(at)
            at = parents[at]
        if at in having:
            continue
        for name in names:
            value = found.get(name)
            sums[name] += value if isinstance(value, (int, float)) else 0
    return sums


def _object(value: object) -> dict[str, object]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _columns(
    rows: Rows, trace: str, names: Sequence[str], old: Mapping[str, float], new: Mapping[str, float]
) -> Iterator[Put]:
    for name in names:
        if rows.has("trace_info", name):
            for key, total in rows.ask(
                f"SELECT rowid, {name} FROM trace_info WHERE request_id = ?", (trace,)
            ):
                yield from _put("trace_info", key, name, total, less(total, old[name], new[name]))


def _metrics(
    rows: Rows, trace: str, names: Sequence[str], old: Mapping[str, float], new: Mapping[str, float]
) -> Iterator[Put]:
    if not rows.has("trace_metrics", "key", "value"):
        return
    for key, name, total in rows.ask(
        "SELECT rowid, key, value FROM trace_metrics WHERE request_id = ?", (trace,)
    ):
        if text(name) in names:
            made = less(total, old[text(name)], new[text(name)])
            yield from _put("trace_metrics", key, "value", total, made)


def _in_metadata(
    rows: Rows, trace: str, name: str, old: Mapping[str, float], new: Mapping[str, float]
) -> Iterator[Put]:
    for key, again in _json(rows, trace, name):
        for part in old:
            if part in again.value:
                again.value[part] = less(again.value[part], old[part], new[part])
        yield Put("trace_request_metadata", key, "value", again.text())


def _sizes(rows: Rows, trace: str, spans: int, less_bytes: int) -> Iterator[Put]:
    for key, again in _json(rows, trace, _SIZES):
        total = again.value.get("total_size_bytes")
        if isinstance(total, int):
            again.value["total_size_bytes"] = max(0, total - less_bytes)
        if "num_spans" in again.value:
            again.value["num_spans"] = spans
        yield Put("trace_request_metadata", key, "value", again.text())
    for key, value in _metadata(rows, trace, _SIZE):
        if value.isdecimal():
            yield Put("trace_request_metadata", key, "value", str(max(0, int(value) - less_bytes)))


class _Json(Struct, frozen=True):
    value: dict[str, object]
    style: str

    def text(self) -> str:
        again = read_again(self.style.encode())
        assert again is not None
        again.value = self.value
        return write_again(again)


def _json(rows: Rows, trace: str, name: str) -> Iterator[tuple[int, _Json]]:
    for key, value in _metadata(rows, trace, name):
        again = read_again(value.encode())
        if again is not None and isinstance(again.value, dict):
            yield key, _Json(again.value, value)


def _metadata(rows: Rows, trace: str, name: str) -> Iterator[tuple[int, str]]:
    found = rows.ask(
        "SELECT rowid, value FROM trace_request_metadata WHERE request_id = ? AND key = ?", (trace, name)
    )
    yield from ((whole(key) or 0, text(value)) for key, value in found)


def _put(table: str, key: object, column: str, total: object, made: object) -> Iterator[Put]:
    if made != total and isinstance(made, (int, float)) and isinstance(key, int):
        yield Put(table, key, column, made)
