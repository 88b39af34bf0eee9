"""The manual's examples run, and its table of keys is the policy's."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from inspector.redaction import Redactor, parse_policy
from inspector.redaction.policy import _SECTION

PAGE = (Path(__file__).parents[2] / "docs" / "redaction.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(TOML,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


class ReadableSpan(SimpleNamespace):
    pass


def _event(name: str, attributes: object, timestamp: int) -> SimpleNamespace:
    return SimpleNamespace(name=name, attributes=attributes, timestamp=timestamp)


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins with the signatures that the examples use."""
    langfuse = ModuleType("langfuse")
    langfuse.Langfuse = SimpleNamespace  # type: ignore[attr-defined]
    trace, export = ModuleType("opentelemetry.sdk.trace"), ModuleType("opentelemetry.sdk.trace.export")
    trace.Event, trace.ReadableSpan = _event, ReadableSpan  # type: ignore[attr-defined]
    export.SpanExporter = object  # type: ignore[attr-defined]
    made = {"langfuse": langfuse, "opentelemetry": ModuleType("opentelemetry")}
    made |= {"opentelemetry.sdk": ModuleType("opentelemetry.sdk"), "opentelemetry.sdk.trace": trace}
    for name, module in {**made, "opentelemetry.sdk.trace.export": export}.items():
        monkeypatch.setitem(sys.modules, name, module)


def _run(code: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(compile(code, "redaction.md", "exec"), names)
    return names


def test_the_first_example_hides(capsys: pytest.CaptureFixture[str]) -> None:
    _run(PYTHON[0])
    shown = capsys.readouterr().out
    assert "hunter2" not in shown and "ada@" not in shown and "203.0.113.9" not in shown
    assert "4242" not in shown


def test_langfuse_gets_a_mask(vendors: None) -> None:
    client = _run(PYTHON[1])["langfuse"]
    assert isinstance(client, SimpleNamespace)
    assert client.mask(data={"input": None, "password": "hunter2"}) == {
        "input": None,
        "password": "[REDACTED:credential.password]",
    }


def test_opentelemetry_exports_redacted_copies(vendors: None) -> None:
    got: list[ReadableSpan] = []
    exporter = _run(PYTHON[2])["RedactingExporter"](SimpleNamespace(export=got.extend))  # type: ignore[operator]
    kept = dict.fromkeys(
        ("context", "parent", "resource", "links", "kind", "status", "start_time", "end_time"), 1
    )
    span = ReadableSpan(
        name="mail ada@example.com",
        attributes={"user.ssn": "536-90-4399", "n": 3},
        events=[_event("x", {"token": "a8f5f167f44f4964"}, 7)],
        instrumentation_scope=None,
        **kept,
    )
    exporter.export([span])
    (copy,) = got
    assert "ada@" not in copy.name
    assert copy.attributes == {"user.ssn": "***-**-****", "n": 3}
    assert "a8f5" not in str(copy.events[0].attributes)
    assert copy.start_time == 1


def test_the_policy_shown_is_one() -> None:
    section = tomllib.loads(TOML)["redaction"]
    assert set(section) == set(_SECTION)
    policy = parse_policy({**section, "names_file": ""})
    assert str(Redactor(policy).text("badge EMP-123456")) == "badge ••••"
