"""What the screen says of a hidden value: what, how, by which rule, and never the value."""

from __future__ import annotations

from inspector.tui.reasons import MOST, reasons
from inspector.view import Segment, ShownList, ShownMap, ShownText, State, plain

HIDDEN = Segment(
    "[email:9f3a5c01d2e47b60]", State.REDACTED, "email", "9f3a5c01d2e47b60", "hash", "email", "confidential"
)


def test_type_level_rule_and_operator() -> None:
    assert reasons(ShownText((Segment("to "), HIDDEN))) == [
        "email, level confidential, rule email, operator hash"
    ]


def test_the_same_reason_once_however_deep() -> None:
    value = ShownMap(((plain("a"), ShownList((ShownText((HIDDEN,)), ShownText((HIDDEN,))))),))
    assert len(reasons(value)) == 1


def test_clean_values_have_none() -> None:
    assert reasons(plain("x")) == reasons(None) == reasons(3) == []


def test_what_cannot_be_judged_says_so() -> None:
    text = ShownText((Segment("[UNREDACTABLE]", State.UNREDACTABLE),))
    assert reasons(text) == ["can't be judged, so hidden whole"]


def test_many_are_cut() -> None:
    many = ShownText(tuple(Segment("x", State.REDACTED, f"t{n}") for n in range(MOST + 3)))
    assert reasons(many)[-1] == "and 3 more"
