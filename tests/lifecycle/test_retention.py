from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from inspector.audit.record import Entry
from inspector.config import load
from inspector.errors import HeldBack, NotFound, UsageError
from inspector.lifecycle import archive, beside, certificate, erasure, holds, jobs, ours, restoring, rotated
from inspector.lifecycle.person import Person
from inspector.lifecycle.plan import Terms
from inspector.lifecycle.policy import read
from inspector.lifecycle.retaining import Ageing, Retention, ageing
from inspector.query.quantities import instant
from inspector.stores import open_store
from tests.lifecycle.acting import ENGINE, copied, desk_in
from tests.lifecycle.people import STORES, TRUTH, person
from tests.lifecycle.test_subjects import EDITABLE

NOW = int(instant("2026-11-22T18:30Z").low)
DAY = 86_400 * 10**9
AGED = [name for name in EDITABLE if "older_than_days" in TRUTH[name]]


def policy(tmp_path, text):
    file = tmp_path / "policy.toml"
    file.write_text(text)
    return read(load(policy=file))


def retention(tmp_path, text, now=NOW):
    return Retention(desk_in(tmp_path, lambda: now), policy(tmp_path, text), now, Terms())


def planned(work, path):
    with work.desk.editing(path) as (store, editor):
        return work.plan(store, editor)


def applied(work, path):
    job = jobs.new_job(jobs.JobKind.RETENTION, work.now, [path])
    job.now = work.now
    erasure.perform(work.desk, job, work.plan, {}, before=work.put_by)
    return job


def counts(path):
    with closing(open_store(path)) as store:
        heads = [head for batch in store.scan() for head in batch.spans]
    return len({h.trace_id for h in heads}), len(heads)


@pytest.mark.parametrize("days", ["30", "90", "150"])
@pytest.mark.parametrize("name", AGED)
def test_what_has_run_out_is_the_truth(name, days, tmp_path):
    path = copied(name, tmp_path)
    plan = planned(retention(tmp_path, f'[retention]\ndefault = "{days}d"\n'), path)
    truth = TRUTH[name]["older_than_days"][days]
    assert (plan.traces, plan.spans) == (truth["traces"], truth["spans"])


@pytest.mark.parametrize("name", AGED)
def test_what_has_run_out_goes_and_nothing_else(name, tmp_path):
    path = copied(name, tmp_path)
    traces, spans = counts(path)
    truth = TRUTH[name]["older_than_days"]["90"]
    work = retention(tmp_path, '[retention]\ndefault = "90d"\n')
    assert applied(work, path).state is jobs.JobState.COMPLETED
    assert counts(path) == (traces - truth["traces"], spans - truth["spans"])
    assert planned(work, path).empty


def test_the_first_rule_in_file_order_speaks_then_attribute_environment_default(tmp_path):
    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)
    rules = """
[retention]
default = "1d"
[[retention.rule]]
name = "errors stay"
query = "status:error"
keep = "10000d"
[[retention.rule]]
name = "the rest goes later"
query = "age>=0s"
keep = "90d"
"""
    plan = planned(retention(tmp_path, rules), path)
    assert set(plan.reasons) == {"rule the rest goes later"}
    assert 0 < plan.traces < TRUTH["otlp/genai_manual.otlp.jsonl"]["older_than_days"]["90"]["traces"]


def test_a_hold_beats_all(tmp_path):
    path = copied("otlp/openinference.otlp.jsonl", tmp_path)
    work = retention(tmp_path, '[retention]\ndefault = "1d"\n')
    everything = planned(work, path).traces
    one = person("S1", work.desk.log.mark(person("S1").id))
    from inspector.audit.record import Entry

    with work.desk.log.act(Entry("hold.set", reason="a lawsuit")) as intent:
        hold = holds.set_hold(intent, "", one, "a lawsuit", NOW - 1, 0, "somebody")
    plan = planned(work, path)
    _, what = work.found[path.resolve()]
    assert 0 < len(what.held) <= 6
    assert plan.traces == everything - len(what.held)
    assert any(hold.id in text for text in plan.uncovered)


def test_fields_run_out_in_place(tmp_path):
    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)
    before = path.read_bytes().splitlines()
    work = retention(tmp_path, '[[retention.field]]\npath = "user.email"\nkeep = "90d"\n')
    assert applied(work, path).state is jobs.JobState.COMPLETED
    after = path.read_bytes().splitlines()
    changed = sum(a != b for a, b in zip(before, after, strict=True))
    hidden = path.read_bytes().count(b'{"key":"user.email","value":{"stringValue":"[REDACTED]"}}')
    shown = path.read_bytes().count(b'{"key":"user.email","value":{"stringValue":"')
    assert 0 < changed <= hidden
    assert shown > hidden
    assert planned(work, path).empty


def test_a_rule_redacts_in_place(tmp_path):
    path = copied("otlp/openinference.otlp.jsonl", tmp_path)
    rule = '[[retention.rule]]\nname="r"\nquery="pii:email"\nkeep="150d"\naction="redact"\n'
    work = retention(tmp_path, rule)
    plan = planned(work, path)
    assert plan.traces == 0
    assert plan.reasons["rule r"] > 0
    assert applied(work, path).state is jobs.JobState.COMPLETED
    assert counts(path) == (120, 340)
    assert "rule r" not in planned(work, path).reasons


def test_deleting_on_a_detectors_word_must_be_asked_for(tmp_path):
    rule = '[[retention.rule]]\nname="r"\nquery="pii:card"\nkeep="1d"\n'
    with pytest.raises(UsageError, match="detector"):
        policy(tmp_path, rule)
    policy(tmp_path, rule + "allow_detector_delete = true\nmax_share = 0.1\n")


def test_a_clock_that_jumped_is_asked_about(tmp_path):
    path = copied("otlp/openinference.otlp.jsonl", tmp_path)
    work = retention(tmp_path, '[retention]\ndefault = "30d"\n', now=NOW + 3650 * DAY)
    planned(work, path)
    with pytest.raises(HeldBack, match="max_share"):
        work.guard()


def test_tiers_put_traces_into_archives_that_open(tmp_path):
    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)
    tiers = '[retention.tiers.traces]\nhot = "90d"\nwarm = "100d"\ncold = "1y"\n'
    work = retention(tmp_path, tiers)
    truth = TRUTH["otlp/genai_manual.otlp.jsonl"]["older_than_days"]["90"]
    assert applied(work, path).state is jobs.JobState.COMPLETED
    (warm,) = archive.of_store(path)
    assert counts(warm.path) == (truth["traces"], truth["spans"])
    assert b"omar.elhaddad" in raw(warm.path)
    later = ageing(path, work.policy, NOW + 200 * DAY)
    cold = archive.cool(later.cooling[0], path, ENGINE)
    assert counts(cold.path) == (truth["traces"], truth["spans"])
    assert b"omar.elhaddad@" not in raw(cold.path)
    assert not warm.path.exists()
    assert ageing(path, work.policy, NOW + 700 * DAY).expired == (cold,)


def raw(path: Path) -> bytes:
    import zstandard

    with path.open("rb") as file:
        return zstandard.ZstdDecompressor().stream_reader(file).read()


def test_quarantine_is_sealed_and_ends(tmp_path):
    path = copied("otlp/openinference.otlp.jsonl", tmp_path)
    work = retention(tmp_path, '[retention]\ndefault = "90d"\nquarantine = "7d"\n')
    applied(work, path)
    (kept,) = archive.of_store(path)
    assert b"resourceSpans" not in kept.path.read_bytes()
    assert (
        archive.opened(kept).count(b"\n")
        == TRUTH["otlp/openinference.otlp.jsonl"]["older_than_days"]["90"]["traces"]
    )
    assert ageing(path, work.policy, NOW + 6 * DAY).expired == ()
    assert ageing(path, work.policy, NOW + 8 * DAY).expired == (kept,)


def test_a_trace_with_a_younger_part_in_a_rotated_file_waits(tmp_path):
    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)
    current = tmp_path / "app.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.unlink()
    rotated_file = tmp_path / "app-20260901120000.jsonl"
    rotated_file.write_bytes(b"".join(lines[: len(lines) // 2]))
    current.write_bytes(b"".join(lines[len(lines) // 2 :]))
    assert rotated.siblings(current) == [rotated_file]
    work = retention(tmp_path, '[retention]\ndefault = "90d"\n')
    plan = planned(work, rotated_file)
    alone = TRUTH["otlp/genai_manual.otlp.jsonl"]["older_than_days"]["90"]["traces"]
    assert 0 < plan.traces <= alone


def test_nothing_is_active_without_a_policy():
    assert not read(load()).active


def test_an_erasure_covers_what_rests_in_quarantine(tmp_path):
    from tests.lifecycle.acting import erase

    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)
    work = retention(tmp_path, '[retention]\ndefault = "90d"\nquarantine = "7d"\n')
    applied(work, path)
    (kept,) = archive.of_store(path)
    assert b"zofia.wrzesniewska84" in archive.opened(kept)
    erase(work.desk, [path], "S1")
    assert archive.of_store(path) == []


LOG_TIERS = '[retention.tiers.events]\nhot = "7d"\nwarm = "90d"\ncold = "2y"\n'


def log(number, days, trace=""):
    body = {"stringValue": f"mail {number} to omar.elhaddad@nordhaven.example"}
    record = {"timeUnixNano": str(NOW - days * DAY), "traceId": trace, "body": body}
    return {
        "resourceLogs": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
                "scopeLogs": [{"scope": {"name": "mailer"}, "logRecords": [record]}],
            }
        ]
    }


def with_logs(tmp_path, *logs):
    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)
    with path.open("ab") as file:
        file.writelines(orjson.dumps(each) + b"\n" for each in logs)
    return path


def test_logs_leave_by_their_own_tier(tmp_path):
    path = with_logs(tmp_path, log(1, 3), log(2, 8), log(3, 40), {"resourceLogs": [{"scopeLogs": [
        {"logRecords": [{"body": {"stringValue": "no time"}}]}]}]})  # fmt: skip
    before = counts(path)
    work = retention(tmp_path, LOG_TIERS)
    assert planned(work, path).counts == {"log": 2}
    assert work.logs[path].waiting == {"has no time": 1}
    assert work.logs[path].next == NOW + 4 * DAY
    assert applied(work, path).state is jobs.JobState.COMPLETED
    assert counts(path) == before
    assert [n for n in range(1, 4) if b"mail %d to" % n in path.read_bytes()] == [1]
    (kept,) = archive.of_store(path)
    assert (kept.kind, kept.newest) == ("warm logs", NOW - 8 * DAY)
    lines = [orjson.loads(line) for line in raw(kept.path).splitlines()]
    assert lines == [log(2, 8), log(3, 40)]
    assert ageing(path, work.policy, NOW + 80 * DAY) == Ageing((), ())
    (cooling,) = ageing(path, work.policy, NOW + 100 * DAY).cooling
    cold = archive.cool(cooling, path, ENGINE)
    assert cold.kind == "cold logs"
    assert archive.of_store(path) == [cold]
    assert b"mail 2 to" in raw(cold.path)
    assert b"omar.elhaddad@" not in raw(cold.path)
    assert ageing(path, work.policy, NOW + 1000 * DAY).expired == (cold,)


def test_a_log_of_a_trace_that_goes_goes_with_it_and_one_that_is_held_stays(tmp_path):
    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)
    work = retention(tmp_path, '[retention]\ndefault = "90d"\n' + LOG_TIERS)
    planned(work, path)
    gone, stays = sorted(work.found[path][1].gone)[0], "ab" * 16
    path = with_logs(tmp_path, log(1, 9, gone), log(2, 9, stays), log(3, 9))
    with work.desk.log.act(Entry("hold.set", reason="a lawsuit")) as intent:
        one = Person("omar.elhaddad@nordhaven.example", (), "5" * 64)
        holds.set_hold(intent, "", one, "a lawsuit", NOW - 1, 0, "somebody")
    planned(work, path)
    assert (len(work.logs[path].places), work.logs[path].held) == (0, 2)
    assert applied(work, path).state is jobs.JobState.COMPLETED
    assert [n for n in range(1, 4) if b"mail %d to" % n in path.read_bytes()] == [2, 3]


def rotated_in(tmp_path):
    """A log whose older file has run out as a whole, and nothing of the other."""
    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)
    current, old = tmp_path / "app.jsonl", tmp_path / "app-20260901120000.jsonl"
    path.rename(current)
    shutil.copyfile(STORES / "otlp/openinference.otlp.jsonl", old)
    return current, old


def test_a_rotated_file_of_which_nothing_stays_is_removed(tmp_path):
    current, old = rotated_in(tmp_path)
    whole = counts(old)
    before = current.read_bytes()
    work = retention(tmp_path, '[retention]\ndefault = "1d"\nquarantine = "7d"\n', now=NOW + 3650 * DAY)
    plan = planned(work, old)
    assert plan.traces == whole[0]
    assert any("it is removed" in text for text in plan.uncovered)
    job = applied(work, old)
    assert job.state is jobs.JobState.COMPLETED
    assert not old.exists()
    assert current.read_bytes() == before
    facts = certificate.read(Path(job.stores[0].certificate)).facts
    assert facts["counts"]["rotated file"] == 1
    assert facts["files"][0]["bytes_after"] == 0
    (kept,) = archive.of_store(old)
    assert archive.opened(kept).count(b"\n") == whole[0]


def test_a_file_that_was_removed_before_a_kill_is_concluded(tmp_path):
    _, old = rotated_in(tmp_path)
    work = retention(tmp_path, '[retention]\ndefault = "1d"\n', now=NOW + 3650 * DAY)
    job = jobs.new_job(jobs.JobKind.RETENTION, work.now, [old])
    job.now = work.now
    job.stores[0].started, job.stores[0].state = True, jobs.JobState.RUNNING
    jobs.save(job)
    old.unlink()
    erasure.perform(work.desk, job, work.plan, {}, resumed=True, before=work.put_by)
    assert job.state is jobs.JobState.COMPLETED


def test_a_rotated_file_that_holds_more_than_traces_stays(tmp_path):
    _, old = rotated_in(tmp_path)
    with old.open("ab") as file:
        file.write(orjson.dumps(log(1, 1)) + b"\n")
    work = retention(tmp_path, '[retention]\ndefault = "1d"\n', now=NOW + 3650 * DAY)
    assert applied(work, old).state is jobs.JobState.COMPLETED
    assert old.read_bytes() == orjson.dumps(log(1, 1)) + b"\n"


def test_what_rests_in_quarantine_is_restored_to_a_file_that_an_erasure_covers(tmp_path):
    path = copied("otlp/genai_manual.otlp.jsonl", tmp_path)
    work = retention(tmp_path, '[retention]\ndefault = "90d"\nquarantine = "7d"\n')
    truth = TRUTH["otlp/genai_manual.otlp.jsonl"]["older_than_days"]["90"]
    job = applied(work, path)
    found, store = restoring.in_quarantine(job.id)
    out = tmp_path / "again.jsonl"
    with work.desk.log.act(Entry("retention.restored")) as intent:
        assert restoring.restore_into(intent, found, store, out, out) == truth["traces"]
    assert counts(out) == (truth["traces"], truth["spans"])
    assert restoring.restored(path) == [out]
    assert beside.readable([path]) == [out]
    assert ours.in_place(path) == {}
    with pytest.raises(NotFound):
        restoring.in_quarantine("00" * 8)
