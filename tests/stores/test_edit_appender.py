"""Not one line of a program that goes on writing is lost, however it opens the file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter

import pytest

from inspector.errors import HeldBack
from inspector.stores import edit_swap
from inspector.stores.edits import Edits
from tests.stores.editing import copy_of, edit, heads_of
from tests.stores.test_edit_jsonl import OTLP

COUNT = int(os.environ.get("APPENDER_LINES", "2000"))
"""The sweep has 20,000."""


def appending(path, how):
    argv = [sys.executable, "-m", "tests.stores.appender", str(path), str(COUNT), how]
    writer = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"begun\n"
    return writer


def numbers(path):
    return Counter(int(found) for found in re.findall(rb'"n":(\d+)}\n', path.read_bytes()))


def test_a_program_that_opens_for_each_line_loses_none(stores, tmp_path):
    path = copy_of(stores, OTLP[0], tmp_path)
    ids = list(dict.fromkeys(head[0] for head in heads_of(path)))
    gone = []
    with appending(path, "each") as writer:
        try:
            while writer.poll() is None and ids:
                gone.append(ids.pop())
                try:
                    done = edit(path, Edits(traces=frozenset({gone[-1]})))
                except HeldBack:
                    ids.append(gone.pop())
                    continue
                assert done.partial == ""
        finally:
            writer.wait(60)
    assert gone
    assert numbers(path) == Counter(range(COUNT))
    assert not {head[0] for head in heads_of(path)} & set(gone)
    assert [p.name for p in tmp_path.iterdir() if p.name[0] == "."] == []


@pytest.mark.parametrize("in_place", [False, True])
def test_a_program_that_keeps_it_open_loses_none(stores, tmp_path, monkeypatch, in_place):
    monkeypatch.setattr(edit_swap, "PATIENCE", 0.02)
    path = copy_of(stores, OTLP[0], tmp_path)
    ids = list(dict.fromkeys(head[0] for head in heads_of(path)))
    gone = set()
    with appending(path, "open") as writer:
        try:
            while ids and (len(gone) < 5 or numbers(path).total() < COUNT):
                gone.add(ids.pop())
                try:
                    edit(path, Edits(traces=frozenset(gone), in_place=in_place))
                    assert in_place
                except HeldBack as error:
                    assert not in_place and f"process {writer.pid}" in error.what
        finally:
            writer.communicate(timeout=60)
    assert numbers(path) == Counter(range(COUNT))
    assert {head[0] for head in heads_of(path)} & gone == (set() if in_place else gone)
