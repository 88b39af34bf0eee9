"""Columns for people, whole lines for programs."""

from __future__ import annotations

import pytest

from inspector.cli.output import Out, block, one_line, to_json
from inspector.cli.table import Column, table
from inspector.cli.width import width

COLUMNS = [Column("NAME", least=6), Column("NUMBER", right=True), Column("EMPTY")]
ROWS = [["a long name that is long", "1", ""], ["田中", "12,345", ""]]


def out(tty: bool, columns: int = 0) -> Out:
    made = Out(no_color=True)
    made.tty, made.width = tty, columns
    return made


def test_piped_lines_are_whole_and_have_no_titles() -> None:
    assert list(table(out(False), COLUMNS, ROWS)) == [
        "a long name that is long       1",
        "田中                      12,345",
    ]


def test_within_a_text_a_piped_table_keeps_its_titles() -> None:
    assert list(table(out(False), COLUMNS, ROWS, within=True)) == [
        "NAME                      NUMBER",
        "a long name that is long       1",
        "田中                      12,345",
    ]


@pytest.mark.parametrize("columns", [10, 14, 20, 32, 200])
def test_on_a_terminal_lines_fit_where_they_can(columns: int) -> None:
    lines = list(table(out(True, columns), COLUMNS, ROWS))
    assert len(lines) == 3
    assert lines[0].split() == ["NAME", "NUMBER"]
    assert max(width(line) for line in lines) <= max(columns, 6 + 2 + 6)


def test_nothing_gives_nothing() -> None:
    assert list(table(out(True, 80), COLUMNS, [])) == []


def test_cells_stay_on_their_line_and_act_on_no_terminal() -> None:
    assert one_line("a\nb\tc\x1b[31m\u202e") == "a␤b c␛[31m<U+202E>"
    assert block("a\n\tb\r") == "a\n    b␍"


def test_integers_of_any_size_are_json_numbers() -> None:
    assert to_json({"n": 2**80, "é": "x"}) == '{"n":1208925819614629174706176,"é":"x"}'


def test_extra_columns_go_first_where_there_is_no_room() -> None:
    columns = [Column("A"), Column("B", extra=True), Column("C", extra=True)]
    rows = [["aaaaa", "bbbbb", "ccccc"]]
    heads = [next(iter(table(out(True, n), columns, rows))).split() for n in (19, 18, 12, 11, 3)]
    assert heads == [["A", "B", "C"], ["A", "B"], ["A", "B"], ["A"], ["A"]]
