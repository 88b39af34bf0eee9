"""Rows of a tree are judged together and come out as each of them alone would."""

from __future__ import annotations

import pytest

from inspector.redaction import Redactor
from inspector.redaction.policy import Keys, Policy
from inspector.session import nodes
from inspector.session.nodes import show_nodes
from inspector.session.show import label
from inspector.session.tree import arrange
from inspector.session.veil import Veil, shown_text
from tests.session.fakes import span

_MAILS = [f"write to person{n}@mail.example" for n in range(40)]
_NAMES = (
    [f"GET /page/{n}" for n in range(40)] + _MAILS + ["half \ud800 a pair", "[ERASED 2026-01-02] gone", ""]
)


def spans() -> list[object]:
    return [span(id=f"{n:016x}" if n % 2 else name, name=name, start=n) for n, name in enumerate(_NAMES)]


@pytest.mark.parametrize("policy", [Policy(), Policy(keys=Keys(ignored=("name",)))])
@pytest.mark.parametrize("many", [1, 10**9])
def test_texts_judged_together_are_those_judged_alone(
    policy: Policy, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "_MANY", many)
    veil = Veil(Redactor(policy, key=b"k" * 32))
    made = spans()
    shown = show_nodes(made, arrange(made), veil)  # type: ignore[arg-type]  # spans
    assert len(shown) == len(_NAMES)
    for node in shown:
        one = made[node.index]
        assert node.name == shown_text(label("name", one.name, veil))  # type: ignore[attr-defined]
        assert node.span_id == veil.text(one.span_id, ("span_id",), "span")  # type: ignore[attr-defined]
    assert not any("@mail.example" in str(text) for n in shown for text in (n.name, n.span_id, repr(n)))


def test_a_node_without_a_trace_has_no_id() -> None:
    from inspector.view import EMPTY, SpanNode, plain

    assert SpanNode(0, 0, True, 0, plain("a"), "tool", 1, 2, "ok", EMPTY).span_id is EMPTY
