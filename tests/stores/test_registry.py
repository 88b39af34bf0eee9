"""The list of formats, and formats of other packages."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from inspector.errors import UsageError
from inspector.model import Kind, Span, Status
from inspector.stores import format_infos, open_store, registry
from inspector.stores.base import FormatInfo
from inspector.stores.formats.base import Parsed


class Third:
    info = FormatInfo("third", "Third party", "json", "a test")

    def score(self, samples):
        return 60 if any({"tp_trace", "tp_span"} <= s.keys() for s in samples) else 0

    def parse(self, record):
        value = record.value
        return Parsed([Span(value["tp_trace"], value["tp_span"], None, "n", Kind.TOOL, "t", None, None,
                            Status.OK, "", (), record.place())])  # fmt: skip


@pytest.fixture
def offered(monkeypatch):
    """Entry points that the test offers, and the names of those that were loaded."""
    loaded = []

    def point(name, value):
        return SimpleNamespace(name=name, load=lambda: loaded.append(name) or value)

    points = [point("third", Third()), point("evil", None), point("sql", SimpleNamespace(recognise=None))]
    monkeypatch.setattr(registry, "_offered", lambda: points)
    return loaded


def test_only_what_config_names_is_loaded(offered, tmp_path, stores):
    path = tmp_path / "x.jsonl"
    path.write_text('{"tp_trace": "a", "tp_span": "b"}\n')
    open_store(stores / "hostile" / "crlf.jsonl")
    assert offered == []
    store = open_store(path, plugins=["third"])
    assert store.info.format.id == "third"
    assert offered == ["third"]
    (batch,) = [b for b in store.scan() if b.spans]
    assert batch.spans[0].kind is Kind.TOOL


def test_what_is_not_there_or_no_format_is_said(offered):
    with pytest.raises(UsageError) as caught:
        registry.load_plugins(["thrid"])
    assert "`third`" in caught.value.fix
    with pytest.raises(UsageError, match="no format"):
        registry.load_plugins(["evil"])
    assert len(registry.load_plugins(["sql"])[1]) == 1


def test_each_format_is_listed_once():
    infos = format_infos()
    ids = [info.id for info in infos]
    assert len(ids) == len(set(ids))
    assert {"otlp", "otel-console", "generic", "zipkin", "jaeger", "phoenix", "mlflow"} <= set(ids)
    assert all(info.title and info.writers for info in infos)
