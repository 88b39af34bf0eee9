"""`inspector seal` and `unseal` on real stores: nothing of the values is left, everything comes back."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from inspector.audit.reading import oldest_first, text
from tests.cli.keyed import Keyed
from tests.cli.program import inside

OPERATOR = ("--role", "operator")
ADMIN = ("--role", "admin")
WHY = ("--unlock", "--reason", "a test", "--plaintext-to-pipe", "--json")
MAIL = "zofia.wrzesniewska84@nordhaven.example"
TRACE, SPAN, OTHER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "c7ad6b7169203332"


@pytest.fixture
def keyed(tmp_path: Path) -> Keyed:
    return Keyed.granted(tmp_path / "machine", "operator")


def otlp(path: Path) -> str:
    def attribute(key: str, value: str) -> object:
        return {"key": key, "value": {"stringValue": value}}

    spans = [
        {"traceId": TRACE, "spanId": SPAN, "name": "work", "startTimeUnixNano": "1700000000000000000",
         "endTimeUnixNano": "1700000001000000000",
         "attributes": [attribute("user.email", MAIL), attribute("copy", MAIL), attribute("other", "stays as it is"),
                        attribute("note", f"write to {MAIL} soon"),
                        attribute("profile", json.dumps({"user": {"email": MAIL}, "n": 1}))]},
        {"traceId": TRACE, "spanId": OTHER, "name": "rest", "startTimeUnixNano": "1700000000000000000",
         "endTimeUnixNano": "1700000001000000000", "attributes": [attribute("x", MAIL)]},
    ]  # fmt: skip
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}) + "\n")
    return str(path)


def actions(keyed: Keyed) -> list[str]:
    return [text(r, "action") for r in oldest_first(keyed.state / "audit")]


def test_a_field_is_sealed_with_its_copies_and_opens_again(keyed: Keyed, tmp_path: Path) -> None:
    store = otlp(tmp_path / "a.otlp.jsonl")
    before = Path(store).read_text()
    done = inside("seal", store, "--fields", "user.email", "--dry-run", "--json", *OPERATOR)
    assert (done.returncode, Path(store).read_text()) == (0, before), done.stderr
    assert json.loads(done.stdout) == {
        "sealed": {"field": 1}, "places": 1, "inside_longer_texts": 1, "missed": 0
    }  # fmt: skip
    done = inside("seal", store, "--fields", "user.email", *OPERATOR)
    assert done.returncode == 2
    assert Path(store).read_text() == before
    done = inside("seal", store, "--fields", "user.email", "--yes", *OPERATOR)
    assert done.returncode == 0, done.stderr
    after = Path(store).read_text()
    assert after.count(MAIL) == 2  # in the note's longer text, and in another span
    assert "stays as it is" in after
    assert b"still hold" in done.stderr
    assert "store.sealed" in actions(keyed)
    shown = inside("show", store, TRACE, "--json").stdout.decode()
    assert shown.count("[ENCRYPTED]") >= 2
    opened = inside("show", store, TRACE, *WHY, *OPERATOR).stdout.decode()
    assert opened.count(MAIL) > shown.count(MAIL)
    span = json.loads(opened)["spans"][0]
    assert {a["key"]: a["value"] for a in span["attributes"]}["user.email"] == MAIL
    assert inside("seal", store, "--fields", "user.email", "--yes", *OPERATOR).returncode == 1
    done = inside("unseal", store, "--yes", "--reason", "back", *OPERATOR)
    assert done.returncode == 3
    done = inside("unseal", store, "--yes", "--reason", "back", *ADMIN)
    assert done.returncode == 0, done.stderr
    assert json.loads(Path(store).read_text()) == json.loads(before)


def test_types_are_sealed_at_their_level(keyed: Keyed, tmp_path: Path) -> None:
    store = otlp(tmp_path / "a.otlp.jsonl")
    done = inside("seal", store, "--types", "email", "--yes", *OPERATOR)
    assert done.returncode == 0, done.stderr
    assert MAIL not in Path(store).read_text()
    assert inside("keys", "status", store).stdout.count(b"values still need it") == 4


def test_without_a_key_or_the_permission_nothing_is_sealed(keyed: Keyed, tmp_path: Path) -> None:
    store = otlp(tmp_path / "a.otlp.jsonl")
    before = Path(store).read_bytes()
    assert inside("seal", store, "--fields", "user.email", "--yes").returncode == 3
    assert Path(store).read_bytes() == before


@pytest.mark.parametrize(
    "asked", [("--fields", "user.email", "--level", "restricted"), ("--types", "credential,email")]
)
def test_a_level_that_the_role_may_not_open_is_denied(
    keyed: Keyed, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    """By the option, and by the level of a type that is found."""
    store = Path(otlp(tmp_path / "a.otlp.jsonl"))
    store.write_text(store.read_text().replace("stays as it is", f"Bearer sk-proj-{'aB3dE5gH' * 6}"))
    before = store.read_bytes()
    for dry in ((), ("--dry-run",)):
        done = inside("seal", str(store), *asked, "--yes", *dry, *OPERATOR)
        assert done.returncode == 3, done.stderr
        assert b"operator may not do this (fields:unlock:restricted)" in done.stderr
        assert b"--role: admin" in done.stderr
    assert store.read_bytes() == before
    denied = [r for r in oldest_first(keyed.state / "audit") if text(r, "action") == "access.denied"]
    assert [text(r, "new_state", "action") for r in denied] == ["fields:unlock:restricted"] * 2


def scalars(path: Path) -> str:
    """A span whose name, message, numbers, resource and link hold something."""

    def attribute(key: str, **value: object) -> object:
        return {"key": key, "value": value}

    spans = [
        {"traceId": TRACE, "spanId": span, "name": f"mail to {MAIL}", "startTimeUnixNano": "1700000000000000000",
         "endTimeUnixNano": "1700000001000000000", "status": {"code": 2, "message": f"no {MAIL}"},
         "links": [{"traceId": TRACE, "spanId": OTHER, "attributes": [attribute("peer", stringValue="peer-canary")]}],
         "attributes": [attribute("pay.amount", intValue="731905"), attribute("pay.rate", doubleValue=7.25),
                        attribute("pay.done", boolValue=True), attribute("other", intValue="731905")]}
        for span in (SPAN, OTHER)
    ]  # fmt: skip
    resource = {
        "attributes": [
            attribute("host.owner", stringValue="owner-canary"),
            attribute("host.floor", intValue="4"),
        ]
    }
    path.write_text(
        json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}) + "\n"
    )
    return str(path)


def test_names_messages_numbers_and_resources_are_sealed_and_come_back(keyed: Keyed, tmp_path: Path) -> None:
    store = scalars(tmp_path / "a.otlp.jsonl")
    before = json.loads(Path(store).read_text())
    fields = "span.name,span.status_message,pay.*,resource.host.*,link.peer"
    done = inside("seal", store, "--fields", fields, "--yes", "--json", *OPERATOR)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "sealed": {"field": 10, "email": 4}, "places": 1, "inside_longer_texts": 0, "missed": 0
    }  # fmt: skip
    after = Path(store).read_text()
    assert after.count("731905") == 2  # what no path names
    for gone in (MAIL, "peer-canary", "owner-canary", "7.25", '"boolValue"'):
        assert gone not in after
    shown = json.loads(inside("show", store, TRACE, "--json").stdout)["spans"]
    for span in shown:
        assert (span["name"], span["status_message"]) == ("[ENCRYPTED]", "[ENCRYPTED]")
    printed = inside("show", store, TRACE).stdout.decode() + inside("ls", store).stdout.decode()
    assert "__encrypted__" not in printed and "ciphertext" not in printed
    assert "[ENCRYPTED]" in inside("ls", store).stdout.decode()
    for at in (0, 1):  # the resource opens from either span
        opened = json.loads(
            inside("show", store, TRACE, "--span", shown[at]["span_id"], *WHY, *OPERATOR).stdout
        )["spans"][0]
        assert (opened["name"], opened["status_message"]) == (f"mail to {MAIL}", f"no {MAIL}")
        values = {a["key"]: a["value"] for a in opened["attributes"]}
        assert [values[f"pay.{n}"] for n in ("amount", "rate", "done")] == ["731905", "7.25", "True"]
        assert {a["key"]: a["value"] for a in opened["resource"]} == {
            "host.owner": "owner-canary",
            "host.floor": "4",
        }
    assert inside("unseal", store, "--yes", "--reason", "back", *ADMIN).returncode == 0
    assert json.loads(Path(store).read_text()) == before


@pytest.mark.parametrize(
    "name", ["phoenix/phoenix.db", "tracecraft/runs.jsonl", "openai_agents/traces.jsonl"]
)
def test_real_stores_keep_every_value(keyed: Keyed, stores: Path, tmp_path: Path, name: str) -> None:
    store = tmp_path / Path(name).name
    shutil.copy(stores / name, store)
    before = content(store)
    done = inside("seal", str(store), "--types", "email,card,ssn,credential", "--yes", *ADMIN)
    assert done.returncode == 0, done.stderr
    hits = [
        json.loads(line) for line in inside("search", str(store), "has:locked", "--json").stdout.splitlines()
    ]
    assert hits
    opened = inside("show", str(store), hits[0]["trace_id"], "--span", hits[0]["span_id"], *WHY, *ADMIN)
    assert opened.returncode == 0, opened.stderr
    assert b'"operator":"unlock"' in opened.stdout
    assert inside("unseal", str(store), "--yes", "--reason", "back", *ADMIN).returncode == 0
    assert inside("search", str(store), "has:locked").returncode == 1
    assert content(store) == before


def test_numbers_of_a_database_keep_their_kind(keyed: Keyed, stores: Path, tmp_path: Path) -> None:
    store = tmp_path / "phoenix.db"
    shutil.copy(stores / "phoenix" / "phoenix.db", store)
    before = content(store)
    done = inside("seal", str(store), "--fields", "llm.token_count.*", "--yes", "--json", *ADMIN)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert counts["sealed"]["field"] > 500 and counts["missed"] == 0
    assert content(store) != before
    assert inside("unseal", str(store), "--yes", "--reason", "back", *ADMIN).returncode == 0
    assert content(store) == before


def content(store: Path) -> object:
    """All that a store holds, whatever the order of its keys."""
    if store.suffix != ".db":
        return [json.loads(line) for line in store.read_text().splitlines()]
    with closing(sqlite3.connect(store)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: [[_value(v) for v in row] for row in db.execute(f'SELECT * FROM "{table}"')]
            for table in tables
        }


def _value(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value


def test_a_sealed_id_is_found_by_its_blind_index_and_is_unknown_without(tmp_path: Path) -> None:
    machine = Keyed(tmp_path / "machine", '[encryption]\nblind_index = ["email"]')
    machine.init()
    assert inside("keys", "grant", "operator", *ADMIN).returncode == 0
    store = otlp(tmp_path / "a.otlp.jsonl")
    assert inside("seal", store, "--types", "email", "--yes", *OPERATOR).returncode == 0

    def planned(subject: str) -> dict[str, object]:
        done = inside("erase", "plan", store, "--subject", subject, "--json", *OPERATOR)
        assert done.returncode == 0, done.stderr
        (found,) = json.loads(done.stdout)["stores"]
        return found

    theirs, nobodys = planned(MAIL), planned("somebody.else@nordhaven.example")
    assert theirs["traces"] == 1
    assert "blind index" in {each["class"] for each in theirs["classes"]}
    assert (nobodys["traces"], nobodys["unknown"]) == (0, 2)
