"""What kind of LangSmith record an object is, and which trace it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.stores.formats.shape import text_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.stores.formats.base import Object

RUN_SETS: Final = (
    frozenset(("id", "run_type", "start_time", "inputs")),
    frozenset(("id", "run_type", "start_time", "dotted_order")),
    frozenset(("id", "trace_id", "dotted_order")),
)
FEEDBACK: Final = frozenset(("id", "run_id", "key", "score"))
BOTH: Final = frozenset(("post", "patch"))


def is_body(value: Object) -> bool:
    return not value.keys().isdisjoint(BOTH) and "run_type" not in value and "id" not in value


def is_patch(value: Object) -> bool:
    """A run that another record began: it has neither a type nor a beginning."""
    return "run_type" not in value and "start_time" not in value


def trace_id_of(value: Mapping[str, object]) -> str:
    """The root's id: stated, or the end of the first part of `dotted_order` (`<time>Z<id>.<time>Z<id>`)."""
    if (stated := text_at(value, "trace_id")) is not None:
        return stated
    first = (text_at(value, "dotted_order") or "").partition(".")[0]
    if root := first.partition("Z")[2]:
        return root
    return (text_at(value, "id") or "") if text_at(value, "parent_run_id") is None else ""
