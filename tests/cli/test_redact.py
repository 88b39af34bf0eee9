"""`redact` and `policy test` as filters."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path

import pytest

from inspector.redaction import Redactor, redact_stream
from tests.cli.program import inside, run

MAIL = "jo@example.org"


@pytest.fixture
def weak(tmp_path: Path) -> str:
    file = tmp_path / "weak.toml"
    file.write_text('[redaction.types]\nemail = "keep"\n')
    return str(file)


def test_lines_stay_lines_and_clean_ones_stay_as_they_are() -> None:
    clean = b'{"a":  1.50, "b": "\\u00e9"}\n'
    dirty = json.dumps({"to": MAIL}).encode() + b"\n"
    out = run("redact", stdin=clean + dirty + clean).stdout.splitlines(keepends=True)
    assert out[0] == out[2] == clean
    assert json.loads(out[1])["to"].startswith("[email:")


def test_plain_text_and_statistics() -> None:
    done = run("redact", "-", "--stats", stdin=f"write to {MAIL}\nor not\n".encode())
    assert done.stdout.startswith(b"write to [email:")
    assert done.stdout.endswith(b"]\nor not\n")
    assert b"1 values hidden in 1 of 2 lines" in done.stderr
    assert b"email" in done.stderr


def test_packed_in_and_out(tmp_path: Path) -> None:
    source, target = tmp_path / "in.gz", tmp_path / "out.jsonl.gz"
    source.write_bytes(gzip.compress(json.dumps({"to": MAIL}).encode() + b"\n"))
    assert run("redact", str(source), "-o", str(target)).returncode == 0
    assert b"[email:" in gzip.decompress(target.read_bytes())
    assert target.stat().st_mode & 0o777 == 0o600
    assert run("redact", str(source), "-o", str(target)).returncode == 2
    assert run("redact", str(source), "-o", str(target), "--force").returncode == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.gz", "out.jsonl.gz"]


def test_what_is_no_plain_file_is_not_replaced(tmp_path: Path) -> None:
    source, pipe = tmp_path / "in.jsonl", tmp_path / "pipe"
    source.write_text("{}\n")
    os.mkfifo(pipe)
    done = inside("redact", str(source), "-o", str(pipe), "--force")
    assert done.returncode == 2
    assert pipe.is_fifo()


def test_a_cut_off_input_is_an_error_and_leaves_no_output(tmp_path: Path) -> None:
    source, target = tmp_path / "in.gz", tmp_path / "out.jsonl"
    source.write_bytes(gzip.compress(b'{"a": 1}\n' * 10_000)[:60])
    done = run("redact", str(source), "-o", str(target))
    assert done.returncode == 4
    assert [p.name for p in tmp_path.iterdir()] == ["in.gz"]


def test_check_names_line_path_and_type_and_no_value() -> None:
    lines = b'{"a": 1}\n' + json.dumps({"user": {"mail": f"x {MAIL}"}}).encode() + b"\n"
    done = run("redact", "--check", "--json", stdin=lines)
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"line": 2, "path": "user.mail", "type": "email"}
    done = run("redact", "--check", stdin=lines)
    assert done.stdout == b"-:2: user.mail email\n"
    assert run("redact", "--check", stdin=b'{"a": 1}\n').returncode == 0


def test_tags_join_two_runs_only_under_one_key(tmp_path: Path) -> None:
    key, short = tmp_path / "key", tmp_path / "short"
    key.write_bytes(bytes(range(32)))
    short.write_bytes(b"x")
    one, two = (run("redact", "--key", str(key), stdin=MAIL.encode()).stdout for _ in range(2))
    assert one == two
    assert run("redact", stdin=MAIL.encode()).stdout != one
    assert run("redact", "--key", str(short), stdin=b"x").returncode == 2
    assert run("redact", "--key", str(tmp_path / "gone"), stdin=b"x").returncode == 2


def test_a_policy_may_not_be_weakened_by_a_viewer(weak: str) -> None:
    done = run("redact", "--policy", weak, stdin=MAIL.encode())
    assert MAIL.encode() not in done.stdout
    assert b"admin" in done.stderr
    assert run("redact", "--policy", weak, "--role", "admin", stdin=MAIL.encode()).stdout == MAIL.encode()


def test_a_policy_may_be_strengthened_by_anyone(tmp_path: Path) -> None:
    file = tmp_path / "strict.toml"
    file.write_text('[redaction.types]\nip = "replace"\n')
    done = run("redact", "--policy", str(file), stdin=b"from 203.0.113.77 here")
    assert done.stdout == b"from [REDACTED:ip] here"
    assert done.stderr == b""


def test_what_is_shown_less_than_by_default_is_said(weak: str, stores: Path) -> None:
    store = str(stores / "zipkin" / "zipkin_v2.jsonl")
    done = inside("ls", store, "--policy", weak, "--role", "admin", "--limit", "1")
    assert b"UNSAFE: types.email is keep" in done.stderr
    assert b"UNSAFE" not in inside("ls", store, "--limit", "1").stderr


def test_policy_test_explains_without_the_value() -> None:
    text = f"mail {MAIL} card 4242 4242 4242 4241".encode()
    done = run("policy", "test", "--role", "analyst", "--json", stdin=text)
    made = json.loads(done.stdout)
    assert done.returncode == 0
    assert [(f["start"], f["end"], f["type"], f["operator"]) for f in made["fired"]] == [
        (5, 19, "email", "hash")
    ]
    assert ("card", "validator") in [(m["type"], m["reason"]) for m in made["missed"]]
    for output in (done.stdout, run("policy", "test", "--role", "analyst", stdin=text).stdout):
        assert MAIL.encode() not in output


def test_policy_test_knows_paths_and_says_when_nothing_is_hidden() -> None:
    assert run("policy", "test", "--role", "analyst", stdin=b"hunter2").returncode == 1
    done = run("policy", "test", "--role", "analyst", "--path", "user.password", stdin=b"hunter2")
    assert done.returncode == 0
    assert b"hunter2" not in done.stdout


EARLY = {"text": "Yolanda Prax called", "n": 1}
STATED = {"customer_name": "Yolanda Prax", "n": 2}
LATE = {"text": "and Yolanda  Prax hung up", "n": 3}
LINES = "".join(json.dumps(line) + "\n" for line in (EARLY, STATED, LATE)).encode()


def test_a_file_is_read_for_names_before_its_first_line_is_redacted(tmp_path: Path) -> None:
    store = tmp_path / "lines.jsonl"
    store.write_bytes(LINES)
    texts = [json.loads(line).get("text") for line in inside("redact", str(store)).stdout.splitlines()]
    assert texts == ["[REDACTED:name] called", None, "and [REDACTED:name] hung up"]
    packed = tmp_path / "lines.gz"
    packed.write_bytes(gzip.compress(LINES))
    assert b"Yolanda" not in inside("redact", str(packed)).stdout
    found = [
        json.loads(line)["type"]
        for line in inside("redact", str(store), "--check", "--json").stdout.splitlines()
    ]
    assert found == ["name", "name", "name"]


def test_a_pipe_is_known_as_far_as_it_has_come() -> None:
    out = io.BytesIO()
    pieces = [json.dumps(EARLY).encode() + b"\n" * (1 << 20), LINES[LINES.index(b"\n") + 1 :]]
    redact_stream(_Pieces(pieces), out, Redactor(), learn=True)
    lines = [json.loads(line) for line in out.getvalue().splitlines() if line]
    assert lines[0] == EARLY
    assert lines[1]["customer_name"] == "[REDACTED:name]"
    assert lines[2]["text"] == "and [REDACTED:name] hung up"
    assert inside("redact", "--help").stdout.count(b"read twice") == 1


class _Pieces:
    """A pipe that gives what was written to it at a time."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int, /) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""
