"""Exports above a role's row limit: by the permission, or by a request that somebody who has it has approved."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

from inspector.cli.auditing import require, user_of
from inspector.cli.table import Column, table
from inspector.errors import Denied, UsageError
from inspector.lifecycle.approvals import EXPORTS, RequestState, ask, granted, spent
from inspector.reports.units import moment, rfc3339

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from inspector.cli.auditing import Auditing
    from inspector.cli.exporting import Wish
    from inspector.cli.output import Out
    from inspector.lifecycle.approvals import Request
    from inspector.reports.chosen import Keys
    from inspector.reports.json import Json
    from inspector.session.audited import AuditedView

_DUE = 7 * 86_400 * 1_000_000_000
"""How long a request may wait and an approval be used."""


def demand_bulk(auditing: Auditing, view: AuditedView, keys: Keys, wish: Wish) -> Request | None:
    """The request that this export uses up, if it needs one. Raises Denied, HeldBack or NotFound."""
    if keys.spans <= auditing.identity.role.export_rows:
        return None
    if wish.request and not auditing.identity.may("reports:bulk"):
        return granted(_mark(auditing, view, wish), wish.request, keys.spans, time.time_ns())
    try:
        require(auditing, "reports:bulk")
    except Denied as refused:
        raise Denied(
            refused.what, f"{refused.fix} Or ask for an approval: the same with --ask --reason TEXT."
        ) from None
    return None


def using(request: Request | None) -> AbstractContextManager[None]:
    return nullcontext() if request is None else spent(request, EXPORTS)


def ask_for(
    auditing: Auditing, view: AuditedView, keys: Keys, wish: Wish, *, query: str, reason: str
) -> Request:
    """`query` and `reason` as they may be written. Raises UsageError where nothing has to be asked."""
    if keys.spans <= auditing.identity.role.export_rows or auditing.identity.may("reports:bulk"):
        raise UsageError("This export needs no approval.", "Leave out --ask.")
    if not reason:
        raise UsageError("A request needs a reason.", "Add --reason TEXT.")
    names = ", ".join(str(s.name).replace("\\", "/").rsplit("/", 1)[-1] for s in view.summaries())
    return ask(
        auditing.log,
        _mark(auditing, view, wish),
        [],
        ref=f"{wish.kind.name} of {names}" + (f": {query}" if query else ""),
        basis="",
        reason=reason,
        by=user_of(auditing),
        now=time.time_ns(),
        due=_DUE,
        rows=keys.spans,
        book=EXPORTS,
    )


def _mark(auditing: Auditing, view: AuditedView, wish: Wish) -> str:
    """Equal for the same export typed again, whatever its file is called."""
    paths = sorted(str(store.info.path.absolute()) for store in view.session.stores())
    what = (wish.kind.name, wish.selection, wish.minimise, wish.columns, wish.stable_tags, paths)
    return auditing.log.mark(repr(what))


def open_requests(requests: Sequence[Request]) -> list[Request]:
    return [r for r in requests if r.state in (RequestState.WAITING, RequestState.APPROVED)]


def request_json(request: Request) -> dict[str, Json]:
    return {
        "id": request.id,
        "state": request.state.value,
        "export": request.ref,
        "spans": request.rows,
        "reason": request.reason,
        "by": request.by,
        "created": rfc3339(request.created),
        "due": rfc3339(request.due),
        "approved_by": list(request.approved_by),
        "note": request.note,
    }


def print_requests(out: Out, requests: Sequence[Request]) -> None:
    columns = [Column("id"), Column("state"), Column("until"), Column("by"), Column("spans"),
               Column("export", least=10), Column("reason", least=10)]  # fmt: skip
    rows = [[r.id, r.state.value, moment(r.due), r.by, f"{r.rows:,}", r.ref, r.reason] for r in requests]
    for line in table(out, columns, rows):
        out.line(line)
