"""Stores that grow while they are open: nothing is lost, nothing comes twice."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from typing import TYPE_CHECKING

import pytest

from inspector.redaction import Redactor
from inspector.session import Session
from inspector.session.following import Following
from inspector.stores import open_store
from inspector.view import Badge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def line(n: int) -> bytes:
    span = {
        "traceId": f"{n + 1:032x}",
        "spanId": f"{n + 1:016x}",
        "name": f"span {n}",
        "startTimeUnixNano": str(1_700_000_000_000_000_000 + n),
        "endTimeUnixNano": str(1_700_000_000_000_000_005 + n),
    }
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode() + b"\n"


class Followed:
    """A session over one store, followed step by step."""

    def __init__(self, path: Path) -> None:
        self.session = Session([open_store(path)], Redactor(key=bytes(32)), Badge("viewer", False))
        self.session.scan(lambda p: None, lambda: False)
        self._following = Following(self.session._stores, self.session._again)

    def step(self) -> bool:
        return self._following.step()

    def names(self) -> list[str]:
        rows = self.session.rows()
        return sorted(
            (str(row.name) for row in rows.page(0, rows.count)), key=lambda name: int(name.split()[1])
        )


def numbered(*numbers: int) -> list[str]:
    return [f"span {n}" for n in numbers]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "store.jsonl"
    path.write_bytes(b"".join(map(line, range(3))))
    return path


@pytest.fixture
def followed(text: Path) -> Iterator[Followed]:
    made = Followed(text)
    made.step()
    yield made
    made.session.close()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_appended_lines_come_once(text: Path, followed: Followed) -> None:
    assert not followed.step()
    append(text, line(3) + line(4))
    assert followed.step()
    assert not followed.step()
    assert followed.names() == numbered(0, 1, 2, 3, 4)
    key = followed.session.find(f"{5:032x}")
    assert key is not None
    assert str(followed.session.span(key, 0).name) == "span 4"


def test_what_has_no_line_end_yet_waits(text: Path, followed: Followed) -> None:
    append(text, line(3)[:40])
    assert not followed.step()
    append(text, line(3)[40:] + line(4)[:-1])
    followed.step()
    assert followed.names() == numbered(0, 1, 2, 3)
    append(text, b"\n")
    followed.step()
    assert followed.names() == numbered(0, 1, 2, 3, 4)


@pytest.mark.parametrize("cut", [40, -1])
def test_a_last_line_that_was_cut_when_it_was_read_comes_once(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "store.jsonl"
    path.write_bytes(line(0) + line(1)[:cut])
    followed = Followed(path)
    followed.step()
    append(path, line(1)[cut:] + line(2))
    followed.step()
    assert followed.names() == numbered(0, 1, 2)


def test_a_rotated_file_is_read_to_its_end_and_the_new_one_from_its_beginning(
    text: Path, followed: Followed
) -> None:
    append(text, line(3))
    text.rename(text.with_suffix(".1"))
    append(text.with_suffix(".1"), line(4))
    text.write_bytes(line(5))
    followed.step()
    append(text, line(6))
    followed.step()
    assert followed.names() == numbered(0, 1, 2, 3, 4, 5, 6)


def test_a_rotated_file_may_stay_empty_for_a_while(text: Path, followed: Followed) -> None:
    text.rename(text.with_suffix(".1"))
    followed.step()
    text.write_bytes(b"")
    followed.step()
    append(text, line(9))
    followed.step()
    assert followed.names() == numbered(0, 1, 2, 9)


def test_a_file_that_was_cut_begins_anew(text: Path, followed: Followed) -> None:
    text.write_bytes(line(7))
    followed.step()
    append(text, line(8))
    followed.step()
    assert followed.names() == numbered(7, 8)


def within(seconds: float, done: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.05)
    return done()


def test_a_live_writer_of_lines(text: Path) -> None:
    session = Session([open_store(text)], Redactor(key=bytes(32)), Badge("viewer", False))
    session.scan(lambda p: None, lambda: False)
    stop = threading.Event()
    follower = threading.Thread(target=session.follow, args=(lambda p: None, stop.is_set))
    follower.start()
    total = 3000
    with text.open("ab", buffering=0) as file:
        for n in range(3, total):
            whole = line(n)
            file.write(whole[: n % len(whole)])
            file.write(whole[n % len(whole) :])
    assert within(30, lambda: session.progress().spans >= total)
    stop.set()
    follower.join()
    assert session.progress().spans == session.progress().traces == total
    session.close()


def test_a_live_writer_of_a_database_with_a_log(stores: Path, tmp_path: Path) -> None:
    path = tmp_path / "phoenix.db"
    path.write_bytes((stores / "phoenix/phoenix.db").read_bytes())
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("PRAGMA wal_autocheckpoint=20")
    session = Session([open_store(path)], Redactor(key=bytes(32)), Badge("viewer", False))
    session.scan(lambda p: None, lambda: False)
    before = session.progress().spans
    stop = threading.Event()
    follower = threading.Thread(target=session.follow, args=(lambda p: None, stop.is_set))
    follower.start()
    columns = [
        row[1] for row in writer.execute("PRAGMA table_info(spans)") if row[1] not in ("id", "span_id")
    ]
    names = ", ".join(columns)
    added = 2000
    for n in range(added):
        writer.execute(
            f"INSERT INTO spans (span_id, {names}) SELECT ?, {names} FROM spans ORDER BY id LIMIT 1",
            (f"{n:016x}",),
        )
        if n % 7 == 0:
            writer.commit()
    writer.commit()
    assert within(30, lambda: session.progress().spans >= before + added)
    stop.set()
    follower.join()
    assert session.progress().spans == before + added
    session.close()
    writer.close()
