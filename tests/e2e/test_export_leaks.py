"""No planted value in any report of any store, as it is written and as a reader sees it."""

from __future__ import annotations

import html
import io
import json
import re
from functools import cache
from pathlib import Path

import pytest

from inspector.cli.opening import open_stores
from inspector.redaction import Redactor
from inspector.reports.chosen import ALL, Chosen, choose
from inspector.reports.registry import KINDS, STORE
from inspector.session import Session
from inspector.view import Badge
from tests.e2e.leaks import found, planted, planted_in_tracecraft, written
from tests.e2e.samples import STORES
from tests.reports.support import ABOUT, unpacked

HOSTILE = ["hostile/traces.jsonl.gz", "hostile/types.jsonl"]
_TAG = re.compile(r"<[^>]*>")


@cache
def ways(folder: Path, tracecraft: bool) -> dict[str, str]:
    return written(planted_in_tracecraft(folder) if tracecraft else planted(folder))


@pytest.mark.parametrize("name", STORES + HOSTILE)
def test_nothing_planted_is_in_any_report(name: str, stores: Path) -> None:
    values = ways(stores, name.startswith("tracecraft"))
    view = Session(open_stores([str(stores / name)], (), ()), Redactor(), Badge("viewer", proved=False))
    view.scan(lambda progress: None, lambda: False)
    view.span = cache(view.span)  # type: ignore[method-assign]  # each is shown once, and written in every kind
    keys = choose(view, ALL).keys
    for kind in KINDS.values():
        if kind.name == STORE:
            continue
        out = io.BytesIO()
        kind.writer()(Chosen(view, keys), ABOUT, out)
        text = _text(kind.name, out.getvalue())
        assert len(text) > 500
        assert found(text, values) == set(), kind.name
        if kind.name in ("html", "md"):
            assert found(html.unescape(_TAG.sub("", text)), values) == set(), kind.name
    view.close()


@pytest.mark.parametrize("name", STORES)
def test_nothing_planted_is_in_a_masked_copy(name: str, stores: Path, tmp_path: Path) -> None:
    values = ways(stores, name.startswith("tracecraft"))
    view = Session(open_stores([str(stores / name)], (), ()), Redactor(), Badge("viewer", proved=False))
    view.scan(lambda progress: None, lambda: False)
    place = tmp_path / Path(name).name
    place.touch()
    view.copy(0, place)
    assert found(place.read_bytes().decode("utf-8", "replace"), values) == set()
    copied = Session(open_stores([str(place)], (), ()), Redactor(), Badge("viewer", proved=False))
    copied.scan(lambda progress: None, lambda: False)
    assert copied.summaries()[0].format == view.summaries()[0].format
    assert copied.progress().spans == view.progress().spans
    assert copied.progress().traces == view.progress().traces
    out = io.BytesIO()
    if view.stream(0, None, out) is not None:
        assert found(out.getvalue().decode(), values) == set()
    view.close()
    copied.close()


def _text(kind: str, data: bytes) -> str:
    """What a reader of the file gets; Parquet is packed, and so is what a big page holds."""
    if kind == "html":
        return unpacked(data.decode())
    if kind != "parquet":
        return data.decode()
    from pyarrow import parquet

    return json.dumps(parquet.read_table(io.BytesIO(data)).to_pylist(), default=str, ensure_ascii=False)
