"""Whole stores as age files: sealed for a role, looked into by its keys, and left nowhere in the open."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from inspector.access.boxes import level_of, new_box
from inspector.access.vault import Vault
from inspector.audit.reading import oldest_first, text
from tests.cli.keyed import Keyed
from tests.cli.program import inside
from tests.cli.test_seal import ADMIN, MAIL, OPERATOR, TRACE, otlp


@pytest.fixture
def keyed(tmp_path: Path) -> Keyed:
    return Keyed.granted(tmp_path / "machine", "operator", "analyst")


def spool_is_empty() -> bool:
    return not list((Path(os.environ["INSPECTOR_CACHE_DIR"]) / "spool").glob("*"))


def test_a_store_is_sealed_and_looked_into(keyed: Keyed, tmp_path: Path) -> None:
    store, out = otlp(tmp_path / "a.otlp.jsonl"), tmp_path / "a.age"
    before = Path(store).read_bytes()
    assert inside("seal", store, "--whole", *OPERATOR).returncode == 2
    assert inside("seal", store, "--whole", "-o", str(out)).returncode == 3
    done = inside("seal", store, "--whole", "-o", str(out), *OPERATOR)
    assert done.returncode == 0, done.stderr
    assert inside("seal", store, "--whole", "-o", str(out), *OPERATOR).returncode == 4
    data = out.read_bytes()
    assert data.startswith(b"age-encryption.org/v1") and MAIL.encode() not in data
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert Path(store).read_bytes() == before
    plain = inside("show", store, TRACE, "--json", *OPERATOR).stdout
    for role in (OPERATOR, ADMIN):
        looked = inside("show", str(out), TRACE, "--json", *role)
        assert looked.returncode == 0, looked.stderr
        assert json.loads(looked.stdout)["spans"][0]["name"] == json.loads(plain)["spans"][0]["name"]
        assert MAIL.encode() not in looked.stdout
    assert str(out).encode() in inside("info", str(out), *OPERATOR).stdout.replace(b"\n", b"")
    assert spool_is_empty()
    for role in ((), ("--role", "analyst")):
        refused = inside("show", str(out), TRACE, *role)
        assert (refused.returncode, refused.stdout) == (3, b"")
    assert spool_is_empty()
    records = list(oldest_first(keyed.state / "audit"))
    assert [text(r, "new_state", "as") for r in records if text(r, "action") == "store.sealed"][-1] == "age"
    opened = [r for r in records if text(r, "new_state", "from") == "age" and text(r, "outcome") == "success"]
    assert len(opened) == 3
    assert [text(r, "actor", "role") for r in records if text(r, "action") == "access.denied"][-2:] == [
        *("viewer", "analyst"),
    ]


def test_it_survives_rotation_and_its_recipients_open_it_with_age_alone(keyed: Keyed, tmp_path: Path) -> None:
    store, out = otlp(tmp_path / "a.otlp.jsonl"), tmp_path / "a.age"
    assert inside("seal", store, "--whole", "-o", str(out), "--for", "analyst", *ADMIN).returncode == 0
    for role in ("analyst", "admin"):
        assert inside("keys", "rotate", role, *ADMIN).returncode == 0
        assert inside("ls", str(out), "--role", role).returncode == 0
    assert inside("ls", str(out), *OPERATOR).returncode == 3
    assert pyrage.decrypt(out.read_bytes(), [keyed.people[0]]) == Path(store).read_bytes()
    # A role that can't open it can't seal for it: nobody could tell whose key the vault names.
    assert (
        inside(
            "seal", store, "--whole", "-o", str(tmp_path / "b.age"), "--for", "analyst", *OPERATOR
        ).returncode
        == 3
    )
    assert not (tmp_path / "b.age").exists()


def test_another_recipient_in_the_vault_is_noticed(keyed: Keyed, tmp_path: Path) -> None:
    store, out = otlp(tmp_path / "a.otlp.jsonl"), tmp_path / "a.age"
    with closing(sqlite3.connect(keyed.vault)) as db:
        mine = str(pyrage.x25519.Identity.generate().to_public())
        (theirs,) = db.execute("SELECT dek_id FROM level_keys WHERE level = 'age:operator'").fetchone()
        for table in ("level_keys", "wraps"):
            db.execute(f"UPDATE {table} SET dek_id = ? WHERE dek_id = ?", (mine, theirs))
        db.commit()
    done = inside("seal", store, "--whole", "-o", str(out), *OPERATOR)
    assert done.returncode == 3
    assert not out.exists()


def test_a_database_with_its_log_and_an_archive(keyed: Keyed, stores: Path, tmp_path: Path) -> None:
    store, out = tmp_path / "phoenix.db", tmp_path / "p.age"
    shutil.copy(stores / "phoenix" / "phoenix.db", store)
    with closing(sqlite3.connect(store)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("UPDATE spans SET name = 'only in the log' WHERE id = (SELECT max(id) FROM spans)")
        writer.commit()
        done = inside("seal", str(store), "--whole", "-o", str(out), *OPERATOR)
        assert done.returncode == 0, done.stderr
    hits = inside("search", str(out), "only in the log", *OPERATOR)
    assert (hits.returncode, hits.stdout.count(b"only in the log")) == (0, 1), hits.stderr
    counts = [json.loads(inside("info", str(s), "--json", *OPERATOR).stdout) for s in (store, out)]
    assert counts[0]["spans"] == counts[1]["spans"] == 1467
    assert inside("seal", str(out), "--types", "email", "--yes", *OPERATOR).returncode == 4
    assert spool_is_empty()


def test_a_changed_file_opens_nothing(keyed: Keyed, tmp_path: Path) -> None:
    store, out = otlp(tmp_path / "a.otlp.jsonl"), tmp_path / "a.age"
    assert inside("seal", store, "--whole", "-o", str(out), *OPERATOR).returncode == 0
    whole = out.read_bytes()
    for changed in (whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:], whole[:-20], whole[:300]):
        out.write_bytes(changed)
        done = inside("ls", str(out), *OPERATOR)
        assert done.returncode == (3 if len(changed) == 300 else 4), done.stderr
        assert done.stdout == b""
        assert spool_is_empty()


def test_a_reason_is_written_redacted(keyed: Keyed, tmp_path: Path) -> None:
    store, out = otlp(tmp_path / "a.otlp.jsonl"), tmp_path / "a.age"
    for command in (("seal", store, "--whole", "-o", str(out)), ("show", str(out), TRACE), ("ls", str(out))):
        assert inside(*command, *OPERATOR, "--reason", f"{MAIL} asked").returncode == 0
    reasons = [text(r, "reason") for r in oldest_first(keyed.state / "audit") if text(r, "reason")]
    assert any("asked" in reason for reason in reasons)
    assert not [reason for reason in reasons if MAIL in reason]


def test_a_role_is_not_taken_for_one_of_a_like_name(tmp_path: Path) -> None:
    with closing(Vault(tmp_path / "vault.db", make=True)) as vault:
        box, _ = new_box("security-auditor")
        with vault.change():
            vault.put_level_key(box)
        assert [b.dek_id for b in vault.boxes()] == [box.dek_id]
        assert vault.boxes(level_of("security_auditor")) == vault.boxes(level_of("Security-Auditor")) == []
        assert vault.person_keys() == vault.level_keys() == vault.level_keys("intern_l") == []


def test_the_key_of_whole_stores_is_no_level_to_destroy(keyed: Keyed) -> None:
    with closing(Vault(keyed.vault)) as vault:
        (box,) = vault.boxes(level_of("operator"))
    word = ("--reason", "gone", "--confirm", f"DESTROY-{box.dek_id[:8]}")
    assert inside("keys", "destroy", box.dek_id, *ADMIN, *word).returncode == 1
    with closing(Vault(keyed.vault)) as vault:
        assert vault.boxes(level_of("operator")) == [box]
