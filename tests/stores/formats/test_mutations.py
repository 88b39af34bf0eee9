"""No JSON object makes a format raise: real records, keys dropped or moved, values of other types."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.model import Kind, Span, Status, Trace, TraceHead, head_of
from inspector.stores.formats import (
    jaeger,
    langfuse_export,
    langsmith,
    openai_agents,
    tracecraft_jsonl,
    zipkin,
)
from inspector.stores.formats.base import HasFinish, HasHeads, Record

DATA = Path(__file__).parents[2] / "data"
SOURCES = {
    "openai-agents": (openai_agents.FORMAT, "stores/openai_agents/traces.jsonl"),
    "langsmith": (langsmith.FORMAT, "stores/langsmith/runs_merged.jsonl"),
    "langfuse": (langfuse_export.FORMAT, "langfuse_export/legacy.jsonl"),
    "zipkin": (zipkin.FORMAT, "stores/zipkin/zipkin_v2.jsonl"),
    "jaeger": (jaeger.FORMAT, "stores/jaeger/ui_01.json"),
    "tracecraft": (tracecraft_jsonl.FORMAT, "stores/tracecraft/runs.jsonl"),
}


def samples(name):
    """A few real objects, and for LangSmith and Jaeger the shapes that wrap them."""
    text = (DATA / SOURCES[name][1]).read_text(encoding="utf-8")
    if name == "jaeger":
        trace = json.loads(text)
        return [trace, {"data": [trace]}, *trace["spans"]]
    values = [json.loads(line) for line in text.splitlines()]
    if name == "zipkin":
        return [span for line in values for span in line][:40]
    if name == "langsmith":
        values = [{"post": values[:3], "patch": values[1:4]}, *values[:30]]
    if name == "langfuse":
        values = [{"trace": values[-1], "observations": values[:3], "scores": values[36:38]}, *values]
    return sorted(values, key=lambda v: len(json.dumps(v)))[:40] if name == "tracecraft" else values[:60]


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["", "0", "NaN", "9" * 40, "2026-13-45T99:00:00Z", "{", "[1]", "\ud800", "\x1b[2J"]),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=3)), max_size=3),
    st.dictionaries(
        st.text(max_size=4), st.one_of(st.none(), st.integers(), st.lists(st.none())), max_size=3
    ),
)


def places(value):
    """Every (holder, key) of a value."""
    stack = [value]
    while stack:
        holder = stack.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            if isinstance(holder[key], (dict, list)):
                stack.append(holder[key])


@st.composite
def mutated(draw, name):
    value = copy.deepcopy(draw(st.sampled_from(samples(name))))
    for _ in range(draw(st.integers(1, 6))):
        found = list(places(value))
        if not found:
            break
        holder, key = found[draw(st.integers(0, len(found) - 1))]
        action = draw(st.sampled_from(["drop", "junk", "junk", "wrap", "twice"]))
        if action == "drop":
            del holder[key]
        elif action == "junk":
            holder[key] = draw(JUNK)
        elif action == "wrap":
            holder[key] = [holder[key]]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
    return value


def check(span):
    """What every span must be, whatever it was made of."""
    assert isinstance(span, Span)
    for text in (span.trace_id, span.span_id, span.name, span.kind_written, span.status_message):
        assert isinstance(text, str)
    for text in (
        span.parent_id,
        span.service,
        span.project,
        span.environment,
        span.session,
        span.user,
        span.model,
    ):
        assert text is None or (isinstance(text, str) and text)
    assert isinstance(span.kind, Kind) and isinstance(span.status, Status)
    for time in (span.start, span.end):
        assert time is None or (type(time) is int and time > 0)
    for count in (span.tokens.input, span.tokens.output, span.tokens.total):
        assert count is None or type(count) is int
    assert all(isinstance(tag, str) for tag in span.tags)
    assert all(isinstance(a.key, str) for a in (*span.attributes, *span.resource))


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_object_makes_a_format_raise(name, data):
    form = SOURCES[name][0]
    record = Record(data.draw(mutated(name)), 0, 10, 1)
    assert 0 <= form.score([record.value]) <= 100
    parsed = form.parse(record)
    for span in (*parsed.spans, *parsed.patches):
        check(span)
    if isinstance(form, HasHeads):
        heads = form.heads(record)
        # NaN differs from itself, so by their looks.
        assert repr(heads.spans) == repr([head_of(s) for s in parsed.spans])
        assert repr(heads.traces) == repr([t.head for t in parsed.traces])
        assert heads.problems == parsed.problems
    if isinstance(form, HasFinish):
        for trace in parsed.traces or [Trace(TraceHead("t"), ())]:
            whole = Trace(
                trace.head, tuple(parsed.spans), attributes=trace.attributes, side=tuple(parsed.side)
            )
            done = form.finish(whole, [*parsed.patches, *parsed.spans])
            halves = [s for s in done.spans if "patch without its post" in s.flags]
            assert len(done.spans) == len(parsed.spans) + len(halves)
            for span in done.spans:
                check(span)


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=60, deadline=None)
@given(value=st.dictionaries(st.text(max_size=10), JUNK, max_size=6))
def test_any_object_is_a_problem_or_a_span(name, value):
    parsed = SOURCES[name][0].parse(Record(value, 0, 10, 1))
    assert parsed.problems or parsed.spans or parsed.traces or parsed.side or parsed.patches


@pytest.mark.parametrize("name", SOURCES)
def test_problems_and_flags_quote_no_data(name):
    marker = "zq-marker-7"
    for value in samples(name)[:5]:
        broken = {key: [marker] if isinstance(part, list) else marker for key, part in value.items()}
        for holder in (broken, {marker: marker}):
            parsed = SOURCES[name][0].parse(Record(holder, 0, 10, 1))
            said = [p.what + p.where for p in parsed.problems]
            said += [flag for s in (*parsed.spans, *parsed.patches) for flag in s.flags]
            assert not [text for text in said if marker in text]
