"""Records of a file, cut in the plainest way, so that a format can be tested without the store around it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.stores.formats.base import Record

Cut = Callable[[Path], list[Record]]


def cut(path: Path) -> list[Record]:
    """One record for each object, each element of a list on a line, or the one document of a file."""
    data = path.read_bytes()
    found: list[Record] = []
    try:
        documents = [(json.loads(data), 0, len(data), 1)]
    except ValueError:
        documents, at = [], 0
        for number, line in enumerate(data.split(b"\n"), 1):
            if line.strip():
                documents.append((json.loads(line), at, at + len(line), number))
            at += len(line) + 1
    for value, start, end, line in documents:
        if isinstance(value, list):
            found += [Record(item, start, end, line, (index,)) for index, item in enumerate(value)]
        else:
            found.append(Record(value, start, end, line))
    return found


@pytest.fixture
def records() -> Cut:
    return cut


@pytest.fixture
def record() -> Callable[[dict[str, object]], Record]:
    """One object as if it stood alone in a file."""
    return lambda value: Record(value, 0, len(json.dumps(value)), 1)
