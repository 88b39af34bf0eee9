"""Streamed exports say what the shown spans say; chosen ones hold nothing else."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from inspector.access.limits import Limit
from inspector.index.pool import Crew, NoWorkers
from inspector.query.parser import parse
from inspector.redaction import Redactor
from inspector.reports.json import to_json
from inspector.reports.shapes import span_json
from inspector.session import Session, sharing, streaming
from inspector.session.cutting import cut
from inspector.stores import open_store
from inspector.stores.base import Lines
from inspector.stores.formats.otlp import FORMAT
from inspector.view import Badge
from tests.e2e.samples import STORES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KEY = bytes(32)
OTLP_STORES = [name for name in STORES if "otlp" in name]


def opened(path: Path, limit: Limit | None = None, workers: int = 0) -> Session:
    badge = Badge("viewer", proved=False)
    view = Session([open_store(path)], Redactor(key=KEY), badge, limit=limit, workers=workers)
    view.scan(lambda progress: None, lambda: False)
    return view


def streamed(view: Session, rows: Sequence[int] | None = None) -> bytes:
    out = io.BytesIO()
    assert view.stream(0, rows, out) is not None
    return out.getvalue()


def ids(data: bytes) -> set[tuple[str, str]]:
    return {
        (span["traceId"], span["spanId"])
        for line in data.splitlines()
        for r in orjson.loads(line).get("resourceSpans", ())
        for s in r["scopeSpans"]
        for span in s["spans"]
    }


@pytest.fixture
def genai(stores: Path) -> Path:
    return stores / "otlp" / "genai_manual.otlp.jsonl"


def test_the_whole_store_line_by_line(genai: Path) -> None:
    view = opened(genai)
    data = streamed(view)
    assert ids(data) == ids(genai.read_bytes())
    assert len(data.splitlines()) == len(genai.read_bytes().splitlines())


@pytest.mark.parametrize("name", OTLP_STORES)
def test_what_is_streamed_is_what_is_shown(name: str, stores: Path, tmp_path: Path) -> None:
    """The copy, opened and redacted once more, looks as the source does."""
    view = opened(stores / name)
    (tmp_path / "out.otlp.jsonl").write_bytes(streamed(view))
    again = opened(tmp_path / "out.otlp.jsonl")
    for row in list(view.rows().page(0, 40)):
        key = again.find(str(row.trace_id))
        assert key is not None
        for node in view.trace(row.key).nodes:
            before, after = view.span(row.key, node.index), again.span(key, node.index)
            assert to_json(span_json(before)["attributes"]) == to_json(span_json(after)["attributes"])
            assert to_json(span_json(before)["input"]) == to_json(span_json(after)["input"])
            assert to_json(span_json(before)["output"]) == to_json(span_json(after)["output"])
            assert to_json(span_json(before)["events"]) == to_json(span_json(after)["events"])
            assert str(before.name) == str(after.name)
            assert str(before.status_message) == str(after.status_message)


def test_a_span_without_its_raw_object_is_the_same_otherwise(genai: Path) -> None:
    view = opened(genai)
    key = view.rows().page(0, 1)[0].key
    whole, less = view.span(key, 0), view.span(key, 0, raw=False)
    assert str(whole.raw)
    assert not str(less.raw)
    assert replace(whole, raw=less.raw) == less


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small stores are worth several processes, too."""
    for module in (sharing, streaming):
        monkeypatch.setattr(module, "WORTH", 0)
    monkeypatch.setattr(sharing, "_SHARE", 4096)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("rows", [None, range(0, 40, 3)])
def test_several_processes_write_what_one_does(genai: Path, rows: Sequence[int] | None) -> None:
    counted: list[int] = []
    one, more = opened(genai, workers=1), opened(genai, workers=2)
    out = io.BytesIO()
    stats = more.stream(0, rows, out, counted.append)
    assert out.getvalue() == streamed(one, rows)
    alone = one.stream(0, rows, io.BytesIO())
    assert stats is not None
    assert alone is not None
    assert (stats.findings, stats.lines, stats.bytes) == (alone.findings, alone.lines, alone.bytes)
    assert len(counted) > 2


@pytest.mark.usefixtures("shared")
def test_what_a_lost_process_left_is_done_here(genai: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Crew.run

    def two(self: Crew[object], *args: object) -> Iterator[object]:
        made = run(self, *args)  # type: ignore[arg-type]
        yield from (next(made), next(made))
        raise NoWorkers

    monkeypatch.setattr(Crew, "run", two)
    assert streamed(opened(genai, workers=2)) == streamed(opened(genai, workers=1))


def test_a_share_ends_where_a_line_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_SHARE", 7)
    file = tmp_path / "a"
    for text in (b"", b"x", b"\n" * 20, b"one\ntwo\n", b"a long line of them\n" * 3 + b"and no end"):
        file.write_bytes(text)
        with file.open("rb") as opened_file:
            lines = Lines(opened_file.fileno(), len(text), FORMAT, None, lambda: False)
            cuts = [(start, stop) for ((start, stop, _),) in sharing.whole_lines(lines)]
        assert b"".join(text[a:b] for a, b in cuts) == text
        assert all(text[b - 1 : b] == b"\n" or b == len(text) for _, b in cuts)


def test_chosen_traces_alone(genai: Path) -> None:
    view = opened(genai)
    rows = [row.key.row for row in view.rows("status:error").page(0, 5)]
    wanted = {str(view.trace(row.key).row.trace_id) for row in view.rows("status:error").page(0, 5)}
    data = streamed(view, rows)
    assert {trace for trace, _ in ids(data)} == wanted
    assert streamed(view, []) == b""


def test_a_limited_role_gets_its_part(genai: Path) -> None:
    full = opened(genai)
    view = opened(genai, Limit(parse("kind:llm"), ()))
    data = streamed(view)
    kinds = {n.kind for row in view.rows().page(0, 999) for n in view.trace(row.key).nodes}
    assert kinds == {"llm"}
    assert len(ids(data)) == view.progress().spans < full.progress().spans


def test_all_rows_are_all_of_it(genai: Path) -> None:
    view = opened(genai)
    assert ids(streamed(view, range(view.progress().traces))) == ids(streamed(view))


def test_other_formats_are_not_streamed(stores: Path) -> None:
    assert opened(stores / "zipkin" / "zipkin_v2.jsonl").stream(0, None, io.BytesIO()) is None


REQUEST = {
    "resourceSpans": [
        {
            "resource": {"a": 1},
            "scopeSpans": [{"scope": {}, "spans": [{"n": 0}, {"n": 1}]}, {"spans": [{"n": 2}]}],
        },
        {"resource": {"a": 2}, "scopeSpans": [{"spans": [{"n": 3}, {"n": 4}]}]},
    ],
    "resourceLogs": [{"body": "log"}],
}
PLACES = [(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (1, 0, 1)]


@given(st.sets(st.integers(0, 4), min_size=1))
def test_a_cut_request_holds_what_was_chosen(chosen: set[int]) -> None:
    paths = [
        ("resourceSpans", r, "scopeSpans", s, "spans", n) for i, (r, s, n) in enumerate(PLACES) if i in chosen
    ]
    made = json.loads(cut(json.dumps(REQUEST).encode(), paths))
    found = {s["n"] for r in made["resourceSpans"] for g in r["scopeSpans"] for s in g["spans"]}
    assert found == chosen
    assert "resourceLogs" not in made
    assert all("resource" in r for r in made["resourceSpans"])


def test_a_request_of_which_all_is_chosen_keeps_its_bytes() -> None:
    line = b'{"resourceSpans" : [{"scopeSpans":[{"spans":[{"x":1.50}]}]}]}'
    assert cut(line, [("resourceSpans", 0, "scopeSpans", 0, "spans", 0)]) is line
    assert cut(line, [()]) is line


@pytest.mark.parametrize("worth", [sharing.WORTH, 0])
def test_a_damaged_text_is_no_export(
    worth: int, stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "WORTH", worth)
    shutil.copy(stores / "hostile" / "gz_truncated.jsonl.gz", tmp_path / "a.jsonl.gz")
    from inspector.errors import StoreError

    view = opened(tmp_path / "a.jsonl.gz")
    with pytest.raises(StoreError, match="before its end"):
        view.copy(0, tmp_path / "out")
