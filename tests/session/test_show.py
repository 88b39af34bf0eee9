"""Raw span in, shown span out: nothing textual passes by the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import force_setattr

from inspector.model import Annotation, Attribute, Event, Kind, Link, Multimap, Scope, Status, Value
from inspector.session.nodes import first_line, show_nodes
from inspector.session.show import show_span
from inspector.session.tree import Branch
from inspector.session.veil import DEEPEST, Veil
from inspector.view import Segment, ShownList, ShownMap, ShownText, State
from tests.session.fakes import Engine, span

if TYPE_CHECKING:
    from collections.abc import Iterator

VEIL = Veil(Engine())
MAIL = "jo@example.org"


def everything(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from everything(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from everything(item)


def attributes(**pairs: Value) -> tuple[Attribute, ...]:
    return tuple(Attribute(k, v) for k, v in pairs.items())


def full_of_mail() -> object:
    from msgspec.structs import replace

    made = span(
        MAIL, f"id {MAIL}", f"parent {MAIL}", f"name {MAIL}",
        status_message=f"failed for {MAIL}",
        attributes={f"key {MAIL}": {"deep": [MAIL, {"x": f"<{MAIL}>"}]}},
        events=(Event(f"event {MAIL}", 5, attributes(k=MAIL)),),
        links=(Link(MAIL, f"x{MAIL}", attributes(k=MAIL)),),
        resource=attributes(host=MAIL),
        scope=Scope(MAIL, MAIL, attributes(k=MAIL)),
        service=MAIL, project=MAIL, environment=MAIL, session=MAIL, user=MAIL, model=MAIL,
        input={"messages": [{"role": MAIL, "content": f"hi {MAIL}"}]},
        output=f"bye {MAIL}",
        tags=(MAIL,),
        annotations=(Annotation(MAIL, MAIL),),
        raw={"x": [MAIL], MAIL: 1},
    )  # fmt: skip
    return replace(made, kind=Kind.LLM, kind_written=MAIL)


def test_no_text_field_of_a_span_passes_unredacted() -> None:
    shown = show_span(full_of_mail(), VEIL)  # type: ignore[arg-type]  # a Span
    leaks = [t for t in everything(shown) if MAIL in t]
    assert leaks == []
    (node,) = show_nodes([full_of_mail()], [Branch(0, 0, True, 0)], VEIL)  # type: ignore[list-item]  # a Span
    assert [t for t in (*everything(node), str(node.span_id)) if MAIL in t] == []
    assert shown.conversation


def test_redactions_name_place_type_and_operator() -> None:
    shown = show_span(
        span(attributes={"user.note": {"a.b": ["x", MAIL]}}, events=(Event("e", None, attributes(k=MAIL)),)),
        VEIL,
    )
    assert [(r.path, r.type, r.operator) for r in shown.redactions] == [
        ('user.note."a.b"[1]', "email", "hash"),
        ("event[0].k", "email", "hash"),
    ]


def test_segments_carry_what_the_finding_says() -> None:
    shown = show_span(span(name=f"a {MAIL} b"), VEIL)
    assert shown.name.segments[1] == Segment(
        "[email:0123456789abcdef]",
        State.REDACTED,
        "email",
        "0123456789abcdef",
        "hash",
        "email",
        "confidential",
    )


def test_what_the_engine_failed_at_is_hidden() -> None:
    shown = show_span(span(attributes={"k": "!top", "b": b"\x00"}), VEIL)
    texts = [a.value for a in shown.attributes]
    assert [str(t) for t in texts] == ["[UNREDACTABLE]", "[UNREDACTABLE]"]
    assert all(isinstance(t, ShownText) and t.segments[0].state is State.UNREDACTABLE for t in texts)
    assert [r.type for r in shown.redactions] == ["unredactable", "unredactable"]


def test_encrypted_fields_are_locked_as_objects_and_as_text() -> None:
    sealed = {"__encrypted__": True, "ciphertext": "AAAA", "key_id": "k1"}
    written = '{"__encrypted__": true, "ciphertext": "AAAA", "key_id": "k1"}'
    shown = show_span(span(attributes={"a": dict(sealed), "b": [written], "c": {"d": dict(sealed)}}), VEIL)
    assert "AAAA" not in "".join(everything(shown.attributes))
    assert [r.type for r in shown.redactions] == ["encrypted"] * 3
    assert [r.path for r in shown.redactions] == ["a", "b[0]", "c.d"]


def test_what_only_looks_encrypted_is_text() -> None:
    shown = show_span(
        span(attributes={"a": '{"__encrypted__": false, "x": 1}', "b": '{"__encrypted__": '}), VEIL
    )
    assert shown.redactions == ()


def test_marks_of_an_erasure_are_shown_as_erased() -> None:
    shown = show_span(span(attributes={"a": "was [ERASED 2026-01-31 REQ-7] here"}), VEIL)
    value = shown.attributes[0].value
    assert isinstance(value, ShownText)
    assert [(s.text, s.state) for s in value.segments] == [
        ("was ", State.PLAIN), ("[ERASED 2026-01-31 REQ-7]", State.ERASED), (" here", State.PLAIN)
    ]  # fmt: skip
    assert value.segments[1].note == "2026-01-31 REQ-7"


def test_control_characters_become_visible() -> None:
    shown = show_span(span(name="a\x1b]52;c;eA==\x07b\u202e"), VEIL)
    assert str(shown.name) == "a\u241b]52;c;eA==\u2407b<U+202E>"


def test_attribute_order_and_repeats_stay() -> None:
    made = span()
    force_setattr(made, "attributes", (Attribute("k", 1), Attribute("j", 2), Attribute("k", 3)))
    shown = show_span(made, VEIL)
    assert [(str(a.key), a.value) for a in shown.attributes] == [("k", 1), ("j", 2), ("k", 3)]


def test_repeated_keys_inside_a_value_stay() -> None:
    shown = show_span(span(attributes={"m": Multimap((("x", 1), ("x", "two")))}), VEIL)
    value = shown.attributes[0].value
    assert isinstance(value, ShownMap)
    assert [str(k) for k, _ in value.pairs] == ["x", "x"]


def test_deep_values_end_as_text() -> None:
    deep: Value = MAIL
    for _ in range(300):
        deep = [deep]
    shown = show_span(span(attributes={"deep": deep}), VEIL)
    value = shown.attributes[0].value
    depth = 0
    while isinstance(value, ShownList):
        value, depth = value.items[0], depth + 1
    assert depth == DEEPEST
    assert isinstance(value, ShownText)
    assert str(value).startswith("[[[[")
    assert MAIL not in str(value)


def test_an_input_that_copies_a_hidden_attribute_is_hidden_too() -> None:
    shown = show_span(span(attributes={"password": "plain old text"}, input="plain old text"), VEIL)
    assert str(shown.input) == "[REDACTED:credential]"


def test_a_note_is_the_first_line_of_the_error_or_the_model_or_the_http_status() -> None:
    def note(**more: object) -> str:
        (node,) = show_nodes([span(**more)], [Branch(0, 0, True, 0)], VEIL)  # type: ignore[arg-type]
        return str(node.note)

    assert note(status=Status.ERROR, status_message="first\nsecond") == "first"
    assert note(kind=Kind.LLM, model="gpt-x") == "gpt-x"
    assert note(attributes={"http.response.status_code": 503}) == "503"
    assert note() == ""


def test_first_line_never_cuts_a_hidden_value() -> None:
    text = show_span(span(name=f"abc {MAIL} tail"), VEIL).name
    assert str(first_line(text, 10)) == "abc "
    assert str(first_line(text, 2)) == "ab"
