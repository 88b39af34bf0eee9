"""Plans, jobs and requests as people and programs read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.cli.output import one_line
from inspector.cli.table import Column, table
from inspector.lifecycle import ours
from inspector.lifecycle.jobs import JobState
from inspector.lifecycle.plan import counts_text
from inspector.reports.units import moment, rfc3339, size
from inspector.session.store_names import store_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.cli.output import Json, Out
    from inspector.lifecycle.approvals import Request
    from inspector.lifecycle.jobs import Job
    from inspector.lifecycle.plan import Plan, StorePlan


def plan_json(plan: Plan, subject: str = "", act: str = "") -> dict[str, Json]:
    return {
        "hash": plan.hash,
        "confirm": f"DELETE-{plan.hash[:8]}",
        "mode": act or plan.terms.mode.value,
        "subject": subject,
        "stores": [_store_json(each) for each in plan.stores],
    }


def _store_json(each: StorePlan) -> Json:
    return {
        "store": store_name(each.path),
        "format": each.format,
        "hash": each.hash,
        "traces": each.traces,
        "spans": each.spans,
        "rows": each.rows,
        "replaced": each.replaced,
        "unknown": each.unknown,
        "counts": dict(each.counts),
        "classes": [
            {"class": c.name, "traces": c.traces, "spans": c.spans, "rows": c.rows, "where": list(c.where),
             "samples": list(c.samples)}
            for c in each.classes
        ],
        "reasons": dict(each.reasons),
        "oldest": rfc3339(each.oldest),
        "newest": rfc3339(each.newest),
        "holds": list(each.holds),
        "in_the_way": list(each.refusals),
        "not_covered": list(each.uncovered),
        "ours": [store_name(path) for path in each.ours],
        "disk_needed": each.disk_needed,
        "disk_free": each.disk_free,
    }  # fmt: skip


def print_plan(out: Out, plan: Plan, subject: str = "", *, act: str = "", samples: bool = False) -> None:
    """`act` where it is another than the plan's mode."""
    if subject:
        out.line(f"subject {subject}, {act or plan.terms.mode.value}")
    for each in plan.stores:
        _print_store(out, each, samples=samples)
    out.line(f"plan {plan.hash[:16]}")


def _print_store(out: Out, each: StorePlan, *, samples: bool) -> None:
    out.line(out.bold(one_line(store_name(each.path))))
    columns = [Column("found"), Column("traces", right=True), Column("spans", right=True),
               Column("rows", right=True), Column("where", least=20, paint=out.dim)]  # fmt: skip
    rows = [
        [c.name, _count(c.traces), _count(c.spans), _count(c.rows), ", ".join(c.where)] for c in each.classes
    ]
    for line in table(out, columns, rows, within=True):
        out.line(f"  {line}")
    for reason, count in each.reasons.items():
        out.line(f"  {one_line(reason)}: {count:,} traces")
    if samples:
        for found in each.classes:
            for text in found.samples:
                out.line(out.dim(f"    {found.name}: {one_line(text)}"))
    facts = [
        ("goes" if each.goes else "changes", counts_text(each.counts) or "nothing"),
        ("replaced in", f"{each.replaced:,} places" if each.replaced else ""),
        ("oldest", moment(each.oldest) if each.oldest is not None else ""),
        ("newest", moment(each.newest) if each.newest is not None else ""),
        ("undecryptable", f"{each.unknown:,}: unknown, not zero" if each.unknown else ""),
        ("holds", "; ".join(each.holds) or "none in the way"),
        ("disk", f"needs {size(each.disk_needed)}, {size(each.disk_free)} free"),
        ("ours", ours.sentence(each.ours)),
    ]
    for name, text in facts:
        if text:
            out.line(f"  {out.dim(f'{name:<14}')}{one_line(text)}")
    for text in each.refusals:
        out.line(f"  {out.red('in the way')}    {one_line(text)}")
    for text in each.uncovered:
        out.line(f"  {out.dim('not covered   ')}{one_line(text)}")


def _count(n: int) -> str:
    return f"{n:,}" if n else ""


def job_json(job: Job) -> dict[str, Json]:
    return {
        "op": job.id,
        "kind": job.kind.value,
        "state": job.state.value,
        "created": rfc3339(job.created),
        "subject": job.mark[:8],
        "request": job.request,
        "mode": job.terms.mode.value,
        "stores": [
            {"store": store_name(each.path), "op": each.op_id, "state": each.state.value, "error": each.error,
             "counts": dict(each.counts), "certificate": each.certificate}
            for each in job.stores
        ],
    }  # fmt: skip


def print_job(out: Out, job: Job) -> None:
    who = f", subject #{job.mark[:8]}" if job.mark else ""
    out.line(f"{out.bold(job.id)}  {job.kind.value}{who}: {_state(out, job.state)}")
    for each in job.stores:
        done = counts_text(each.counts)
        out.line(
            f"  {one_line(store_name(each.path))}: {_state(out, each.state)}{f', {done}' if done else ''}"
        )
        if each.error:
            out.line(f"    {one_line(each.error)}")
        if each.certificate:
            out.line(f"    {out.dim('certificate')} {one_line(each.certificate)}")


def _state(out: Out, state: JobState) -> str:
    return out.red(state.value) if state in (JobState.FAILED, JobState.PARTIAL) else state.value


def request_json(request: Request, now: int) -> dict[str, Json]:
    return {
        "id": request.id,
        "state": request.state.value,
        "subject": request.mark[:8],
        "stores": [store_name(each) for each in request.stores],
        "request": request.ref,
        "basis": request.basis,
        "reason": request.reason,
        "by": request.by,
        "created": rfc3339(request.created),
        "due": rfc3339(request.due),
        "overdue": request.overdue(now),
        "approved_by": list(request.approved_by),
        "note": request.note,
    }


def print_requests(out: Out, requests: Sequence[Request], now: int) -> None:
    columns = [Column("id"), Column("state"), Column("subject"), Column("due"), Column("by"),
               Column("request", least=10), Column("approved by", least=8)]  # fmt: skip
    rows = [
        [r.id, r.state.value, f"#{r.mark[:8]}", f"{moment(r.due)}{' overdue' if r.overdue(now) else ''}", r.by,
         r.ref, ", ".join(r.approved_by)]
        for r in requests
    ]  # fmt: skip
    for line in table(out, columns, rows):
        out.line(line)
