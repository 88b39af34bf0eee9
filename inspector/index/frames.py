"""A finished block as bytes and back: what passes between processes, and what the cache keeps of columns."""

from __future__ import annotations

import json
from array import array
from typing import TYPE_CHECKING, Final, cast

import orjson

from inspector.index.block import FIELDS, Block
from inspector.index.columns import Group, HeadColumns, SpanColumns, TraceColumns
from inspector.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LENGTH: Final = 8


def joined(header: object, arrays: Sequence[array[int] | array[float] | bytes]) -> list[bytes]:
    """The parts of a frame: the header's length, header, and each array's bytes after its length."""
    try:
        head = orjson.dumps(header)
    except TypeError:  # a lone surrogate
        head = json.dumps(header).encode()
    out = [len(head).to_bytes(_LENGTH, "little"), head]
    for each in arrays:
        data = each if isinstance(each, bytes) else each.tobytes()
        out += [len(data).to_bytes(_LENGTH, "little"), data]
    return out


def parted(data: memoryview) -> tuple[object, list[memoryview]]:
    """Header and arrays of a frame. Raises ValueError where the bytes are none."""
    size = int.from_bytes(data[:_LENGTH], "little")
    if size > len(data):
        raise ValueError("no frame")
    header = _loaded(bytes(data[_LENGTH : _LENGTH + size]))
    at = _LENGTH + size
    out: list[memoryview] = []
    while at < len(data):
        size = int.from_bytes(data[at : at + _LENGTH], "little")
        at += _LENGTH
        if at + size > len(data):
            raise ValueError("cut off")
        out.append(data[at : at + size])
        at += size
    return header, out


def _loaded(head: bytes) -> object:
    try:
        return cast(object, orjson.loads(head))
    except orjson.JSONDecodeError:
        return cast(object, json.loads(head))


def to_frame(block: Block) -> list[bytes]:
    header = {
        "texts": {field: list(block.texts[field]) for field in FIELDS},
        "groups": [list(group) for group in block.groups],
        "ways": [[table, list(path)] for table, path in block.ways],
        "odd": list(block.odd),
        "keys": [list(key) if isinstance(key, tuple) else key for key in block.keys],
        "beside": block.beside,
        "side": block.side,
        "done": block.done,
        "newlines": block.newlines,
        "problems": [[p.where, p.what, p.count] for p in block.problems],
    }
    return joined(
        header, [*columns_of(block.spans, block.traces, block.heads), block.starts, block.ends, block.lines]
    )


def columns_of(
    spans: SpanColumns, traces: TraceColumns, heads: HeadColumns
) -> Iterable[array[int] | array[float]]:
    for columns in (spans, traces, heads):
        for _, column in columns.columns():
            yield column


def fill(columns: SpanColumns | TraceColumns | HeadColumns, parts: Iterable[memoryview]) -> None:
    """Put bytes into each of the columns, in their order."""
    for (name, column), part in zip(list(columns.columns()), parts, strict=False):
        fresh = array(column.typecode)
        fresh.frombytes(part)
        setattr(columns, name, fresh)


def numbers(part: memoryview, typecode: str = "q") -> array[int]:
    out: array[int] = array(typecode)
    out.frombytes(part)
    return out


def from_frame(data: memoryview) -> Block:
    raw, parts = parted(data)
    header = cast("dict[str, list[object]]", raw)
    block = Block()
    texts = cast("dict[str, list[str]]", header["texts"])
    block.texts = {field: {text: i for i, text in enumerate(texts[field])} for field in FIELDS}
    block.groups = {group_of(each): i for i, each in enumerate(cast("list[list[object]]", header["groups"]))}
    ways = cast("list[tuple[str, list[str | int]]]", header["ways"])
    block.ways = {(table, tuple(path)): i for i, (table, path) in enumerate(ways)}
    block.odd = {text: i for i, text in enumerate(cast("list[str]", header["odd"]))}
    keys = cast("list[str | list[int | str]]", header["keys"])
    block.keys = {tuple(key) if isinstance(key, list) else key: i for i, key in enumerate(keys)}
    block.beside = [(raw_id, n) for raw_id, n in cast("list[tuple[str, int]]", header["beside"])]
    block.side = cast(int, header["side"])
    block.done = cast(int, header["done"])
    block.newlines = cast(int, header["newlines"])
    problems = cast("list[tuple[str, str, int]]", header["problems"])
    block.problems = [Problem(where, what, count) for where, what, count in problems]
    rest = iter(parts)
    for columns in (block.spans, block.traces, block.heads):
        fill(columns, [next(rest) for _ in columns.NAMES])
    block.starts, block.ends, block.lines = (numbers(next(rest)) for _ in range(3))
    return block


def group_of(values: list[object]) -> Group:
    group = Group(*values)  # type: ignore[arg-type]  # as `to_frame` wrote them
    return group._replace(tags=tuple(group.tags))
