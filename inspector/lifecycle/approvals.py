"""Requests for erasure: asked for by one, allowed by another, due within a time. They hold the person's mark
alone; whoever executes types the id again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from inspector.audit.record import Entry, Resource
from inspector.errors import Denied, HeldBack, NotFound
from inspector.lifecycle import sealed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from inspector.audit.log import AuditLog
    from inspector.lifecycle.sealed import Json, Object

_FILE: Final = "requests"


class RequestState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Request:
    """Times are ns since the epoch. `ref` is the person's own reference, `id` is ours."""

    id: str
    mark: str
    stores: tuple[str, ...]
    ref: str
    basis: str
    reason: str
    by: str
    created: int
    due: int
    state: RequestState = RequestState.WAITING
    approved_by: tuple[str, ...] = ()
    note: str = ""

    def overdue(self, now: int) -> bool:
        return now > self.due and self.state in (RequestState.WAITING, RequestState.APPROVED)


def path() -> Path:
    return sealed.folder("lifecycle") / _FILE


def all_requests() -> list[Request]:
    """The oldest first."""
    return [_request(each) for each in sealed.objects(sealed.read(path()) or {}, "requests")]


def one(id: str) -> Request:
    """By our id or the person's reference. Raises NotFound."""
    for request in all_requests():
        if id and id in (request.id, request.ref):
            return request
    raise NotFound("There is no such request.", "inspector erase list shows them.")


def ask(
    log: AuditLog,
    mark: str,
    stores: Iterable[str],
    *,
    ref: str,
    basis: str,
    reason: str,
    by: str,
    now: int,
    due: int,
) -> Request:
    made = Request(secrets.token_hex(4), mark, tuple(stores), ref, basis, reason, by, now, now + due)
    log.event(_entry("erasure.requested", made, reason))
    _save([*all_requests(), made])
    return made


def approve(log: AuditLog, request: Request, by: str) -> Request:
    """Raises Denied where somebody would allow their own request."""
    _waits(request)
    if by == request.by:
        log.denied("erasure.approved", "the request is one's own", Resource("request", request.mark))
        raise Denied("Somebody else must approve it: you made this request.", "Ask an admin.")
    changed = replace(
        request, state=RequestState.APPROVED, approved_by=tuple(dict.fromkeys((*request.approved_by, by)))
    )
    log.event(_entry("erasure.approved", changed, ""))
    return _put(changed)


def reject(log: AuditLog, request: Request, reason: str) -> Request:
    _waits(request)
    changed = replace(request, state=RequestState.REJECTED, note=reason)
    log.event(_entry("erasure.rejected", changed, reason))
    return _put(changed)


def done(request: Request) -> Request:
    return _put(replace(request, state=RequestState.DONE))


def check(mark: str, ref: str, people: int) -> Request | None:
    """The request under which a person may be erased where it takes more than one. Raises HeldBack."""
    found = next((r for r in all_requests() if ref and ref in (r.id, r.ref) and r.mark == mark), None)
    if people < 2:
        return found
    if found is None:
        raise HeldBack(
            "An erasure needs a request that somebody else has approved.",
            "inspector erase request makes one; run it then with --request ID.",
        )
    if found.state is not RequestState.APPROVED or len(found.approved_by) + 1 < people:
        raise HeldBack(
            f"The request {found.id} is {found.state.value}: it needs {people - 1} other people to approve it.",
            f"An admin may: inspector erase approve {found.id}.",
        )
    return found


def _waits(request: Request) -> None:
    if request.state in (RequestState.REJECTED, RequestState.DONE):
        raise HeldBack(f"The request {request.id} is {request.state.value}.", "Make a new one.")


def _entry(action: str, request: Request, reason: str) -> Entry:
    where = Resource("request", request.mark)
    return Entry(
        action, where, op_id=request.id, reason=reason, request=request.ref, subjects=(request.mark,)
    )


def _put(changed: Request) -> Request:
    _save([changed if each.id == changed.id else each for each in all_requests()])
    return changed


def _save(requests: Iterable[Request]) -> None:
    rows: list[Json] = [
        {
            "id": r.id,
            "mark": r.mark,
            "stores": list(r.stores),
            "ref": r.ref,
            "basis": r.basis,
            "reason": r.reason,
            "by": r.by,
            "created": r.created,
            "due": r.due,
            "state": r.state.value,
            "approved_by": list(r.approved_by),
            "note": r.note,
        }
        for r in requests
    ]
    sealed.write(path(), {"requests": rows})


def _request(value: Object) -> Request:
    return Request(
        id=sealed.text(value, "id"),
        mark=sealed.text(value, "mark"),
        stores=sealed.texts(value, "stores"),
        ref=sealed.text(value, "ref"),
        basis=sealed.text(value, "basis"),
        reason=sealed.text(value, "reason"),
        by=sealed.text(value, "by"),
        created=sealed.number(value, "created"),
        due=sealed.number(value, "due"),
        state=RequestState(sealed.text(value, "state")),
        approved_by=sealed.texts(value, "approved_by"),
        note=sealed.text(value, "note"),
    )
