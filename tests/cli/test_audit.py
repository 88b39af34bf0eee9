"""`inspector audit` as a user runs it: who may, what tampering does to the exit code, what leaves the log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.audit.reading import newest_first, oldest_first, text
from inspector.audit.segments import segments
from tests.cli.program import ROOT, inside, run

ADMIN = ("--role", "admin")
VAULT = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1]); op, name = sys.argv[2:]
item = folder / name
if op == "set": item.write_bytes(sys.stdin.buffer.read())
elif not item.exists(): sys.exit(3)
elif op == "get": sys.stdout.buffer.write(item.read_bytes())
else: item.unlink()
"""


def folder() -> Path:
    return Path(os.environ["INSPECTOR_STATE_DIR"]) / "audit"


def actions() -> list[str]:
    return [text(r, "action") for r in oldest_first(folder())]


@pytest.fixture
def store(stores: Path) -> str:
    return str(stores / "openai_agents" / "traces.jsonl")


@pytest.fixture
def keyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key store that is a command, so that the log is signed."""
    script = tmp_path / "vault.py"
    script.write_text(VAULT)
    items = tmp_path / "items"
    items.mkdir()
    argv = json.dumps([sys.executable, str(script), str(items)])
    config = tmp_path / "inspector.toml"
    config.write_text(f"[keys]\nprovider = {argv}\n")
    monkeypatch.setenv("INSPECTOR_CONFIG", str(config))
    return items


def rows(*arguments: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in inside(*arguments, "--json").stdout.splitlines()]


def a_trace(store: str) -> str:
    return str(rows("ls", store)[0]["trace_id"])


def test_reading_leaves_a_trail(store: str) -> None:
    trace = a_trace(store)
    inside("show", store, trace)
    inside("ls", store, "agent")
    inside("search", store, "agent")
    assert actions() == [
        *("store.open", "store.open", "trace.view", "store.open", "search.run", "store.open", "search.run"),
    ]
    view = next(r for r in newest_first(folder()) if text(r, "action") == "trace.view")
    assert len(text(view, "resource", "id_hmac")) == 64
    assert text(view, "resource", "store_fp")


def test_no_id_and_no_word_is_written_raw(store: str) -> None:
    trace = a_trace(store)
    inside("show", store, trace)
    inside("search", store, "canary-zofia")
    written = b"".join(p.read_bytes() for p in folder().iterdir())
    for word in (trace, "canary-zofia", store, Path(store).name):
        assert word.encode() not in written


@pytest.mark.parametrize(
    "arguments",
    [("verify",), ("show",), ("export",), ("prune",), ("alerts",), ("report",)],
    ids=lambda a: a[0],
)
@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_are_refused_and_that_is_recorded(arguments: tuple[str, ...], role: str) -> None:
    done = inside("audit", *arguments, "--role", role)
    assert done.returncode == 3
    assert done.stdout == b""
    assert actions() == ["access.denied"]


def test_security_auditor_reads_and_does_not_prune() -> None:
    assert inside("audit", "show", "--role", "security_auditor").returncode == 0
    assert inside("audit", "prune", "--role", "security_auditor").returncode == 3


def test_an_honest_unsigned_log_is_no_tampering(store: str) -> None:
    inside("ls", store)
    done = inside("audit", "verify", "--json", *ADMIN)
    shape = json.loads(done.stdout)
    assert done.returncode == 0
    assert (shape["ok"], shape["signed"], shape["records"]) == (True, False, 1)


def test_a_change_is_named(store: str) -> None:
    for _ in range(3):
        inside("ls", store)
    path = segments(folder())[0]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b'"viewer"', b'"nobody"') + lines[2])
    done = inside("audit", "verify", *ADMIN)
    assert done.returncode == 1
    assert f"TAMPERED  {path.name}, line 2, byte {len(lines[0])}".encode() in done.stdout
    shape = json.loads(inside("audit", "verify", "--json", *ADMIN).stdout)
    assert shape["bad"]["class"] == "rewritten"


def test_a_signed_log(keyed: Path, store: str) -> None:
    for _ in range(2):
        assert inside("ls", store).returncode == 0
    assert actions() == ["store.open", "key.created", "key.created", "alert.raised", "store.open"]
    shape = json.loads(inside("audit", "verify", "--json", *ADMIN).stdout)
    assert (shape["ok"], shape["signed"], shape["signed_size"], shape["key"]) == (True, True, 5, "keyring")
    public = (folder() / "signer.pub").read_text()
    (keyed / "audit").unlink()
    shape = json.loads(inside("audit", "verify", "--json", *ADMIN).stdout)
    assert (shape["signed"], shape["key"]) == (True, "file beside the log")
    shape = json.loads(inside("audit", "verify", "--json", "--key", public, *ADMIN).stdout)
    assert (shape["signed"], shape["key"]) == (True, "given")


def test_a_lost_key_is_not_made_anew_behind_our_back(keyed: Path, store: str) -> None:
    inside("ls", store)
    (keyed / "audit").unlink()
    inside("ls", store)
    assert not (keyed / "audit").exists()
    assert actions().count("key.created") == 2


def test_a_signed_log_that_was_wiped_is_found(keyed: Path, store: str) -> None:
    inside("ls", store)
    inside("audit", "export", *ADMIN)
    for path in folder().iterdir():
        path.unlink()
    done = inside("audit", "verify", *ADMIN)
    assert done.returncode == 1, "the keyring knows a later head"
    assert b"an anchor knows a later head" in done.stdout


def test_verify_since_and_with_anchors(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = tmp_path / "heads.jsonl"
    config = tmp_path / "inspector.toml"
    config.write_text(f'[audit]\ncheckpoint_every = 2\n[[audit.anchors]]\nkind = "file"\npath = "{heads}"\n')
    monkeypatch.setenv("INSPECTOR_CONFIG", str(config))
    for _ in range(4):
        inside("ls", store)
    assert len(heads.read_text().splitlines()) == 4, "each run's last"
    shape = json.loads(inside("audit", "verify", "--json", *ADMIN).stdout)
    assert (shape["ok"], shape["anchors"], shape["anchored"]) == (True, 4, 4)
    shape = json.loads(inside("audit", "verify", "--from", "4", "--json", *ADMIN).stdout)
    assert (shape["ok"], shape["records"]) == (True, 1)
    # Everything of ours is rolled back; what was kept elsewhere isn't.
    for path in folder().iterdir():
        path.unlink()
    inside("ls", store)
    done = inside("audit", "verify", *ADMIN)
    assert done.returncode == 1
    monkeypatch.delenv("INSPECTOR_CONFIG")
    assert inside("audit", "verify", *ADMIN).returncode == 0
    assert inside("audit", "verify", "--anchor", str(heads), *ADMIN).returncode == 1


def test_show_by_query(store: str) -> None:
    inside("ls", store)
    inside("audit", "show")
    found = rows("audit", "show", "outcome:denied", *ADMIN)
    assert [r["action"] for r in found] == ["access.denied"]
    assert inside("audit", "show", "action:key.rotated", *ADMIN).returncode == 1
    assert inside("audit", "show", "kind:llm", *ADMIN).returncode == 2
    assert b"access.denied" in inside("audit", "show", *ADMIN).stdout


@pytest.mark.parametrize("to", ["jsonl", "ocsf", "ecs", "cef", "csv"])
def test_export_is_itself_audited(to: str, store: str, tmp_path: Path) -> None:
    inside("ls", store)
    out = tmp_path / "out"
    assert inside("audit", "export", "--to", to, "-o", str(out), *ADMIN).returncode == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert len(out.read_text().splitlines()) == 2 + (to == "csv")
    assert actions()[1:] == ["audit.exported", "audit.exported"]
    assert inside("audit", "export", "-o", str(out), *ADMIN).returncode == 2


def test_a_reason_is_redacted_before_it_is_written(store: str) -> None:
    inside("audit", "export", "--reason", "for mara.canary@example.org", *ADMIN)
    written = b"".join(p.read_bytes() for p in folder().iterdir())
    assert b"mara.canary" not in written
    assert b"for [email:" in written


def test_the_report_finds_a_person_by_mark(stores: Path, tmp_path: Path) -> None:
    store = str(stores / "langfuse" / "langfuse_sdk.otlp.jsonl")
    found = [r for r in rows("ls", store) if r["user"]]
    trace = str(found[0]["trace_id"])
    inside("show", store, trace)
    user = str(found[0]["user"])
    done = run(
        "audit", "report", "--json", "--subject", "-", *ADMIN, stdin=f"nobody\n{user.upper()}\n".encode()
    )
    assert done.returncode == 0
    assert [line["action"] for line in json.loads(done.stdout)["asked"]] == ["trace.view"]
    done = run("audit", "report", "--subject", "-", *ADMIN, stdin=b"somebody-else\n")
    assert done.returncode == 1
    page = inside("audit", "report", "--html", *ADMIN).stdout
    assert page.startswith(b"<!doctype html>")
    assert user.encode() not in b"".join(p.read_bytes() for p in folder().iterdir())


def test_prune_asks_and_says(store: str) -> None:
    inside("ls", store)
    done = inside("audit", "prune", *ADMIN)
    assert done.returncode == 0
    assert b"Nothing is older" in done.stderr
    old = segments(folder())[0]
    old.rename(old.with_name("audit-2012-01.jsonl"))
    (folder() / "frontier.json").unlink()
    inside("ls", store)
    new = segments(folder())[0]
    assert new.name == "audit-2012-01.jsonl"
    assert inside("audit", "prune", *ADMIN).returncode == 2
    assert inside("audit", "prune", "--yes", *ADMIN).returncode == 0
    assert [p.name for p in segments(folder())] != ["audit-2012-01.jsonl"]
    shape = json.loads(inside("audit", "verify", "--json", *ADMIN).stdout)
    assert (shape["ok"], shape["pruned"]) == (True, 1)


def test_a_log_that_cannot_be_written_stops_no_reader(store: str, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    Path(os.environ["INSPECTOR_STATE_DIR"]).mkdir(parents=True)
    folder().write_text("")
    done = inside("ls", store)
    assert done.returncode == 0
    assert done.stdout
    assert b"not in the audit log" in done.stderr
    assert inside("audit", "export", *ADMIN).returncode == 7


def test_keys_that_cannot_be_read_stop_acts(store: str) -> None:
    keys = Path(os.environ["INSPECTOR_STATE_DIR"]) / "keys"
    keys.mkdir(parents=True)
    (keys / "audit").write_bytes(b"short")
    assert inside("ls", store).returncode == 0
    done = inside("audit", "export", *ADMIN)
    assert done.returncode == 7
    assert b"damaged" in done.stderr
    assert done.stdout == b""


def test_help_and_listing_leave_no_trail() -> None:
    inside("--help")
    inside("formats")
    assert not folder().exists()


def test_headless_audit_never_imports_textual() -> None:
    program = (
        "import sys; from inspector.cli import start; "
        "start.run(['audit', 'verify', '--role', 'admin']); assert 'textual' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_a_canary_and_the_keys_are_nowhere(
    keyed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values of a store, what people type, and both keys: in no file of ours, no export, no alert."""
    import base64

    heard = tmp_path / "heard"
    config = Path(os.environ["INSPECTOR_CONFIG"])
    script = tmp_path / "hear.py"
    script.write_text(f"import sys; open({str(heard)!r}, 'a').write(sys.stdin.read())")
    config.write_text(
        config.read_text() + f"[alerts]\ncommand = {json.dumps([sys.executable, str(script)])}\n"
    )
    canary = "mara.canary@example.org"
    span = {
        "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": f"mail {canary}",
        "startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000001000000000",
        "attributes": [{"key": "user.id", "value": {"stringValue": canary}}],
    }  # fmt: skip
    store = tmp_path / "canary.jsonl"
    store.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}) + "\n")
    shown = inside("show", str(store), span["traceId"])
    assert shown.returncode == 0, shown.stderr
    inside("search", str(store), canary)
    inside("ls", str(store), canary)
    exports = b"".join(
        inside("audit", "export", "--to", to, "--reason", f"about {canary}", *ADMIN).stdout
        for to in ("jsonl", "ocsf", "ecs", "cef", "csv")
    )
    found = inside("audit", "report", "--json", "--subject", canary, *ADMIN)
    assert [x["action"] for x in json.loads(found.stdout)["asked"]] == ["trace.view"]
    alerts = inside("audit", "alerts", "--json", *ADMIN).stdout
    assert b"keys-changed" in alerts
    keys = [base64.b64decode((keyed / "audit").read_bytes())]
    keys.append((Path(os.environ["INSPECTOR_STATE_DIR"]) / "keys" / "audit").read_bytes())
    files = b"".join(p.read_bytes() for p in folder().iterdir())
    told = heard.read_bytes() if heard.exists() else b""
    for place in (files, exports, found.stdout, alerts, told):
        assert b"canary" not in place
        for key in keys:
            assert key not in place
            assert key.hex().encode() not in place
            assert base64.b64encode(key).rstrip(b"=") not in place


def test_a_report_and_alerts_take_a_date_or_a_while(stores: Path) -> None:
    assert run("info", str(stores / "openai_agents" / "traces.jsonl")).returncode == 0
    for since in ("7d", "2026-01-31"):
        said = json.loads(inside("audit", "report", "--since", since, "--json", *ADMIN).stdout)
        assert said["records"] > 0
        assert inside("audit", "alerts", "--since", since, *ADMIN).returncode == 0
    assert inside("audit", "report", "--since", "soon", *ADMIN).returncode == 2
    assert inside("audit", "alerts", "--since", "soon", *ADMIN).returncode == 2
