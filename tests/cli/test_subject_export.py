from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pyrage
import pytest

from inspector.audit.reading import newest_first, text
from inspector.paths import state_folder, written_of
from tests.cli.program import inside
from tests.lifecycle.acting import copied
from tests.lifecycle.people import PLANTED

S1 = ("--subject", PLANTED["S1"][0], *(a for alias in PLANTED["S1"][1:] for a in ("--alias", alias)))
AS = ("--role", "operator")


@pytest.fixture
def store(tmp_path):
    return copied("otlp/genai_manual.otlp.jsonl", tmp_path)


def newest(action):
    return next(r for r in newest_first(state_folder() / "audit") if text(r, "action") == action)


def test_it_is_private_recorded_and_known_to_erasure(store, tmp_path):
    out = tmp_path / "zofia.zip"
    done = inside("subject", "export", str(store), *S1, "-o", str(out), "--json", "--request", "R-7", *AS)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["traces"], said["encrypted"], said["lost"]) == (6, False, 0)
    assert not any(own in done.stdout.decode() for own in PLANTED["S1"])
    assert os.stat(out).st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as archive:
        assert sorted(archive.namelist()) == ["data.json", "index.html", "manifest.json"]
        manifest = json.loads(archive.read("manifest.json"))
    record = newest("subject.exported")
    assert text(record, "op_id") == manifest["audit_op"]
    assert text(record, "new_state", "sha256") == said["sha256"]
    assert manifest["subject"] in json.dumps(record)
    assert PLANTED["S1"][0] not in json.dumps(record)
    assert ("export", out.resolve()) in written_of(store)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_an_existing_file_and_the_store_itself_stay(store, tmp_path):
    out = tmp_path / "out.zip"
    out.write_text("mine")
    assert inside("subject", "export", str(store), *S1, "-o", str(out), *AS).returncode == 2
    assert out.read_text() == "mine"
    before = store.read_bytes()
    assert inside("subject", "export", str(store), *S1, "-o", str(store), "--force", *AS).returncode == 2
    assert store.read_bytes() == before
    assert inside("subject", "export", str(store), *S1, "-o", str(out), "--force", *AS).returncode == 0
    assert zipfile.is_zipfile(out)


def test_a_viewer_is_refused_and_the_refusal_recorded(store, tmp_path):
    out = tmp_path / "out.zip"
    done = inside("subject", "export", str(store), *S1, "-o", str(out))
    assert done.returncode == 3
    assert not out.exists()
    record = newest("access.denied")
    assert text(record, "new_state", "action") == "subjects:export"


def test_nobody_gives_no_file(store, tmp_path):
    out = tmp_path / "out.zip"
    done = inside("subject", "export", str(store), "--subject", "nobody-4711", "-o", str(out), *AS)
    assert (done.returncode, done.stdout) == (1, b"")
    assert not out.exists()
    assert text(newest("subject.exported"), "phase") == "outcome"


def test_its_own_manifest_is_checked(store, tmp_path):
    out = tmp_path / "out.zip"
    assert inside("subject", "export", str(store), *S1, "-o", str(out), *AS).returncode == 0
    verified = inside("export", "--verify", str(out), "--json")
    assert (verified.returncode, json.loads(verified.stdout)["in_audit_log"]) == (0, True)
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name in ("data.json", "new.txt"):
        forged = tmp_path / "forged.zip"
        with zipfile.ZipFile(forged, "w") as archive:
            for each, data in {**files, name: b"{}"}.items():
                archive.writestr(each, data)
        found = json.loads(inside("export", "--verify", str(forged), "--json").stdout)
        assert len(found["wrong"]) == 2, "by the manifest and by the log"
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a", b"b")
    assert inside("export", "--verify", str(tmp_path / "other.zip")).returncode == 1
    out.write_bytes(out.read_bytes()[:-300] + bytes(10) + out.read_bytes()[-290:])
    assert inside("export", "--verify", str(out)).returncode in (1, 4)


def test_it_opens_with_the_recipients_key_alone(store, tmp_path):
    key = pyrage.x25519.Identity.generate()
    out = tmp_path / "out.zip.age"
    to = ("--to", str(key.to_public()))
    assert inside("subject", "export", str(store), *S1, "-o", str(out), *to, *AS).returncode == 0
    sealed = Path(out).read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1")
    assert inside("export", "--verify", str(out)).returncode == 0
    (tmp_path / "c.age").write_bytes(sealed + b"x")
    assert inside("export", "--verify", str(tmp_path / "c.age")).returncode == 1
    with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(sealed, [key]))) as archive:
        assert PLANTED["S1"][1] in archive.read("data.json").decode()
    refused = inside(
        "subject", "export", str(store), *S1, "-o", str(tmp_path / "b.zip"), "--to", "age1x", *AS
    )
    assert refused.returncode == 2
    assert b"age1x" not in refused.stderr
    assert not (tmp_path / "b.zip").exists()
