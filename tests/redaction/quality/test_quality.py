"""The goals that the rules and the engine must meet together on the labelled set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inspector.redaction import Redactor
from tests.redaction.quality import build
from tests.redaction.quality.score import HERE, Score, load, score

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("positives", "vendors", "adversarial", "negatives", "holdout", "handwritten")


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    redactor = Redactor(key=b"quality-set-needs-no-real-secret")
    return {name: score(redactor, name) for name in NAMES}


def test_set_is_large_and_half_of_it_harmless() -> None:
    cases = [case for name in NAMES for case in load(name)]
    harmless = sum(not case["labels"] for case in cases)
    assert len(cases) >= 1500
    assert harmless >= len(cases) / 2
    assert all(case["source"] for case in cases)


def test_labels_stand_inside_their_texts() -> None:
    for name in NAMES:
        for case in load(name):
            for label in case["labels"]:
                assert 0 <= label["start"] < label["end"] <= len(case["text"])


def test_data_is_what_the_generator_writes(tmp_path: Path) -> None:
    build.write(tmp_path)
    for name in NAMES:
        assert (tmp_path / f"{name}.jsonl").read_bytes() == (HERE / f"{name}.jsonl").read_bytes(), name


def test_recall_specificity_and_f1(scores: dict[str, Score]) -> None:
    total = scores["positives"].add(scores["vendors"]).add(scores["negatives"])
    assert total.recall >= 0.985, total.missed
    assert total.specificity >= 0.995, total.wrong
    assert total.f1 >= 0.99


def test_vendor_tokens(scores: dict[str, Score]) -> None:
    assert scores["vendors"].recall >= 0.95, scores["vendors"].missed


def test_adversarial_encodings(scores: dict[str, Score]) -> None:
    assert scores["adversarial"].recall >= 0.90, scores["adversarial"].missed


def test_holdout(scores: dict[str, Score]) -> None:
    held = scores["holdout"]
    assert held.recall >= 0.985, held.missed
    assert held.specificity >= 0.995, held.wrong
    assert held.f1 >= 0.985


def test_texts_written_by_hand(scores: dict[str, Score]) -> None:
    score = scores["handwritten"]
    assert score.recall >= 0.985, score.missed
    assert score.specificity >= 0.99, score.wrong
    assert score.f1 >= 0.985


@pytest.mark.parametrize("kind", ["uuid", "timestamp", "trace id", "commit", "float", "model", "token count"])
def test_ids_and_times_are_never_touched(kind: str) -> None:
    redactor = Redactor(key=b"quality-set-needs-no-real-secret")
    wrong = [
        case["source"]
        for case in load("negatives")
        if case["source"].startswith(f"{kind}: ") and not redactor.text(case["text"]).clean
    ]
    assert wrong == []


def test_json_document_stays_json(scores: dict[str, Score]) -> None:
    redactor = Redactor(key=b"quality-set-needs-no-real-secret")
    for case in load("positives"):
        try:
            json.loads(case["text"])
        except ValueError:
            continue
        json.loads(str(redactor.text(case["text"])))
