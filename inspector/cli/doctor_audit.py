"""The checklist's lines about the audit log, keys, reviews, the clock, and what we keep ourselves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from inspector.cli.auditing import KEY, PUBLIC
from inspector.cli.doctor import Line, Ward, fail, good, warn
from inspector.errors import AuditError

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.audit.reading import Record

_DAY = 86_400


def writable(ward: Ward) -> Line:
    """By writing: that the log was examined is worth a record."""
    from inspector.audit.record import Entry

    try:
        ward.auditing.log.event(Entry("audit.verified"))
    except AuditError as error:
        return fail("audit", f"{error.what}; nothing can be revealed, exported or erased", error.fix)
    return good("audit", f"written, #{ward.auditing.log.last_seq}, in {ward.auditing.log.folder}")


def signed(ward: Ward) -> Line:
    from inspector.keys.states import FIX, KeyState

    try:
        ward.auditing.log.checkpoint()
    except AuditError as error:
        return fail("audit signed", error.what, error.fix)
    state = ward.auditing.signing.state
    if state == "signed":
        return good("audit signed", "by a key in the keyring")
    name = state.removeprefix("unsigned: ")
    fix = FIX[KeyState(name)] if name in set(KeyState) else ""
    return warn("audit signed", state, fix)


def anchored(ward: Ward) -> Line:
    from inspector.audit.anchors import Strength

    best = ward.auditing.anchor
    if ward.auditing.log.anchor_problem:
        return fail("audit anchored", ward.auditing.log.anchor_problem, "Mend it, or name another anchor.")
    if best is None:
        return warn(
            "audit anchored",
            "no head is kept out of reach, so who has the key could rewrite the log",
            "Add [[audit.anchors]] to inspector.toml; journald is the simplest.",
        )
    if best.strength is Strength.KEYRING:
        return warn("audit anchored", "in the keyring alone", "Add one that another user owns, as journald.")
    return good("audit anchored", f"by {best.name}")


def verified(ward: Ward) -> Line:
    from inspector.audit.anchors import read_back
    from inspector.audit.verify import Trust, verify
    from inspector.cli.commands.audit import trust_of

    log = ward.auditing.log
    trust, _ = trust_of(ward.auditing, ())
    assert isinstance(trust, Trust)
    report = verify(log.folder, trust, anchored=read_back(ward.auditing.anchors))
    if report.bad is not None:
        where = f"{report.bad.where}, line {report.bad.line}" if report.bad.line else report.bad.where
        return fail(
            "audit verified", f"{where}: {report.bad.kind.value}", "inspector audit verify says more."
        )
    if report.open_intents:
        return warn(
            "audit verified",
            f"{len(report.open_intents)} operations were begun and not ended",
            "inspector audit verify lists them; resume or close them.",
        )
    return good("audit verified", f"{report.size:,} records hold")


def keyring(ward: Ward) -> Line:
    from inspector.keys.os_keyring import OsKeyring
    from inspector.keys.states import FIX, WHAT, KeyState

    store = ward.auditing.signing.store
    if isinstance(store, OsKeyring) and store.warning:
        return fail("keyring", store.warning, "Take [keys] backend out of inspector.toml.")
    state = store.state()
    if state is KeyState.READY:
        return good("keyring", WHAT[state])
    if state is KeyState.REFUSED_BACKEND:
        return fail("keyring", WHAT[state], FIX[state])
    return warn("keyring", f"{WHAT[state]} ({state.value})", FIX[state])


def key_age(ward: Ward) -> Line:
    rotation = (ward.config.duration("keys.rotation") or 90 * _DAY * 10**9) // 10**9 // _DAY
    public = ward.auditing.log.folder / PUBLIC
    if not public.exists():
        return warn("key age", "there is no signing key yet", "Unlock a keyring; the key is made by itself.")
    days = int((time.time() - public.stat().st_mtime) / _DAY)
    if days > rotation:
        return warn(
            "key age",
            f"the key that signs the log is {days} days old, {rotation} are the limit",
            f"Rotate {KEY}.",
        )
    return good("key age", f"{days} days, of {rotation}")


def reviews(ward: Ward) -> Line:
    """A review leaves a record: rules are tried or changed, access is reported on."""
    access = _days_since(ward, "action:audit.exported phase:outcome", lambda r: _to(r) == "report")
    rules = _days_since(ward, "action:policy.changed OR action:config.changed", lambda r: True)
    due = [
        f"{name} ({'never' if days is None else f'{days} days ago'})"
        for name, days, most in (("access, each quarter", access, 92), ("rules, each month", rules, 31))
        if days is None or days > most
    ]
    if due:
        return warn("reviews", f"due: {', '.join(due)}", "inspector audit report; inspector policy test.")
    return good("reviews", "access and rules were reviewed in time")


def _to(record: Record) -> object:
    state = record.get("new_state")
    return state.get("to") if isinstance(state, dict) else None


def _days_since(ward: Ward, query: str, test: Callable[[Record], bool]) -> int | None:
    from inspector.audit.reading import asked, moment, newest_first

    matches = asked(query)
    for record in newest_first(ward.auditing.log.folder):
        if matches(record) and test(record):
            then = moment(record)
            return None if then is None else int((time.time_ns() - then) / 1e9 / _DAY)
    return None


def clock(ward: Ward) -> Line:
    from inspector.audit.reading import moment, newest_first

    newest = next(iter(newest_first(ward.auditing.log.folder)), None)
    then = None if newest is None else moment(newest)
    # Signed checkpoints and retention both believe the clock.
    ahead = 0 if then is None else (then - time.time_ns()) / 1e9
    if ahead > 300 or time.gmtime().tm_year < 2024:
        return fail("clock", "it is behind the newest audit record", "Set it: timedatectl set-ntp true")
    return good("clock", "not behind the audit log")


def ours(ward: Ward) -> Line:
    """Caches and exports that were derived from stores: whoever erases a person wants to know of them."""
    from inspector.paths import cache_folder, written

    caches = [p for p in cache_folder().rglob("*") if p.is_file()] if cache_folder().is_dir() else []
    exports = [place for kind, place, _ in written() if kind == "export" and place.is_file()]
    if not caches and not exports:
        return good("what we keep", "no cache and no export")
    age = int(max(time.time() - p.stat().st_mtime for p in (*caches, *exports)) / _DAY)
    size = sum(p.stat().st_size for p in caches)
    what = (
        f"{_some(len(caches), 'cache file')} ({size / 1e6:.1f} MB), {_some(len(exports), 'export')} of ours "
    )
    what += f"where written; the oldest is {_some(age, 'day')} old"
    fix = "inspector cache clear; delete exports that nobody needs"
    return warn("what we keep", what, fix) if age > 90 else good("what we keep", what)


def _some(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


CHECKS: list[Callable[[Ward], Line]] = [
    writable,
    signed,
    anchored,
    verified,
    keyring,
    key_age,
    reviews,
    clock,
    ours,
]
