"""`export --to otlp --endpoint` as a user runs it: to a real receiver on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.audit.reading import oldest_first
from inspector.cli.endpoints import Typed, endpoint_of
from inspector.config import load
from inspector.errors import Denied, UsageError
from inspector.paths import state_folder
from tests.cli.program import inside
from tests.reports.push.receiver import Receiver

PUSH = ("--to", "otlp", "--role", "operator", "--json")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def agents(stores: Path) -> str:
    return str(stores / "openai_agents" / "traces.jsonl")


def test_a_store_goes_to_a_receiver_redacted_and_recorded(receiver: Receiver, agents: str) -> None:
    done = inside("export", agents, *PUSH, "--endpoint", receiver.url)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["traces"], told["spans"], told["rejected"]) == (60, 639, 0)
    assert len(receiver.spans) == 639
    assert len({s.trace_id for s in receiver.spans}) == 60  # type: ignore[attr-defined]
    manifest = json.loads(Path(told["manifest"]).read_bytes())
    records = [r for r in oldest_first(state_folder() / "audit") if r["action"] == "export.pushed"]
    assert [r["phase"] for r in records] == ["intent", "outcome"]
    assert records[1]["op_id"] == manifest["audit_op"]
    assert records[1]["counts"]["rows"] == 639
    assert receiver.url not in json.dumps(records)


def test_a_push_that_broke_off_goes_on_where_it_was(receiver: Receiver, agents: str) -> None:
    receiver.answers = [200, 400]
    broken = inside("export", agents, *PUSH, "--endpoint", receiver.url)
    assert broken.returncode == 4
    assert b"answered 400" in broken.stderr
    first = {s.span_id for s in receiver.spans}  # type: ignore[attr-defined]
    done = inside("export", agents, *PUSH, "--endpoint", receiver.url)
    told = json.loads(done.stdout)
    assert told["traces_before"] > 0
    assert told["traces_before"] + told["traces"] == 60
    assert len({s.span_id for s in receiver.spans}) == 639  # type: ignore[attr-defined]
    assert len(receiver.spans) < 639 + len(first)
    again = json.loads(inside("export", agents, *PUSH, "--endpoint", receiver.url).stdout)
    assert again["traces_before"] == 0


def test_who_may_not_and_where_not(receiver: Receiver, agents: str) -> None:
    assert inside("export", agents, "--to", "otlp", "--endpoint", receiver.url).returncode == 3
    assert inside("export", agents, *PUSH, "--endpoint", "http://collector.example").returncode == 2
    assert inside("export", agents, *PUSH, "--endpoint", "nowhere").returncode == 2
    assert inside("export", agents, *PUSH, "--endpoint", receiver.url, "-o", "x").returncode == 2
    assert receiver.paths == []


def test_what_the_receiver_leaves_out_is_said(receiver: Receiver, agents: str) -> None:
    receiver.rejects = 2
    done = inside("export", agents, *PUSH, "--endpoint", receiver.url, "--limit", "1")
    assert done.returncode == 5


def config(tmp_path: Path, text: str):  # type: ignore[no-untyped-def]
    file = tmp_path / "inspector.toml"
    file.write_text(text)
    return load(folder=tmp_path / "none", config=file, policy=None, options=None)


def test_an_endpoint_of_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLECTOR_TOKEN", "Bearer 3f9a77b190ce")
    held = config(
        tmp_path,
        """[export.endpoints.eu]
        url = "https://collector.example"
        region = "eu-west-1"
        baa = true
        tls_min = "1.2"
        [export.endpoints.eu.headers]
        authorization = "COLLECTOR_TOKEN"
        """,
    )
    made = endpoint_of(Typed("eu"), held)
    assert (made.region, made.baa, made.tls_min) == ("eu-west-1", True, "1.2")
    assert made.headers == {"authorization": "Bearer 3f9a77b190ce"}
    assert "3f9a77b190ce" not in repr(made)
    with pytest.raises(UsageError, match="isn't set"):
        endpoint_of(Typed("eu", ("x-key=NOT_SET_ANYWHERE",)), held)


def test_the_standard_variables_when_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = config(tmp_path, "")
    with pytest.raises(UsageError, match="isn't set"):
        endpoint_of(Typed("env"), held)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://all.example")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://traces.example/v1/traces")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%203f9a77b190ce,x-a=b")
    made = endpoint_of(Typed("env"), held)
    assert made.url == "https://traces.example/v1/traces"
    assert made.headers == {"authorization": "Bearer 3f9a77b190ce", "x-a": "b"}
    assert endpoint_of(Typed("https://other.example"), held).headers == {}


def test_hipaa_pushes_only_under_an_agreement(tmp_path: Path) -> None:
    ends = '[export.endpoints.a]\nurl = "https://a.example"\nbaa = true\n[export.endpoints.b]\nurl = "https://b.example"\n'
    held = config(tmp_path, 'profile = "hipaa"\n' + ends)
    assert endpoint_of(Typed("a"), held).baa
    for name in ("b", "https://c.example"):
        with pytest.raises(Denied, match="business associate"):
            endpoint_of(Typed(name), held)


def test_grpc_is_refused_with_its_reason(tmp_path: Path) -> None:
    held = config(tmp_path, '[export.endpoints.g]\nurl = "https://g.example"\nprotocol = "grpc"\n')
    with pytest.raises(UsageError, match="gRPC"):
        endpoint_of(Typed("g"), held)
