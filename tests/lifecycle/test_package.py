from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from contextlib import closing

import pytest

from inspector.lifecycle.package import Facts, package
from inspector.lifecycle.screened import strict
from inspector.redaction import Redactor, parse_policy
from inspector.stores import open_store
from tests.lifecycle.acting import ENGINE, copied, desk_in
from tests.lifecycle.people import PLANTED, STORES, TRUTH, person

NAMES = ("otlp/genai_manual.otlp.jsonl", "phoenix/phoenix.db", "mlflow/mlflow.db")
SMALL = (
    "llm/logs.db",
    "openai_agents/traces.jsonl",
    "langsmith/runs_merged.jsonl",
    "langfuse/langfuse_sdk.otlp.jsonl",
    "zipkin/zipkin_v2.jsonl",
)
TOKENS = [json.loads(line) for line in (STORES / "tokens.jsonl").read_text("utf-8").splitlines()]
FOREIGN = [token["token"] for token in TOKENS if token["owner"] != "S1"]
FACTS = Facts("0" * 16, "operator", "p" * 32, 0)


def packed(folder, *paths, who=None):
    file = io.BytesIO()
    made = package(desk_in(folder), ENGINE, paths, who or person("S1"), FACTS, file)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return made, {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", NAMES)
def test_a_package_holds_all_of_the_person_and_nothing_of_others(name, tmp_path):
    path = copied(name, tmp_path)
    made, files = packed(tmp_path, path)
    every_span_is_in(name, path, made, files)
    for own in PLANTED["S1"]:
        assert own in files["data.json"].decode()
        assert own in files["index.html"].decode()
        assert own not in files["manifest.json"].decode()
    for file, data in files.items():
        text = data.decode().casefold()
        assert [token for token in FOREIGN if token.casefold() in text] == [], file
        # The same in any encoding; a file of megabytes would take half a minute.
        for other in ("S2", "S3", "D1", "D2", "D3") if len(data) < 1 << 19 else ():
            assert person(other).matcher().find(data) == [], (file, other)
    the_manifest_tells(name, made, files)


@pytest.mark.parametrize("who", ["S1", "S2", "S3"])
@pytest.mark.parametrize("name", SMALL)
def test_of_every_format_and_person_nothing_of_others(name, who, tmp_path):
    _, files = packed(tmp_path, copied(name, tmp_path), who=person(who))
    text = b"".join(files.values()).decode()
    assert [own for own in PLANTED[who] if own not in text] == []
    # A decoy's address may be the end of the person's own.
    others = [
        t["token"] for t in TOKENS if t["owner"] != who and not any(t["token"] in o for o in PLANTED[who])
    ]
    assert [token for token in others if token in text] == []


def every_span_is_in(name, path, made, files):
    (store,) = json.loads(files["data.json"])["stores"]
    given = {(t["trace_id"], s["span_id"]) for t in store["traces"] for s in t["spans"]}
    with closing(open_store(path)) as opened:
        heads = [span for batch in opened.scan() for span in batch.spans]
    whose = {t["trace_id"] for t in store["traces"]}
    assert given == {(h.trace_id, h.span_id) for h in heads if h.trace_id in whose}
    assert {h.trace_id for h in heads if h.user == PLANTED["S1"][0]} <= whose
    assert len(whose) == made.counts["traces"] == TRUTH[name]["subjects"]["S1"].get("traces", len(whose))
    assert made.counts["lost"] == made.counts["unknown"] == 0
    assert made.counts["naming"] == sum(s["names_you"] for t in store["traces"] for s in t["spans"]) > 0


def the_manifest_tells(name, made, files):
    manifest = json.loads(files["manifest.json"])
    assert manifest["counts"]["spans"] == made.counts["spans"]
    assert manifest["sha256"] == {
        each: hashlib.sha256(files[each]).hexdigest() for each in ("data.json", "index.html")
    }
    assert manifest["subject"] == person("S1").mark
    assert manifest["stores"][0]["format"] == name.split("/")[0]


def store_of(folder, **attributes):
    """One trace of S1 with what is given, and one of another user."""

    def span(trace, user, more):
        pairs = [{"key": k, "value": {"stringValue": v}} for k, v in {"user.id": user, **more}.items()]
        return {"traceId": trace * 32, "spanId": trace * 16, "name": "<img src=x onerror=alert(1)>",
                "startTimeUnixNano": "1", "endTimeUnixNano": "2", "attributes": pairs}  # fmt: skip

    spans = [
        span("a", PLANTED["S1"][0], attributes),
        span("b", "kunde-991", {"session.id": "s-771", "user.name": "Ida Holm"}),
    ]
    why = {"key": "why", "value": {"stringValue": f"asked by {PLANTED['S1'][0]} for kunde-991"}}
    spans[1]["links"] = [{"traceId": "a" * 32, "spanId": "a" * 16, "attributes": [why]}]
    path = folder / "made.otlp.jsonl"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}) + "\n")
    return path


def test_markup_in_stored_texts_stays_text(tmp_path):
    path = store_of(tmp_path, **{"<script>alert(1)</script>": "</dd><script>x</script>\u202e\x1b[31m"})
    _, files = packed(tmp_path, path)
    html = files["index.html"].decode()
    assert "&lt;script&gt;" in html
    tags = set(re.findall(r"<([a-z][a-z0-9]*)", html))
    assert tags.isdisjoint({"script", "img", "iframe", "a", "link", "form", "svg", "object"})
    assert "default-src 'none'" in html
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_another_user_in_their_words_is_hidden_by_id_session_and_name(tmp_path):
    note = f"kunde-991 (Ida Holm, s-771) wrote to {PLANTED['S1'][1]} about kunde-9912"
    path = store_of(
        tmp_path, note=note, nested=json.dumps({"user_name": PLANTED["S1"][2], "peer": "kunde-991"})
    )
    made, files = packed(tmp_path, path)
    text = files["data.json"].decode()
    assert "Ida Holm" not in text
    assert not re.search(r"kunde-991\b|s-771", text)
    assert "kunde-9912" in text
    assert PLANTED["S1"][1] in text
    assert json.loads(text)["stores"][0]["traces"][0]["spans"][0]["attributes"]["nested"] == {
        "user_name": PLANTED["S1"][2],
        "peer": "[OTHER PERSON]",
    }
    assert made.hidden["other person"] >= 3


def test_nobody_is_an_empty_package(tmp_path):
    from inspector.lifecycle.person import Person

    made, _ = packed(tmp_path, store_of(tmp_path), who=Person("nobody-4711", (), "1" * 64))
    assert made.empty


def test_somebody_elses_link_gives_the_persons_words_alone(tmp_path):
    _, files = packed(tmp_path, store_of(tmp_path))
    (store,) = json.loads(files["data.json"])["stores"]
    assert [trace["trace_id"] for trace in store["traces"]] == ["a" * 32]
    assert [mention["text"] for mention in store["mentions"]] == [PLANTED["S1"][0]]


def test_no_policy_shows_more_than_the_shipped_one():
    section = {
        "enabled": False,
        "types": {"email": "keep", "credential": "keep", "ip": "remove"},
        "disabled": ["email"],
        "allow": [{"exact": ["omar.elhaddad@bluecrate.example"]}],
        "keys": {"ignored": ["note"]},
        "field": [{"path": "peer", "operator": "keep"}],
    }
    made = Redactor(strict(parse_policy(section), {PLANTED["S1"][1]}))
    text = f"omar.elhaddad@bluecrate.example 203.0.113.77 {PLANTED['S1'][1]}"
    shown = str(made.mask({"note": text, "peer": text, "password": "hunter2-hunter2"}))
    assert "omar" not in shown
    assert "203.0" not in shown
    assert "hunter2" not in shown
    assert shown.count(PLANTED["S1"][1]) == 2
