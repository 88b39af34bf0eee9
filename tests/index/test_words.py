"""The plain-word query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.errors import UsageError
from inspector.index.words import split_words


def test_words_and_quotes() -> None:
    assert split_words('  Foo "Exact Words" b') == ("foo", "exact words", "b")
    assert split_words("") == ()
    assert split_words('a"b c"d') == ("a", "b c", "d")


def test_an_open_quote_is_refused_at_its_column() -> None:
    with pytest.raises(UsageError, match="column 5"):
        split_words('foo "bar')


@given(st.text(max_size=60))
def test_any_text_gives_words_or_a_usage_error(query: str) -> None:
    try:
        words = split_words(query)
    except UsageError:
        assert query.count('"') % 2 == 1
    else:
        assert all(words)
