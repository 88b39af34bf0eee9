"""Laying one place over another."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from inspector.config.layer import Layer, flatten, merge, nest
from inspector.config.toml_file import lines_of
from inspector.errors import UsageError

SCALARS = st.one_of(st.integers(0, 3), st.lists(st.integers(0, 3), max_size=2))
TABLES = st.recursive(
    st.dictionaries(st.sampled_from("abc"), SCALARS, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), st.one_of(SCALARS, inner), max_size=3),
    max_leaves=8,
)


def never(names: tuple[str, ...], what: str, fix: str) -> UsageError:
    return UsageError(what, fix)


def layer(table: dict) -> Layer:
    """Free shapes are allowed below an open key."""
    return Layer("file", "f", True, flatten({"redaction": {"keys": table}}, None, never))


def laid_over(old: object, new: object) -> object:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {
        **old,
        **{k: laid_over(old.get(k, {}) if isinstance(old.get(k), dict) else None, v) for k, v in new.items()},
    }


@given(TABLES)
def test_flat_values_nest_to_the_same_table(table: dict) -> None:
    assert nest(layer(table).values) == {"redaction": {"keys": table}}


@given(st.lists(TABLES, min_size=1, max_size=4))
@example([{"c": {}}, {"c": 0}, {"c": {}}])
def test_merging_is_laying_nested_tables_over_each_other(tables: list[dict]) -> None:
    merged = nest({names: value for names, (value, _) in merge(tuple(layer(t) for t in tables)).items()})
    expected: object = {}
    for table in tables:
        expected = laid_over(expected, {"redaction": {"keys": table}})
    assert merged == expected


def test_lines_are_those_where_keys_stand() -> None:
    text = """# a comment = 1
[redaction]
"enabled" = true  # = x
types = { ip = "keep" }
packs = [
  "[not.a.header]",
  "x = 1",
]
names_file = '''
[also.not]
y = 2'''
hash_format = \"\"\"a\\\"\"\"
[nor.this]
\"\"\"\"

[[redaction.rule]]
name = "a"
  [ redaction . environment . "a.b" ] # c
types.ip = "x"
"""
    lines = lines_of(text)
    assert lines == {
        ("redaction",): 2,
        ("redaction", "enabled"): 3,
        ("redaction", "types"): 4,
        ("redaction", "packs"): 5,
        ("redaction", "names_file"): 9,
        ("redaction", "hash_format"): 12,
        ("redaction", "rule"): 16,
        ("redaction", "rule", "[]"): 16,
        ("redaction", "rule", "[]", "name"): 17,
        ("redaction", "environment", "a.b"): 18,
        ("redaction", "environment", "a.b", "types", "ip"): 19,
    }
