"""The manual's page on queries says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inspector.query import AUDIT, TRACES, QueryError, parse, unparse
from inspector.query.fieldpath import parse as parse_path
from inspector.query.fields import Fields

PAGE = (Path(__file__).parents[2] / "docs" / "query-language.md").read_text(encoding="utf-8")


def examples(kind: str) -> list[str]:
    return [
        line for block in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
    ]


@pytest.mark.parametrize("query", examples("query"))
def test_examples_parse(query: str) -> None:
    tree = parse(query)
    assert parse(unparse(tree)) == tree


@pytest.mark.parametrize("query", examples("audit"))
def test_audit_examples_parse(query: str) -> None:
    parse(query, AUDIT)


def test_there_are_examples() -> None:
    assert len(examples("query")) > 20
    assert examples("audit")


@pytest.mark.parametrize("fields", [TRACES, AUDIT])
def test_every_field_and_its_words_are_named(fields: Fields) -> None:
    for field in fields.values():
        assert re.search(rf"`[^`]*\b{field.name}\b[^`]*`", PAGE), field.name
        for word in field.words if fields is TRACES else ():
            assert re.search(rf"[` ]{word}[` ;]", PAGE), (field.name, word)


def test_every_path_of_the_table_parses() -> None:
    table = PAGE.partition("| path | means |")[2].partition("\n\n")[0]
    paths = [p for row in table.splitlines()[2:] for p in re.findall(r"`([^`]+)`", row.split("|")[1])]
    assert len(paths) > 10
    for path in paths:
        if not path.endswith("."):
            parse_path(path)


def test_the_mistake_shown_is_the_one_made() -> None:
    with pytest.raises(QueryError) as caught:
        parse("kind:llm stauts:error")
    error = caught.value
    assert f"{error.what}\n{error.sketch}\n{error.fix}\n" in PAGE
