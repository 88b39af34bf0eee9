"""`inspector doctor`: each line can be told apart from its opposite, and a fail is exit 1."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import inside


@pytest.fixture
def mine(stores: Path, tmp_path: Path) -> Path:
    """A store that only its owner reads, outside any repository."""
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o700)
    path = folder / "traces.jsonl"
    shutil.copyfile(stores / "openai_agents" / "traces.jsonl", path)
    path.chmod(0o600)
    return path


def lines(*arguments: str) -> dict[str, dict[str, str]]:
    done = inside("doctor", *arguments, "--json")
    return {line["check"]: line for line in map(json.loads, done.stdout.splitlines())}


def states(*arguments: str) -> dict[str, str]:
    return {name: line["state"] for name, line in lines(*arguments).items()}


def configured(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "inspector.toml"
    path.write_text(text)
    monkeypatch.setenv("INSPECTOR_CONFIG", str(path))


def test_nothing_fails_on_a_fresh_machine_and_everything_undone_is_said(mine: Path) -> None:
    found = lines(str(mine))
    assert not [line for line in found.values() if line["state"] == "fail"]
    assert inside("doctor", str(mine)).returncode == 0
    assert found["retention"]["state"] == "warn"
    assert found["audit signed"]["what"] == "unsigned: no-bus"
    assert all(line["fix"] for line in found.values() if line["state"] != "pass")


def test_without_a_store_its_lines_are_left_out(mine: Path) -> None:
    assert "store's mode" not in states()
    assert "store's mode" in states(str(mine))


def test_a_store_that_others_read(mine: Path) -> None:
    mine.chmod(0o644)
    assert states(str(mine))["store's mode"] == "fail"
    assert inside("doctor", str(mine)).returncode == 1
    mine.chmod(0o600)
    mine.parent.chmod(0o755)
    assert states(str(mine))["store's mode"] == "warn"


def test_a_store_in_a_repository(mine: Path) -> None:
    subprocess.run(["git", "init", "-q", str(mine.parent)], check=True)
    assert states(str(mine))["version control"] == "pass"
    subprocess.run(["git", "-C", str(mine.parent), "add", mine.name], check=True)
    assert states(str(mine))["version control"] == "fail"


@pytest.mark.parametrize(
    ("text", "check", "state"),
    [
        (
            "[[redaction.rule]]\nname = 'e'\npattern = 'EMP-\\d{6}'\ntype = 'employee_id'\n",
            "own rules",
            "pass",
        ),
        ("[[redaction.allow]]\ntype = 'email'\nexact = ['test@example.com']\n", "allowlist", "pass"),
        ("[[redaction.allow]]\ntype = 'email'\nexact = ['boss@firm.org']\n", "allowlist", "warn"),
        ("[retention]\ndefault = '30d'\n", "retention", "pass"),
        ("[formats]\nplugins = ['nobody-has-this']\n", "formats", "fail"),
        ("[export.endpoints.a]\nurl = 'http://collector.example.com'\n", "endpoints", "fail"),
        ("[export.endpoints.a]\nurl = 'https://collector.example.com'\n", "endpoints", "pass"),
        ("[keys]\nbackend = 'keyrings.alt.file:PlaintextKeyring'\n", "keyring", "fail"),
        ("[[audit.anchors]]\nkind = 'file'\npath = '/nonexistent/heads'\n", "audit anchored", "fail"),
    ],
)
def test_config_lines(
    text: str, check: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(text, tmp_path, monkeypatch)
    assert states("--role", "admin")[check] == state


def test_a_weakened_policy_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured("[redaction.types]\nemail = 'keep'\n", tmp_path, monkeypatch)
    assert states("--role", "admin")["redaction"] == "fail"


def test_a_credential_in_config_is_named_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "ghp_" + "Zq7vT2mK9wLx4Rb8Nc5Yd1Fh6Jp3Gs0Ua2We"
    configured(f"[export.endpoints.a]\nurl = 'https://x.example.com/?t={secret}'\n", tmp_path, monkeypatch)
    line = lines()["credentials"]
    assert line["state"] == "fail"
    assert "export.endpoints.a.url" in line["what"]
    assert secret not in inside("doctor").stdout.decode()


def test_a_tampered_log_fails(mine: Path) -> None:
    import os

    from inspector.audit.segments import segments

    for _ in range(3):
        inside("ls", str(mine))
    path = segments(Path(os.environ["INSPECTOR_STATE_DIR"]) / "audit")[0]
    path.write_bytes(path.read_bytes().replace(b'"viewer"', b'"nobody"', 1))
    assert states()["audit verified"] == "fail"
    assert inside("doctor").returncode == 1


def test_exports_that_are_still_there_are_counted(mine: Path, tmp_path: Path) -> None:
    assert lines(str(mine))["what we keep"]["what"] == "no cache and no export"
    out = tmp_path / "out.md"
    assert inside("export", str(mine), "--to", "md", "-o", str(out)).returncode == 0
    assert ", 1 export of ours" in lines(str(mine))["what we keep"]["what"]
    out.unlink()
    assert "1 export" not in lines(str(mine))["what we keep"]["what"]
