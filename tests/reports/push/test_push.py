"""Pushing to a real receiver: what arrives, what is refused and why, what is repeated."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inspector.errors import UsageError
from inspector.reports.chosen import ALL, Chosen, choose
from inspector.reports.push.credentials import demand_sound
from inspector.reports.push.endpoint import Endpoint, checked, is_loopback, normal_pin
from inspector.reports.push.send import ATTEMPTS, Push
from inspector.reports.push.transport import PushError, key_hash
from tests.reports.push.receiver import Authority, Receiver, tls
from tests.reports.test_csv import scanned
from tests.tui.fake import FakeView


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def serve() -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def start(context: ssl.SSLContext | None = None) -> Receiver:
        made.append(Receiver(context))
        return made[-1]

    yield start
    for each in made:
        each.close()


def push(endpoint: Endpoint, traces: int = 3, done: Callable[[int], None] = lambda n: None) -> int:
    view = scanned(FakeView(traces=traces))
    pushing = Push(checked(endpoint), sleep=lambda seconds: None)
    try:
        return pushing.send(Chosen(view, choose(view, ALL).keys), done)
    finally:
        pushing.close()


def test_what_arrives(serve: Callable[..., Receiver]) -> None:
    receiver = serve()
    assert push(Endpoint(receiver.url, {"x-team": "support"}), traces=70) == 560
    assert receiver.paths[0] == "/v1/traces"
    assert receiver.headers[0]["x-team"] == "support"
    assert receiver.headers[0]["content-type"] == "application/x-protobuf"
    assert len(receiver.requests) == 3
    names = {s.name for s in receiver.spans}  # type: ignore[attr-defined]
    assert {"chat gpt-4o", "lookup_customer"} <= names
    text = b"".join(r.SerializeToString() for r in receiver.requests)
    assert b"[email:9f3a5c01d2e47b60]" in text
    assert b"input.value" in text


def test_over_tls_with_an_authority_of_ones_own(authority: Authority, serve: Callable[..., Receiver]) -> None:
    cert, key = authority.issue("server")
    receiver = serve(tls(cert, key))
    assert push(Endpoint(receiver.url, ca=authority.file)) == 24
    with pytest.raises(PushError, match="authority that isn't trusted"):
        push(Endpoint(receiver.url))


def test_certificates_that_are_wrong_are_named(authority: Authority, serve: Callable[..., Receiver]) -> None:
    for name, more, words in (
        ("expired", {"days": -1}, "has expired"),
        ("other", {"host": "other.example"}, "is for another IP address"),
    ):
        receiver = serve(tls(*authority.issue(name, **more)))  # type: ignore[arg-type]
        with pytest.raises(PushError, match=words):
            push(Endpoint(receiver.url, ca=authority.file))
        assert receiver.requests == []


def test_tls_is_1_3_unless_lowered(authority: Authority, serve: Callable[..., Receiver]) -> None:
    cert, key = authority.issue("old")
    receiver = serve(tls(cert, key, most=ssl.TLSVersion.TLSv1_2))
    with pytest.raises(PushError, match="speaks no TLS as new"):
        push(Endpoint(receiver.url, ca=authority.file))
    assert push(Endpoint(receiver.url, ca=authority.file, tls_min="1.2")) == 24


def test_a_receiver_may_demand_a_clients_certificate(
    authority: Authority, serve: Callable[..., Receiver]
) -> None:
    receiver = serve(tls(*authority.issue("mtls"), clients=authority.file))
    cert, key = authority.issue("client")
    assert push(Endpoint(receiver.url, ca=authority.file, cert=cert, key=key)) == 24
    with pytest.raises(PushError):
        push(Endpoint(receiver.url, ca=authority.file))
    assert len(receiver.spans) == 24


def test_a_pinned_key_is_the_only_one(authority: Authority, serve: Callable[..., Receiver]) -> None:
    cert, key = authority.issue("pinned")
    receiver = serve(tls(cert, key))
    pin = key_hash(ssl.PEM_cert_to_DER_cert(cert.read_text()))
    assert push(Endpoint(receiver.url, ca=authority.file, pin=f"sha256:{pin}")) == 24
    with pytest.raises(PushError, match="isn't the pinned one"):
        push(Endpoint(receiver.url, ca=authority.file, pin="00" * 32))
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (401, "refused the credentials"),
        (403, "refused"),
        (404, "answered 404"),
        (307, "elsewhere"),
        (400, "400"),
    ],
)
def test_refusals_are_not_repeated(code: int, words: str, serve: Callable[..., Receiver]) -> None:
    receiver = serve()
    receiver.answers = [code] * 50
    with pytest.raises(PushError, match=words):
        push(Endpoint(receiver.url))
    assert len(receiver.paths) == 1


def test_a_busy_receiver_is_asked_again(serve: Callable[..., Receiver]) -> None:
    receiver = serve()
    receiver.answers = [503]
    assert push(Endpoint(receiver.url, timeout=0.5)) == 24
    receiver.answers = [503] * 50
    with pytest.raises(PushError, match="answered 503"):
        push(Endpoint(receiver.url, timeout=0.2))
    assert len(receiver.paths) - 2 >= ATTEMPTS


def test_nobody_there() -> None:
    with pytest.raises(PushError, match="doesn't answer"):
        push(Endpoint("http://127.0.0.1:9", timeout=0.2))


def test_what_is_acknowledged_is_told(serve: Callable[..., Receiver]) -> None:
    receiver = serve()
    told: list[int] = []
    receiver.answers = [200, 400]
    with pytest.raises(PushError):
        push(Endpoint(receiver.url), 70, told.append)
    assert told == [31, 32]


def test_spans_that_the_receiver_left_out_are_counted(serve: Callable[..., Receiver]) -> None:
    receiver = serve()
    receiver.rejects = 5
    view = scanned(FakeView(traces=1))
    pushing = Push(checked(Endpoint(receiver.url)))
    pushing.send(Chosen(view, choose(view, ALL).keys))
    assert pushing.rejected == 5


def test_headers_of_the_environment_go_to_no_other_endpoint(
    serve: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer not-for-you-1234")
    receiver = serve()
    push(Endpoint(receiver.url))
    assert "authorization" not in receiver.headers[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://collector.example:4318", "ftp://x", "collector:4318", "https://", "https://user:pw@x.example",
        "https://x.example?key=1", "http://127.0.0.1.example", "http://[::1", "http://10.0.0.1",
    ],
)  # fmt: skip
def test_endpoints_that_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        checked(Endpoint(url))


def test_endpoints_get_their_path() -> None:
    assert checked(Endpoint("https://x.example")).url == "https://x.example/v1/traces"
    assert checked(Endpoint("https://x.example/a/")).url == "https://x.example/a/v1/traces"
    assert checked(Endpoint("https://x.example/v1/traces")).url == "https://x.example/v1/traces"
    assert [is_loopback(h) for h in ("localhost", "127.0.0.1", "::1", "127.9.9.9", "10.0.0.1", "a.localhost")] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("authorization", ""), ("authorization", "Bearer "), ("authorization", "Bearer"), ("api-key", "<your key>"),
        ("api-key", "YOUR_API_KEY"), ("api-key", "${TOKEN}"), ("x-token", "changeme"), ("x-token", "xxxxxxxx"),
        ("api-key", "abc\ndef12345"), ("api-key", " abcdef12345"), ("api key", "abcdef12345"), ("api-key", '"abcdef12345"'),
        ("api-key", "short"), ("authorization", "Bearer {{ token }}"),
    ],
)  # fmt: skip
def test_credentials_that_cannot_be_meant(name: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        demand_sound({name: value})
    assert not value.strip() or len(value) < 7 or value not in str(caught.value)


def test_sound_credentials() -> None:
    demand_sound({"authorization": "Bearer 3f9a-77b1-90ce", "x-team": "a", "api-key": "k_1234567890"})
    demand_sound({"authorization": "Basic dXNlcjpwYXNzd29yZA=="})


def test_pins() -> None:
    assert normal_pin("sha256:" + "AB" * 32) == "ab" * 32
    assert normal_pin(":".join(["ab"] * 32)) == "ab" * 32
    with pytest.raises(UsageError):
        normal_pin("ab")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        checked(Endpoint("https://x.example", ca=tmp_path / "no.pem"))
