"""The gate of `inspector serve`, by itself."""

from __future__ import annotations

import pytest

from inspector.cli.web.gate import Gate
from inspector.cli.web.page import HEADERS, PAGE


def test_the_token_is_exchanged_once() -> None:
    gate = Gate(8000)
    assert gate.url == f"http://127.0.0.1:8000/?token={gate.token}"
    assert not gate.knows(gate.session)
    assert gate.enter(None) is None and gate.enter("") is None and gate.enter(gate.token + "x") is None
    cookie = gate.enter(gate.token)
    assert cookie and gate.knows(cookie) and not gate.knows(gate.token) and not gate.knows(None)
    assert gate.enter(gate.token) is None


def test_secrets_differ() -> None:
    made = [Gate(1), Gate(1)]
    assert len({s for gate in made for s in (gate.token, gate.session)}) == 4
    assert all(len(gate.token) >= 40 for gate in made)


@pytest.mark.parametrize(
    ("host", "origin", "page", "socket"),
    [
        ("127.0.0.1:8000", None, True, False),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", True, True),
        ("127.0.0.1:8000", "http://127.0.0.1:8001", False, False),
        ("127.0.0.1:8000", "https://127.0.0.1:8000", False, False),
        ("127.0.0.1:8000", "null", False, False),
        ("127.0.0.1:8000", "http://127.0.0.1:8000.evil.example", False, False),
        ("localhost:8000", None, False, False),
        ("evil.example:8000", "http://127.0.0.1:8000", False, False),
        ("127.0.0.1", None, False, False),
        (None, None, False, False),
    ],
)
def test_only_pages_of_ours_are_answered(
    host: str | None, origin: str | None, page: bool, socket: bool
) -> None:
    gate = Gate(8000)
    assert gate.is_ours(host, origin, needs_origin=False) is page
    assert gate.is_ours(host, origin, needs_origin=True) is socket


def test_the_page_asks_nobody_else() -> None:
    assert "http://" not in PAGE and "https://" not in PAGE and "//" not in PAGE.replace("{socket}", "")
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe-eval" not in HEADERS["Content-Security-Policy"]
