"""What the screen's exporter previews and writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector.cli.common import Common
from inspector.cli.engine import read_config
from inspector.cli.lazy import LazyView
from inspector.cli.opening import open_session
from inspector.cli.screen_export import ScreenExporter
from inspector.cli.who import badge_of, who
from inspector.view_exports import Exports, ExportWish


def opened(store: Path, **common: str) -> LazyView:
    typed = Common(**common)
    config = read_config(typed)
    identity = who(typed, config)
    exporter = ScreenExporter([str(store)], typed, config, identity)
    view = LazyView(lambda: open_session([str(store)], typed, config), badge_of(identity), lambda: exporter)
    view.scan(lambda progress: None, lambda: False)
    return view


def test_a_trace_and_a_filtered_list(stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    view = opened(stores / "openai_agents" / "traces.jsonl")
    assert isinstance(view, Exports)
    key = view.rows().page(3, 1)[0].key
    wish = ExportWish("jsonl", keys=(key,))
    preview = dict(view.preview(wish).lines)
    assert preview["traces"] == "1"
    assert "1 traces" in view.export(wish, lambda: False)
    (file,) = tmp_path.glob("*Z.jsonl")
    assert [json.loads(line)["trace_id"] for line in file.read_text().splitlines()] == [
        str(view.trace(key).row.trace_id)
    ]
    assert "status:error" in dict(view.preview(ExportWish("csv", "status:error")).lines)["query"]
    view.export(ExportWish("csv", "status:error"), lambda: False)
    assert len(list(tmp_path.glob("*.manifest.json"))) == 2
    view.close()


def test_stopping_leaves_nothing(stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from inspector.cli.exporting import Stopped

    monkeypatch.chdir(tmp_path)
    view = opened(stores / "openai_agents" / "traces.jsonl")
    with pytest.raises(Stopped):
        view.export(ExportWish("jsonl"), lambda: True)
    assert list(tmp_path.iterdir()) == []
    view.close()


def test_who_may_not_sees_it_before(stores: Path) -> None:
    view = opened(stores / "openai_agents" / "traces.jsonl", role="security_auditor")
    assert "may not export" in view.preview(ExportWish("html")).refused
    view.close()
