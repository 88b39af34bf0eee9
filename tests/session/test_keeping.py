"""A kept index is used while the store is what it was, and only then."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from inspector.index import Builder, cache
from inspector.redaction import Policy, Redactor
from inspector.session import Session, keeping
from inspector.stores import open_store
from inspector.view import Badge

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))


@pytest.fixture
def store(stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECTOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("INSPECTOR_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(keeping, "WORTH", 1)
    path = tmp_path / "s.otlp.jsonl"
    shutil.copyfile(stores / "otlp" / "openinference.otlp.jsonl", path)
    return path


def shown(
    path: Path, monkeypatch: pytest.MonkeyPatch, policy: Policy | None = None
) -> tuple[list[str], int | None]:
    """The rows as they are shown, and from which byte the store was read, if it was."""
    starts: list[int] = []
    run = Builder.run

    def noted(self: Builder, step: object, stopped: object, start: int = 0) -> bool:
        starts.append(start)
        return run(self, step, stopped, start)  # type: ignore[arg-type]

    monkeypatch.setattr(Builder, "run", noted)
    engine = Redactor(policy or Policy(), KEY)
    view = Session([open_store(path)], engine, Badge("viewer", proved=False), cache_max=1 << 30)
    view.scan(lambda progress: None, lambda: False)
    rows = view.rows()
    out = [repr(row) for row in rows.page(0, rows.count)]
    assert view.summaries()[0].spans > 0
    view.close()
    monkeypatch.setattr(Builder, "run", run)
    return out, starts[0] if starts else None


def test_the_second_time_nothing_is_read(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, start = shown(store, monkeypatch)
    assert start == 0
    again, start = shown(store, monkeypatch)
    assert start is None
    assert again == first


def test_appended_lines_alone_are_read(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = store.read_bytes().splitlines(keepends=True)
    with store.open("wb") as file:
        file.writelines(lines[: len(lines) // 2])
    shown(store, monkeypatch)
    size = store.stat().st_size
    with store.open("ab") as file:
        file.writelines(lines[len(lines) // 2 :])
    grown, start = shown(store, monkeypatch)
    assert start == size
    cache.clear()
    whole, start = shown(store, monkeypatch)
    assert start == 0
    assert sorted(row.partition("trace_id")[2] for row in grown) == sorted(
        row.partition("trace_id")[2] for row in whole
    )


@pytest.mark.parametrize("change", ["rewritten", "cut", "half a line", "policy", "damaged"])
def test_anything_else_is_read_anew(store: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    shown(store, monkeypatch)
    policy = None
    data = store.read_bytes()
    match change:
        case "rewritten":
            store.write_bytes(data.replace(b"CreateEmbeddings", b"createEmbeddings"))
        case "cut":
            store.write_bytes(data[: data.rindex(b"\n", 0, -1) + 1])
        case "half a line":
            store.write_bytes(data[:-40])
            shown(store, monkeypatch)
            store.write_bytes(data)
        case "policy":
            policy = Policy(types=(("email", "replace"),))
        case _:
            cache.file_of(store).write_bytes(b"inspector index 3\n" + bytes(400))
    _, start = shown(store, monkeypatch, policy)
    assert start == 0


def test_a_small_store_is_not_kept(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "WORTH", 1 << 30)
    shown(store, monkeypatch)
    assert cache.kept() == []


def test_nothing_is_kept_of_hidden_values(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import re

    shown(store, monkeypatch)
    (kept,) = [path for path, _, _ in cache.kept()]
    data = kept.read_bytes()
    emails = set(re.findall(rb"[a-z0-9.]{3,}@[a-z0-9.]+\.example", store.read_bytes()))
    assert emails
    assert not [email for email in emails if email in data]
