"""Time stamps against an authority made here; a real one (OpenSSL's) is in tests/peers."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.audit.anchors import der
from inspector.audit.anchors.rfc3161 import FILE, TimestampAnchor, check, request, token_of
from inspector.errors import AuditError, UsageError

NOTE = "trace-inspector/audit\n1\nAAAA\n\n"


def token(digest: bytes, nonce: int) -> bytes:
    algorithm = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
    info = der.sequence(
        der.integer(1),
        der.oid("1.2.3"),
        der.sequence(algorithm, der.encode(der.OCTETS, digest)),
        der.integer(7),
        der.encode(0x18, b"20260101000000Z"),
        der.integer(nonce),
    )
    content = der.sequence(
        der.oid("1.2.840.113549.1.9.16.1.4"), der.encode(0xA0, der.encode(der.OCTETS, info))
    )
    signed = der.sequence(der.integer(3), der.encode(0x31, b""), content)
    return der.sequence(der.oid("1.2.840.113549.1.7.2"), der.encode(0xA0, signed))


def granted(body: bytes) -> bytes:
    _, imprint, nonce, *_ = der.only(body, der.SEQUENCE).children()
    digest = imprint.children()[1].body
    stamp = token(digest, int.from_bytes(nonce.body, "big"))
    return der.sequence(der.sequence(der.integer(0)), stamp)


def refused(body: bytes) -> bytes:
    return der.sequence(der.sequence(der.integer(2)))


def for_another_document(body: bytes) -> bytes:
    return der.sequence(der.sequence(der.integer(0)), token(hashlib.sha256(b"x").digest(), 1))


def replayed(body: bytes) -> bytes:
    return der.sequence(der.sequence(der.integer(0)), token(hashlib.sha256(NOTE.encode()).digest(), 99))


def garbage(body: bytes) -> bytes:
    return b"<html>"


@contextmanager
def authority(answer: Callable[[bytes], bytes], status: int = 200) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://example.com/")
            self.end_headers()
            self.wfile.write(answer(body))

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_stamp_is_asked_for_checked_and_kept(tmp_path: Path) -> None:
    with authority(granted) as url:
        anchor = TimestampAnchor(url, tmp_path)
        anchor.keep(NOTE)
    assert anchor.heads() == [NOTE]


@pytest.mark.parametrize("answer", [refused, for_another_document, replayed, garbage])
def test_a_wrong_answer_is_refused(answer: Callable[[bytes], bytes], tmp_path: Path) -> None:
    with authority(answer) as url, pytest.raises(AuditError, match="no time stamp"):
        TimestampAnchor(url, tmp_path).keep(NOTE)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("status", [302, 500])
def test_redirects_and_errors_are_refused(status: int, tmp_path: Path) -> None:
    with authority(granted, status) as url, pytest.raises(AuditError, match=str(status)):
        TimestampAnchor(url, tmp_path).keep(NOTE)


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(AuditError):
        TimestampAnchor("http://127.0.0.1:9/", tmp_path).keep(NOTE)


@pytest.mark.parametrize(
    "url", ["http://example.com/", "ftp://127.0.0.1/", "http://10.0.0.1/", "example.com", ""]
)
def test_only_https_or_this_machine(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        TimestampAnchor(url, tmp_path)


def test_a_kept_token_that_speaks_of_something_else_is_left_out(tmp_path: Path) -> None:
    anchor = TimestampAnchor("https://tsa.example.com/", tmp_path)
    good = token(hashlib.sha256(NOTE.encode()).digest(), 1).hex()
    lines = [{"note": NOTE, "token": good}, {"note": "other\n\n", "token": good}, {"note": NOTE}, [1]]
    (tmp_path / FILE).write_bytes(b"\n".join(orjson.dumps(line) for line in lines))
    assert anchor.heads() == [NOTE]


def test_the_request_is_what_openssl_writes_without_its_nonce() -> None:
    """`openssl ts -query -sha256 -cert` over the same bytes, but for the order of random numbers."""
    body = der.only(request(NOTE, 5), der.SEQUENCE).children()
    assert [e.tag for e in body] == [der.INTEGER, der.SEQUENCE, der.INTEGER, der.BOOLEAN]
    assert body[1].children()[0].body.hex() == "0609608648016503040201" + "0500"


@given(st.binary(max_size=300))
def test_random_answers_are_malformed_or_index_errors(data: bytes) -> None:
    with pytest.raises((der.Malformed, IndexError)):
        token_of(data, NOTE, 1)


@given(st.integers(0, 2**70))
def test_integers_round_trip(value: int) -> None:
    element = der.only(der.integer(value), der.INTEGER)
    assert int.from_bytes(element.body, "big", signed=True) == value


@given(st.data())
def test_a_damaged_token_never_names_another_note(data: st.DataObject) -> None:
    whole = bytearray(token(hashlib.sha256(NOTE.encode()).digest(), 1))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((der.Malformed, IndexError)):
        check(bytes(whole), "other\n\n")
