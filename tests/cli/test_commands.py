"""The commands as a user runs them: shapes, exit codes, streams."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from inspector.cli.commands.open import opened
from inspector.cli.common import Common
from inspector.cli.engine import read_config
from tests.cli.program import ROOT, run

ROW = (
    "trace_id name kind start duration_ms spans errors status service project environment session user model "
    "tokens cost tags store"
)
INFO = ["format", "schema", "traces", "spans", "errors", "oldest", "newest", "bytes", "writable", "problems"]
SPAN = [
    *("span_id", "parent_id", "name", "kind", "start", "end", "duration_ms", "status", "status_message"),
    *("attributes", "events", "links", "input", "output", "model", "tokens", "cost", "redactions"),
]


@pytest.fixture(scope="module")
def agents(stores: Path) -> str:
    return str(stores / "openai_agents" / "traces.jsonl")


@pytest.fixture(scope="module")
def langfuse(stores: Path) -> str:
    return str(stores / "langfuse" / "langfuse_sdk.otlp.jsonl")


def test_info_prints_an_object_a_store(agents: str, langfuse: str) -> None:
    done = run("info", agents, langfuse, "--json")
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(o["format"], o["traces"], o["spans"]) for o in objects] == [
        ("openai-agents", 60, 639),
        ("otlp", 40, 120),
    ]
    assert list(objects[0])[: len(INFO)] == INFO
    assert done.stderr == b""


def test_ls_prints_an_object_a_trace_newest_first(agents: str) -> None:
    done = run("ls", agents, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert list(rows[0]) == ROW.split()
    assert len(rows) == 60
    starts = [row["start"] for row in rows]
    assert starts == sorted(starts, reverse=True)


def test_ls_limits_sorts_and_filters(langfuse: str) -> None:
    rows = [
        json.loads(x)
        for x in run("ls", langfuse, "--json", "--sort", "dur", "--limit", "5").stdout.splitlines()
    ]
    took = [row["duration_ms"] for row in rows]
    assert len(rows) == 5
    assert took == sorted(took, reverse=True)
    up = [json.loads(x) for x in run("ls", langfuse, "--json", "--sort", "dur:asc").stdout.splitlines()]
    assert [r["duration_ms"] for r in up] == sorted(r["duration_ms"] for r in up)
    user = rows[0]["user"]
    found = [json.loads(x) for x in run("ls", langfuse, user, "--json").stdout.splitlines()]
    assert found
    assert {r["user"] for r in found} == {user}


def test_options_stand_before_or_after_the_command(langfuse: str) -> None:
    assert (
        run("--json", "ls", langfuse, "--limit", "1").stdout
        == run("ls", langfuse, "--limit", "1", "--json").stdout
    )


def test_show_prints_one_object(langfuse: str) -> None:
    row = json.loads(run("ls", langfuse, "--json", "--limit", "1").stdout)
    trace = json.loads(run("show", langfuse, row["trace_id"], "--json", "--raw", "--messages").stdout)
    assert trace["trace_id"] == row["trace_id"]
    assert trace["span_count"] == len(trace["spans"]) == row["spans"]
    for span in trace["spans"]:
        assert set(SPAN) <= set(span)
        assert all(set(a) == {"key", "value"} for a in span["attributes"])
        assert all(set(r) == {"path", "type", "operator"} for r in span["redactions"])
        json.loads(span["raw"])
    assert any(r["type"] == "email" for span in trace["spans"] for r in span["redactions"])
    one = json.loads(
        run("show", langfuse, row["trace_id"], "--span", trace["spans"][1]["span_id"], "--json").stdout
    )
    assert [s["span_id"] for s in one["spans"]] == [trace["spans"][1]["span_id"]]


def test_show_takes_the_only_beginning_of_an_id(langfuse: str) -> None:
    row = json.loads(run("ls", langfuse, "--json", "--limit", "1").stdout)
    assert row["trace_id"].encode() in run("show", langfuse, row["trace_id"][:10]).stdout


def test_search_prints_hits_and_counts_spans(agents: str) -> None:
    done = run("search", agents, "crm_lookup", "--json")
    hits = [json.loads(line) for line in done.stdout.splitlines()]
    assert list(hits[0]) == ["trace_id", "span_id", "path", "snippet", "store"]
    assert all("crm_lookup" in h["snippet"] for h in hits)
    assert len({(h["trace_id"], h["span_id"]) for h in hits}) == len(hits)
    assert int(run("search", agents, "crm_lookup", "--count").stdout) == len(hits)


def test_search_never_confirms_a_hidden_value(agents: str, stores: Path) -> None:
    email = next(
        t["token"] for t in map(json.loads, (stores / "tokens.jsonl").open()) if t["type"] == "email"
    )
    assert email.encode() in Path(agents).read_bytes()
    done = run("search", agents, email, "--count")
    assert (done.returncode, done.stdout) == (1, b"0\n")


def test_piped_json_is_whole_at_any_width(langfuse: str) -> None:
    for columns in ("1", "20", "500"):
        for line in run("ls", langfuse, "--json", env={"COLUMNS": columns}).stdout.splitlines():
            json.loads(line)
    assert len({run("ls", langfuse, env={"COLUMNS": c}).stdout for c in ("1", "80", "500")}) == 1


def test_plain_lines_have_no_tab_and_no_colour(langfuse: str) -> None:
    for arguments in (["ls", langfuse], ["info", langfuse], ["formats"]):
        out = run(*arguments, env={"FORCE_COLOR": "1"}).stdout
        assert b"\t" not in out
        assert b"\x1b" not in out


def test_standard_input_is_a_store(langfuse: str) -> None:
    done = run("info", "-", "--json", stdin=Path(langfuse).read_bytes())
    assert json.loads(done.stdout)["spans"] == 120
    assert json.loads(done.stdout)["store"] == "-"


def test_a_store_may_have_a_commands_name(langfuse: str, tmp_path: Path) -> None:
    (tmp_path / "ls").write_bytes(Path(langfuse).read_bytes())
    assert json.loads(run("info", "./ls", "--json", cwd=tmp_path).stdout)["spans"] == 120
    assert json.loads(run("info", "--json", "--", "ls", cwd=tmp_path).stdout)["spans"] == 120


def test_a_folder_and_a_pattern_open_as_one_list(stores: Path, tmp_path: Path) -> None:
    for name in ("langfuse/langfuse_sdk.otlp.jsonl", "zipkin/zipkin_v2.jsonl"):
        (tmp_path / Path(name).name).write_bytes((stores / name).read_bytes())
    (tmp_path / "notes.txt").write_text("not a store")
    for word in (str(tmp_path), str(tmp_path / "*.jsonl")):
        rows = [json.loads(x) for x in run("ls", word, "--json").stdout.splitlines()]
        assert len(rows) == 90
        assert len({r["store"] for r in rows}) == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["formats"], 0),
        (["--version"], 0),
        (["ls", "{ok}", "no-trace-has-this-word"], 1),
        (["show", "{ok}", "ffffffffffff"], 1),
        (["search", "{ok}", "no-span-has-this-word"], 1),
        (["info"], 2),
        (["ls", "{ok}", "--sort", "colour"], 2),
        (["ls", "{ok}", "--limit", "-1"], 2),
        (["ls", "{ok}", "--frobnicate"], 2),
        (["ls", "{ok}", '"open quote'], 2),
        (["show", "{ok}"], 2),
        (["search", "{ok}"], 2),
        (["completion", "tcsh"], 2),
        (["ls", "{ok}", "--config", "{gone}"], 2),
        (["{ok}"], 2),
        ([], 2),
        (["info", "{gone}"], 4),
        (["info", "{text}"], 4),
        (["info", "{empty}"], 4),
    ],
)
def test_exit_codes(arguments: list[str], code: int, langfuse: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello, this is a letter\n")
    (tmp_path / "empty").touch()
    names = {name: str(tmp_path / name) for name in ("gone", "text", "empty")}
    done = run(*(a.format(ok=langfuse, **names) for a in arguments))
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    if code in (2, 4):
        assert done.stdout == b""
        assert done.stderr.startswith(b"inspector: ")
        lines = done.stderr.decode().splitlines()
        assert len(lines) == (4 if lines[-1].startswith("Close it") else 1)


def test_a_typing_error_is_helped_with(langfuse: str) -> None:
    assert b"--limit" in run("ls", langfuse, "--limmit", "3").stderr
    assert b"Did you mean dur?" in run("ls", langfuse, "--sort", "durr").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are POSIX")
def test_a_fifo_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (str(tmp_path / "pipe"), "/dev/zero"):
        assert run("info", path).returncode == 4


def test_an_interrupt_is_130_and_quiet() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "inspector", "info", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.strip()) == (130, b"", b"")


def test_a_closed_pipe_is_quiet(stores: Path) -> None:
    store = str(stores / "phoenix" / "phoenix.db")
    process = subprocess.Popen(
        [sys.executable, "-m", "inspector", "ls", store, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(30) == 0


CRASH = """
import sys
import inspector.stores
def broken(*a, **k):
    value = "jo@example.org"
    raise ValueError("secret " + value)
inspector.stores.open_store = broken
from inspector.cli import main
sys.argv = ["inspector", *sys.argv[1:]]
main()
"""


def test_a_bug_says_where_it_is_and_nothing_of_the_data(langfuse: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = subprocess.run(
        [sys.executable, "-c", CRASH, "info", langfuse, "--log", str(log), "--log-level", "debug"],
        capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    for text in (done.stderr, log.read_bytes()):
        assert b"ValueError" in text
        assert b"secret" not in text
        assert b"example.org" not in text
        assert b"Traceback" not in text
    assert b"--log FILE" in done.stderr


def test_the_log_holds_no_names_of_files_or_values(langfuse: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert run("ls", langfuse, "--log", str(log), "--log-level", "debug").returncode == 0
    text = log.read_text()
    assert "scanned traces=40 spans=120" in text
    assert "langfuse" not in text


HYGIENE = """
import os, resource, sys
from inspector.cli.start import run
code = run(sys.argv[1:])
mask = os.umask(0)
print(code, oct(mask), resource.getrlimit(resource.RLIMIT_CORE)[0], file=sys.stderr)
"""


def test_the_process_is_private(langfuse: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HYGIENE, "info", langfuse],
        capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip
    assert done.stderr == b"0 0o77 0\n"


IMPORTS = """
import sys
from inspector.cli.start import run
code = run(sys.argv[1:])
bad = [m for m in sys.modules if m.split(".")[0] in ("textual", "rich", "sqlite_utils", "keyring")]
print(code, bad, file=sys.stderr)
"""


@pytest.mark.parametrize("command", ["info", "ls", "show", "search", "formats", "--help"])
def test_headless_commands_never_import_the_screen(command: str, langfuse: str) -> None:
    arguments = {
        "info": ["info", langfuse], "ls": ["ls", langfuse], "show": ["show", langfuse, "0"],
        "search": ["search", langfuse, "x"], "formats": ["formats"], "--help": ["--help"],
    }[command]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, *arguments],
        capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1].endswith(b" []")


def test_only_a_store_on_the_screen_is_recent_and_its_path_alone_is_kept(langfuse: str) -> None:
    run("info", langfuse)
    kept = Path(os.environ["INSPECTOR_STATE_DIR"]) / "recent.json"
    assert not kept.exists()
    with closing(opened([langfuse], Common(), read_config(Common()))):
        assert json.loads(kept.read_text()) == [langfuse]
    assert kept.stat().st_mode & 0o777 == 0o600
