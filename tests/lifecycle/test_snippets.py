from __future__ import annotations

from contextlib import closing

from inspector.lifecycle.matcher import Pseudonym
from inspector.lifecycle.person import Person
from inspector.lifecycle.plan import Terms
from inspector.lifecycle.planning import person_plan
from inspector.lifecycle.snippets import Passage, sample
from inspector.paths import shipped
from inspector.redaction import DEFAULT, Redactor
from inspector.session.veil import Veil
from inspector.stores import open_store
from tests.lifecycle.acting import copied, desk_in
from tests.lifecycle.people import person

SUPPORT = str(shipped("sample_traces").absolute() / "support_agent.otlp.jsonl")


def samples_of(name, who, folder):
    path, desk = copied(name, folder), desk_in(folder)
    with closing(open_store(path)) as store, closing(store.editor()) as editor:
        plan = person_plan(desk, store, editor, who, Terms(), Pseudonym.of(b"k" * 32, who.id, "op"))
    return [text for found in plan.classes for text in found.samples]


def test_what_goes_by_its_key_is_hidden_in_a_sample_though_it_is_cut(tmp_path):
    one = Person("usr_3c8142c8ea", (), "5" * 64)
    found = samples_of(SUPPORT, one, tmp_path)
    assert any("[REDACTED:name]" in text for text in found)
    assert not any(
        word in text for text in found for word in ("Gabrielle", "Delacruz", "Example Street", "usr_3c")
    )


def test_samples_hold_a_few_words_around_the_blank(tmp_path):
    found = samples_of("phoenix/phoenix.db", person("S1"), tmp_path)
    assert found and all("[subject]" in text and len(text) < 250 for text in found)


def test_nothing_but_the_blank_is_left_of_what_still_holds_the_person():
    veil = Veil(Redactor(DEFAULT, b"t" * 32))
    matcher = Person("user-77", (), "5" * 64).matcher()
    assert sample(Passage("call [subject] or user-77 today", ()), veil, matcher) == "[subject]"
    assert sample(Passage("nobody's", ()), veil, matcher) == "[subject]"
