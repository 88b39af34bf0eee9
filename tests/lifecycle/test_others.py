from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.lifecycle.others import OTHER, Others

IDS = ("usr_91f9b439fc", "sess-000", "tanaka+pay@sakura-pay.example", "48213377", "Ana B/12", "x1")


@pytest.mark.parametrize(
    "text",
    [
        "usr_91f9b439fc",
        "see usr_91f9b439fc.",
        "id=USR_91F9B439FC&x=1",
        "(sess-000)",
        "to tanaka+pay@sakura-pay.example, now",
        "/users/48213377/",
        "user:48213377",
        "of ana b/12!",
        "x1",
    ],
)
def test_another_persons_id_is_hidden_wherever_it_stands(text):
    hidden, count = Others(IDS).hidden(text)
    assert count == 1
    assert OTHER in hidden
    assert not any(each.casefold() in hidden.casefold() for each in IDS if len(each) > 2)


@pytest.mark.parametrize("text", ["usr_91f9b439fc0", "sess-0001", "482133770", "x1 and x10", "assistant", ""])
def test_a_longer_word_is_another(text):
    assert Others((*IDS, "assistant")).hidden(text) == (text, 0)


@given(st.text(), st.sampled_from(IDS[:4]), st.text())
def test_between_spaces_it_never_stays(before, id, after):
    hidden, count = Others(IDS).hidden(f"{before} {id} {after}")
    assert count >= 1
    assert f" {id} " not in hidden.replace(before, "", 1) or id in before or id in after
