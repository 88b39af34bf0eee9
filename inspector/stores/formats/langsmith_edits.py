"""How LangSmith runs are edited: single runs, batches, runs nested in runs, feedback.

`dotted_order` names all ancestors: those that go are taken out of it. Runs that only hold others repeat the
tokens and cost of the model calls below them: they lose what those do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.model import Kind
from inspector.stores.edits import Unit
from inspector.stores.formats.kinds import kind_of
from inspector.stores.formats.langsmith_ids import FEEDBACK, RUN_SETS, is_body, is_patch, trace_id_of
from inspector.stores.formats.parts import Change, FormatEdits, Gone, Part, numbers, reduced
from inspector.stores.formats.shape import objects_at, text_at
from inspector.stores.formats.values import float_of

if TYPE_CHECKING:
    from inspector.stores.formats.base import Object, Record
    from inspector.stores.formats.parts import Path

_SUMS: Final = ("prompt_tokens", "completion_tokens", "total_tokens", "prompt_cost", "completion_cost",
                "total_cost")  # fmt: skip


def _parts(record: Record) -> list[Part]:
    value = record.value
    if is_body(value):
        found: list[Part] = []
        for key in ("post", "patch"):
            for index, run in objects_at(value, key):
                found += _runs(run, (key, index), "patch" if key == "patch" else "span")
        return found
    if "run_type" not in value and value.keys() >= FEEDBACK:
        about = text_at(value, "run_id") or ""
        return [Part((), Unit.RECORD, text_at(value, "trace_id") or "", about, "feedback")]
    if "run_type" not in value and not any(value.keys() >= wanted for wanted in RUN_SETS):
        return []
    return _runs(value, (), "patch" if is_patch(value) else "span")


def _runs(run: Object, path: Path, label: str) -> list[Part]:
    """A run and those nested in it, holders first."""
    found: list[Part] = []
    stack: list[tuple[Object, Path, str | None]] = [(run, path, None)]
    while stack:
        run, path, parent = stack.pop()
        own = text_at(run, "id") or ""
        above = text_at(run, "parent_run_id") or parent
        found.append(Part(path, Unit.SPAN, trace_id_of(run), own, label, above, usage=_usage(run)))
        items = [(child, (*path, "child_runs", index), own) for index, child in objects_at(run, "child_runs")]
        stack.extend(reversed(items))
    return found


def _is_call(run: Object) -> bool:
    return kind_of(text_at(run, "run_type") or "") in (Kind.LLM, Kind.EMBEDDING)


def _usage(run: Object) -> dict[str, float]:
    return numbers(**{key: float_of(run.get(key)) for key in _SUMS}) if _is_call(run) else {}


def _mended(value: Object, part: Part, gone: Gone) -> list[Change]:
    changes: list[Change] = []
    if part.unit is not Unit.SPAN:
        return changes
    above = text_at(value, "parent_run_id")
    if above is not None and gone.span(part.trace_id, above):
        changes.append((("parent_run_id",), gone.heir(part.trace_id, above)))
    if order := text_at(value, "dotted_order"):
        first, *rest = order.split(".")
        # Where nothing else names the trace, the first part does.
        keep_first = text_at(value, "trace_id") is None
        stays = [
            step
            for number, step in enumerate((first, *rest))
            if (number == 0 and keep_first) or not gone.span(part.trace_id, step.partition("Z")[2])
        ]
        if len(stays) <= len(rest):
            changes.append((("dotted_order",), ".".join(stays)))
    if not _is_call(value) and (lost := gone.lost(part.trace_id, part.span_id)):
        changes += reduced(value, lost, {key: key for key in _SUMS})
    return changes


EDITS: Final = FormatEdits(_parts, _mended, loose=True, nested="child_runs")
