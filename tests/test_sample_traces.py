"""The samples are what their README says, small, and about nobody real."""

import re
from pathlib import Path

import pytest

from inspector.model import Kind, Status
from inspector.stores import open_store

SAMPLES = Path(__file__).parents[1] / "sample_traces"
ROW = re.compile(r"^\| `([\w.]+)` \| .+? \| (\d+) / (\d+) \|", re.MULTILINE)
LISTED = {m[1]: (int(m[2]), int(m[3])) for m in ROW.finditer((SAMPLES / "README.md").read_text())}


def scan(name):
    store = open_store(SAMPLES / name)
    heads, problems = [], []
    for batch in store.scan():
        heads += batch.spans
        problems += batch.problems
    return store, heads, problems


def test_every_sample_is_listed():
    files = {path.name for path in SAMPLES.iterdir()} - {"README.md"}
    assert files == LISTED.keys()
    assert sum((SAMPLES / name).stat().st_size for name in files) < 600_000


@pytest.mark.parametrize("name", LISTED)
def test_counts_are_the_readme_s(name):
    store, heads, problems = scan(name)
    assert (len({h.trace_id for h in heads}), len(heads), problems) == (*LISTED[name], [])
    store.close()


def test_the_tour_has_what_the_readme_promises():
    store, heads, _ = scan("support_agent.otlp.jsonl")
    assert {h.service for h in heads} == {"support-agent", "crm-api", "payments-api"}
    wanted = {Kind.AGENT, Kind.LLM, Kind.TOOL, Kind.CLIENT, Kind.SERVER, Kind.RETRIEVAL, Kind.GUARDRAIL}
    assert wanted <= {h.kind for h in heads}
    failed = {h.trace_id for h in heads if h.status is Status.ERROR}
    assert len(failed) == 5
    declined = 0
    for trace_id in failed:
        trace = store.load(trace_id, [h.place for h in heads if h.trace_id == trace_id])
        declined += any("402 card_declined" in s.status_message for s in trace.spans)
        for span in trace.spans:
            if span.kind is Kind.LLM:
                assert span.model and span.tokens.sum and span.cost and span.input and span.output
    assert declined == 3
    store.close()
