"""A store whose file is named after a person is not printed by that name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inspector.index import cache
from inspector.paths import note_written
from inspector.session.store_names import stem_of, store_name
from tests.cli.program import inside, run

PERSON = "jane.canary@example.com"


def test_what_is_found_in_a_name_is_hidden() -> None:
    assert store_name("/tmp/runs.jsonl") == "/tmp/runs.jsonl"
    assert PERSON not in store_name(f"/tmp/{PERSON}.jsonl")


@pytest.mark.parametrize(
    "words",
    [
        ("subject", "search", "--role", "operator", "--subject", "nobody-1"),
        ("erase", "plan", "--role", "operator", "--subject", "nobody-1"),
        ("erase", "plan", "--role", "operator", "--subject", "nobody-1", "--json"),
        ("doctor",),
        ("info",),
    ],
)
def test_commands_hide_it(words: tuple[str, ...], stores: Path, tmp_path: Path) -> None:
    store = tmp_path / f"{PERSON}.jsonl"
    shutil.copy(stores / "zipkin" / "zipkin_v2.jsonl", store)
    done = run(*words, str(store))
    assert PERSON.encode() not in done.stdout + done.stderr


def test_a_file_is_not_named_after_a_person() -> None:
    assert stem_of("/tmp/runs.otlp.jsonl") == "runs"
    assert stem_of("-") == stem_of(f"/tmp/{PERSON}.jsonl") == "traces"


def test_the_list_of_indexes_hides_what_a_name_tells() -> None:
    kept = cache.file_of(Path(f"/tmp/{PERSON}.jsonl"))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(b"x")
    note_written("index", kept, Path(f"/tmp/{PERSON}.jsonl"))
    for more in ((), ("--json",)):
        done = inside("cache", "ls", *more)
        assert b"example" not in done.stdout + done.stderr
        assert b"/tmp/" in done.stdout


def test_requests_and_choices_hide_it_too(tmp_path: Path) -> None:
    from inspector.cli.commands.open import _choices
    from inspector.cli.lifecycle_text import request_json
    from inspector.lifecycle.approvals import Request

    made = Request("1", "00" * 16, (f"/tmp/{PERSON}.jsonl",), "", "", "", "me", 0, 0)
    assert PERSON not in str(request_json(made, 0))
    file = tmp_path / f"{PERSON}.jsonl"
    file.write_bytes(b"{}")
    assert PERSON not in _choices([file])[0].name
