"""Whole columns against a table or a number say what each entry by itself would."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from inspector.index.masks import at_least, between, by_table, collapsed, mask_of, rows_of, spread

SIGNED = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-300, 70_000)
WHOLE = st.integers(0, (1 << 32) - 1) | st.integers(0, 70_000)
ANY = st.integers(-(1 << 70), 1 << 70) | st.integers(-300, 70_000)


def flags(bits: list[bool]) -> int:
    return mask_of(bytes(bits))


@given(st.lists(SIGNED), ANY, ANY)
def test_signed_numbers(values: list[int], low: int, high: int) -> None:
    column = array("q", values)
    assert at_least(column, low) == flags([v >= low for v in values])
    assert between(column, low, high) == flags([low <= v < high for v in values])
    assert between(column, None, high) == flags([v < high for v in values])


@given(st.lists(WHOLE), ANY)
def test_numbers_without_a_sign(values: list[int], low: int) -> None:
    assert at_least(array("I", values), low) == flags([v >= low for v in values])


@given(st.data(), st.sampled_from([1, 5, 256, 257, 1_000, 2_048, 3_000]))
def test_tables_of_any_size(data: st.DataObject, size: int) -> None:
    chosen = data.draw(st.sets(st.integers(0, size - 1)))
    table = [code in chosen for code in range(size)]
    codes = data.draw(st.lists(st.integers(0, size - 1)))
    assert by_table(array("I", codes), table) == flags([code in chosen for code in codes])


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans())), st.sampled_from([0, 1, 3, 40]))
def test_traces_of_spans(spans: list[tuple[int, bool]], more: int) -> None:
    """Whether few, some or nearly all spans are among them."""
    rows = [row for row, _ in spans] + [0] * more * 10
    bits = [bit for _, bit in spans] + [more == 3] * more * 10
    sizes = array("I", [rows.count(row) for row in range(41)])
    hit = {row for row, bit in zip(rows, bits, strict=True) if bit}
    found = collapsed(flags(bits), array("I", rows), sizes)
    assert list(rows_of(found, 41)) == sorted(hit)
    assert spread(found, array("I", rows), 41) == flags([row in hit for row in rows])
