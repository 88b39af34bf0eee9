"""Config, policy and engine of a run, from real files."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from inspector import paths
from inspector.cli.common import Common
from inspector.cli.engine import read_config, tag_key
from tests.cli.program import inside

ADDRESS = "192.0.2.17"


def user_config(text: str) -> None:
    folder = paths.private_folder(paths.config_folder())
    (folder / "inspector.toml").write_text(text)


def test_the_users_config_strengthens_redaction(tmp_path: Path) -> None:
    store = f"{tmp_path}/lines.jsonl"
    with open(store, "w") as file:
        file.write(json.dumps({"peer": ADDRESS}) + "\n")
    assert json.loads(inside("redact", store).stdout) == {"peer": ADDRESS}
    user_config('[redaction.types]\nip = "replace"\n')
    assert json.loads(inside("redact", store).stdout) == {"peer": "[REDACTED:ip]"}


def test_the_users_config_is_installed_so_what_is_given_may_not_weaken_it(
    tmp_path: Path,
) -> None:
    user_config('[redaction.types]\nip = "replace"\n')
    with open(f"{tmp_path}/weak.toml", "w") as file:
        file.write('[redaction.types]\nip = "keep"\n')
    with open(f"{tmp_path}/lines.jsonl", "w") as file:
        file.write(json.dumps({"peer": ADDRESS}) + "\n")
    done = inside("redact", f"{tmp_path}/lines.jsonl", "--policy", f"{tmp_path}/weak.toml")
    assert json.loads(done.stdout) == {"peer": "[REDACTED:ip]"}
    assert b"the stricter holds" in done.stderr


def test_weakening_is_recorded_whether_it_is_allowed_or_refused(tmp_path: Path) -> None:
    (tmp_path / "weak.toml").write_text("[redaction]\nenabled = false\n")
    (tmp_path / "lines.jsonl").write_text(json.dumps({"peer": "ada@example.com"}) + "\n")
    weak = ("redact", f"{tmp_path}/lines.jsonl", "--policy", f"{tmp_path}/weak.toml")
    assert b"ada@example.com" not in inside(*weak).stdout
    assert b"ada@example.com" in inside(*weak, "--role", "admin").stdout
    shown = inside("audit", "show", "--role", "admin", "--json").stdout.splitlines()
    records = [json.loads(line) for line in shown]
    refused = [r for r in records if r["action"] == "access.denied"]
    assert [r["new_state"]["action"] for r in refused] == ["policy:weaken"]
    assert [r.get("outcome") for r in records if r["action"] == "policy.weakened"] == ["success", None]


def test_a_file_switches_redaction_off_for_nobody_but_admins_and_on_record(tmp_path: Path) -> None:
    user_config("[redaction]\nenabled = false\n")
    (tmp_path / "lines.jsonl").write_text(json.dumps({"peer": "ada@example.com"}) + "\n")
    done = inside("redact", f"{tmp_path}/lines.jsonl")
    assert b"ada@example.com" not in done.stdout
    assert b"it stays on" in done.stderr
    assert b"ada@example.com" in inside("redact", f"{tmp_path}/lines.jsonl", "--role", "admin").stdout
    shown = inside("audit", "show", "--role", "admin", "--json").stdout.splitlines()
    actions = [json.loads(line)["action"] for line in shown]
    assert actions.count("redaction.disabled") == 2
    assert "access.denied" in actions


def test_no_weakening_without_a_record(tmp_path: Path) -> None:
    (tmp_path / "weak.toml").write_text('[redaction]\nenabled = false\n[audit]\nfolder = "/dev/null"\n')
    (tmp_path / "lines.jsonl").write_text(json.dumps({"peer": "ada@example.com"}) + "\n")
    weak = ("redact", f"{tmp_path}/lines.jsonl", "--config", f"{tmp_path}/weak.toml")
    done = inside(*weak, "--role", "admin")
    assert done.returncode == 7
    assert b"ada@example.com" not in done.stdout + done.stderr


def test_a_mistake_in_the_users_config_is_named() -> None:
    user_config('[redaction.typs]\nip = "replace"\n')
    done = inside("redact", "/dev/null")
    assert done.returncode == 2
    assert b"inspector.toml:1" in done.stderr


def test_options_beat_the_users_config() -> None:
    user_config('[ui]\ntheme = "light"\n')
    assert read_config(Common()).text("ui.theme") == "light"
    config = read_config(Common(), {"ui.theme": "mono"})
    assert (config.text("ui.theme"), config.source("ui.theme")) == ("mono", "option")


def emails(*arguments: str) -> list[str]:
    return re.findall(r"\[email:[0-9a-f]{16}\]", inside("show", *arguments, "--json").stdout.decode())


def test_a_stores_tags_are_the_same_in_every_run_and_another_stores_differ(
    stores: Path, tmp_path: Path
) -> None:
    store = tmp_path / "one.jsonl"
    shutil.copy(stores / "langfuse" / "langfuse_sdk.otlp.jsonl", store)
    other = tmp_path / "two.jsonl"
    shutil.copy(store, other)
    row = json.loads(inside("ls", str(store), "--json", "--limit", "1").stdout)["trace_id"]
    tags = emails(str(store), row)
    assert tags
    assert emails(str(store), row) == tags
    assert set(emails(str(other), row)).isdisjoint(tags)
    assert (paths.state_folder() / "keys" / "tags").stat().st_mode & 0o777 == 0o600


def test_without_a_place_for_the_key_tags_hold_for_one_run(tmp_path: Path) -> None:
    paths.state_folder().write_text("no folder")
    assert len(tag_key(tmp_path)) == 32
    assert tag_key(tmp_path) != tag_key(tmp_path)


def test_redact_draws_a_key_each_run_unless_one_is_given(tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text('{"to": "jo@example.org"}\n')
    key = tmp_path / "key"
    key.write_bytes(bytes(32))
    assert inside("redact", str(lines)).stdout != inside("redact", str(lines)).stdout
    given = [inside("redact", str(lines), "--key", str(key)).stdout for _ in range(2)]
    assert given[0] == given[1]
