"""Requests: asked for by one, allowed by another, due within a time. They hold a mark of what is asked for
alone, of a person or of an export; whoever executes types it again."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from inspector.audit.record import Entry, Resource
from inspector.errors import Denied, HeldBack, NotFound
from inspector.lifecycle import sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from inspector.audit.log import AuditLog
    from inspector.lifecycle.sealed import Json, Object


@dataclass(frozen=True, slots=True)
class Book:
    """One kind of request: the file that keeps them, what their audit actions begin with, and words for errors."""

    file: str
    action: str
    listed: str
    approver: str


ERASURES: Final = Book("requests", "erasure", "inspector erase list", "inspector erase approve")
EXPORTS: Final = Book("exports", "report", "inspector export --requests", "inspector export --approve")


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
    rows: int = 0
    """Of an export: how many spans may be in it."""

    def overdue(self, now: int) -> bool:
        return now > self.due and self.state in (RequestState.WAITING, RequestState.APPROVED)


def path(book: Book = ERASURES) -> Path:
    return sealed.folder("lifecycle") / book.file


def all_requests(book: Book = ERASURES) -> list[Request]:
    """The oldest first."""
    return [_request(each) for each in sealed.objects(sealed.read(path(book)) or {}, "requests")]


def one(id: str, book: Book = ERASURES) -> Request:
    """By our id or the person's reference. Raises NotFound."""
    for request in all_requests(book):
        if id and id in (request.id, request.ref):
            return request
    raise NotFound("There is no such request.", f"{book.listed} shows them.")


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
    rows: int = 0,
    book: Book = ERASURES,
) -> Request:
    made = Request(
        secrets.token_hex(4), mark, tuple(stores), ref, basis, reason, by, now, now + due, rows=rows
    )
    log.event(_entry(book, "requested", made, reason))
    _save(book, [*all_requests(book), made])
    return made


def approve(log: AuditLog, request: Request, by: str, book: Book = ERASURES) -> Request:
    """Raises Denied where somebody would allow their own request."""
    _waits(request)
    if by == request.by:
        log.denied(f"{book.action}.approved", "the request is one's own", Resource("request", request.mark))
        raise Denied("Somebody else must approve it: you made this request.", "Ask an admin.")
    changed = replace(
        request, state=RequestState.APPROVED, approved_by=tuple(dict.fromkeys((*request.approved_by, by)))
    )
    log.event(_entry(book, "approved", changed, ""))
    return _put(book, changed)


def reject(log: AuditLog, request: Request, reason: str, book: Book = ERASURES) -> Request:
    _waits(request)
    changed = replace(request, state=RequestState.REJECTED, note=reason)
    log.event(_entry(book, "rejected", changed, reason))
    return _put(book, changed)


def done(request: Request, book: Book = ERASURES) -> Request:
    return _put(book, replace(request, state=RequestState.DONE))


@contextmanager
def spent(request: Request, book: Book) -> Iterator[None]:
    """An approval that what follows uses up; where that fails it stays."""
    done(request, book)
    try:
        yield
    except BaseException:
        _put(book, request)
        raise


def granted(mark: str, id: str, rows: int, now: int) -> Request:
    """The approved request under which this very export may be made. Raises NotFound or HeldBack."""
    found = one(id, EXPORTS)
    if found.mark != mark:
        raise HeldBack("That request is for another export.", "Type it as it was asked for, or ask again.")
    if found.state is not RequestState.APPROVED:
        raise HeldBack(
            f"The request {found.id} is {found.state.value}.",
            f"Somebody who may: {EXPORTS.approver} {found.id}.",
        )
    if found.overdue(now):
        raise HeldBack(f"The request {found.id} has run out.", "Ask again.")
    if rows > found.rows:
        raise HeldBack(f"There are {rows:,} spans now; {found.rows:,} were approved.", "Ask again.")
    return found


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


def _entry(book: Book, what: str, request: Request, reason: str) -> Entry:
    where = Resource("request", request.mark)
    subjects = (request.mark,) if book is ERASURES else ()
    return Entry(
        f"{book.action}.{what}",
        where,
        op_id=request.id,
        reason=reason,
        request=request.ref if book is ERASURES else request.id,
        subjects=subjects,
        counts={"rows": request.rows} if request.rows else {},
    )


def _put(book: Book, changed: Request) -> Request:
    _save(book, [changed if each.id == changed.id else each for each in all_requests(book)])
    return changed


def _save(book: Book, requests: Iterable[Request]) -> None:
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
            "rows": r.rows,
        }
        for r in requests
    ]
    sealed.write(path(book), {"requests": rows})


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
        rows=sealed.number(value, "rows"),
    )
