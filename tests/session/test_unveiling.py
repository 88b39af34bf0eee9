"""Opening hidden values: what a role may, for a while, in one place, and in the audit before."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from inspector.access.envelope import Where
from inspector.access.identity import Identity
from inspector.access.roles import Role
from inspector.access.sealing import SealingKeys
from inspector.audit.log import AuditLog
from inspector.audit.reading import Record, oldest_first, text
from inspector.audit.record import Actor
from inspector.errors import AuditError, Denied, NotFound, UsageError
from inspector.intent import announced
from inspector.model import Event
from inspector.redaction import DEFAULT, Redactor
from inspector.session import Session
from inspector.session.audited import AuditedView
from inspector.session.trail import Trail
from inspector.session.unveiling import Unveiling
from inspector.view import Badge, ShownMap, ShownSpan, ShownText, State, TraceKey, Unveils
from tests.access.test_custody import Scene
from tests.session.fakes import FakeStore, span

INTENT = announced("op", 1)
MAIL = "zofia.canary@nordhaven.example"
CARD = "4111 1111 1111 1111"
KEY = TraceKey(0, 0)


class Desk:
    """A session of one role over a span with redacted and sealed values."""

    def __init__(self, folder: Path, role: str, **changes: object) -> None:
        self.scene = Scene(folder)
        if role not in ("viewer", "analyst", "admin"):
            self.scene.custody.grant(self.scene.roles[role])
        self.time = 0.0
        chosen: Role = replace(self.scene.roles[role], **changes)  # type: ignore[arg-type]
        self.identity = Identity(chosen, self.scene.roles, True)
        self.log = AuditLog(folder / "audit", Actor(role, False), bytes(32))
        made = self.scene.unlocker(role)
        made.identity = self.identity
        self.unveiling = Unveiling(self.identity, lambda: made, lambda: self.time)
        self.store = FakeStore([self._span()])
        self.session = Session(
            [self.store], Redactor(DEFAULT), Badge(role, proved=True), unveiling=self.unveiling
        )
        self.session.scan(lambda progress: None, lambda: False)
        self.view = AuditedView(self.session, lambda: Trail(self.log, lambda: "unsigned"), delay=60)

    def sealed(self, value: object, key: str, level: str) -> dict[str, object]:
        dek = next(iter(self.scene.vault.level_keys(level)))
        keys = SealingKeys(
            self.scene.vault.id, {level: (bytes.fromhex(dek.dek_id), self.scene.custody.level_secret(dek))}
        )
        where = Where("t1", "a", key)
        return keys.seal(value, where, type="address", level=level)  # type: ignore[arg-type,return-value]

    def _span(self) -> object:
        return span(
            attributes={
                "user.email": MAIL,
                "note": f"write to {MAIL}, card {CARD}",
                "password": "hunter2-canary",
                "home": self.sealed("12 Canary Lane", "home", "confidential"),
                "secret": self.sealed({"iban": "canary"}, "secret", "restricted"),
                "nested": {"inner": self.sealed("deep canary", "nested.inner", "confidential")},
                "moved": self.sealed("moved canary", "elsewhere", "confidential"),
            },
            events=(Event("sent", 5, span(attributes={"to.email": MAIL}).attributes),),
            raw={"user.email": MAIL},
        )

    def shown(self) -> ShownSpan:
        return self.view.span(KEY, 0)

    def states(self) -> dict[str, State]:
        return {str(a.key): _state(a.value) for a in self.shown().attributes}

    def records(self, action: str) -> list[Record]:
        return [r for r in oldest_first(self.log.folder) if text(r, "action") == action]


def _state(value: object) -> State:
    if isinstance(value, ShownMap):
        return _state(value.pairs[0][1])
    assert isinstance(value, ShownText)
    worst = [s.state for s in value.segments if s.state is not State.PLAIN]
    return worst[0] if worst else State.PLAIN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def everything(desk: Desk) -> str:
    return repr(desk.shown()) + repr(desk.session.trace(KEY)) + repr(desk.view.summaries())


def test_nothing_is_open_at_first(folder: Path) -> None:
    desk = Desk(folder, "operator")
    assert isinstance(desk.view, Unveils)
    assert "canary" not in everything(desk).replace("elsewhere", "")
    assert desk.view.unlocked().values == 0
    assert desk.states() == {
        "user.email": State.REDACTED, "note": State.REDACTED, "password": State.REDACTED, "home": State.LOCKED,
        "secret": State.LOCKED, "nested": State.LOCKED, "moved": State.LOCKED,
    }  # fmt: skip
    home = next(a.value for a in desk.shown().attributes if str(a.key) == "home")
    assert isinstance(home, ShownText)
    assert (str(home), home.segments[0].level) == ("[ENCRYPTED]", "confidential")
    assert home.segments[0].note == "needs role admin or operator"


def test_a_span_opens_as_far_as_the_role_may(folder: Path) -> None:
    desk = Desk(folder, "operator")
    state = desk.view.reveal(KEY, 0, "", "ticket SUP-2210")
    assert state.reason == "ticket SUP-2210"
    assert desk.states() == {
        "user.email": State.REVEALED, "note": State.REVEALED, "password": State.REDACTED, "home": State.REVEALED,
        "secret": State.LOCKED, "nested": State.REVEALED, "moved": State.LOCKED,
    }  # fmt: skip
    shown = repr(desk.shown())
    assert MAIL in shown
    assert "12 Canary Lane" in shown
    assert "deep canary" in shown
    for hidden in (CARD, "hunter2", "moved canary", "iban"):
        assert hidden not in shown
    outcome = desk.records("field.unlock")[-1]
    assert (text(outcome, "outcome"), text(outcome, "reason")) == ("partial", "ticket SUP-2210")
    assert text(outcome, "classification") == "restricted"
    assert outcome["redacted"] is False if "redacted" in outcome else True
    assert "canary" not in str(desk.records("field.unlock"))


def test_an_admin_opens_all_but_what_was_moved(folder: Path) -> None:
    desk = Desk(folder, "admin")
    desk.view.reveal(KEY, 0, "", "audit")
    shown = repr(desk.shown())
    for value in (MAIL, CARD, "hunter2-canary", "12 Canary Lane", "iban"):
        assert value in shown
    assert "moved canary" not in shown


def test_one_field_opens_alone(folder: Path) -> None:
    desk = Desk(folder, "operator")
    assert desk.view.reveal(KEY, 0, "user.email", "x").values == 1
    assert [k for k, s in desk.states().items() if s is State.REVEALED] == ["user.email"]
    assert text(desk.records("pii.reveal")[-1], "outcome") == "success"
    assert desk.records("pii.reveal")[-1]["fields"] == ["user.email"]
    desk.view.reveal(KEY, 0, "nested.inner", "y")
    assert [k for k, s in desk.states().items() if s is State.REVEALED] == ["user.email", "nested"]
    assert MAIL not in str(desk.shown().raw)
    assert len(desk.view.unlocked().records) == 2
    with pytest.raises(NotFound):
        desk.view.reveal(KEY, 0, "user.phone", "z")


def test_what_a_role_may_not_see_is_refused_and_recorded(folder: Path) -> None:
    desk = Desk(folder, "operator")
    for path in ("password", "secret"):
        with pytest.raises(Denied):
            desk.view.reveal(KEY, 0, path, "curious")
    for role in ("viewer", "developer"):
        (folder / role).mkdir()
        other = Desk(folder / role, role)
        with pytest.raises(Denied):
            other.view.reveal(KEY, 0, "", "curious")
        denied = other.records("access.denied")
        assert [text(r, "reason") for r in denied] == ["curious"]
        assert not other.records("pii.reveal")
        assert "canary" not in everything(other)
    assert [text(r, "new_state", "action") for r in desk.records("access.denied")] == [
        "fields:unlock:restricted"
    ] * 2
    assert desk.view.unlocked().values == 0


def test_a_value_that_was_moved_is_refused(folder: Path) -> None:
    desk = Desk(folder, "admin")
    from inspector.access.envelope import EnvelopeError

    with pytest.raises(EnvelopeError, match="moved"):
        desk.view.reveal(KEY, 0, "moved", "x")
    assert text(desk.records("field.unlock")[-1], "outcome") == "failure"


def test_reason_and_purpose_are_asked(folder: Path) -> None:
    desk = Desk(folder, "operator", purposes=("ticket", "audit"))
    assert desk.view.purposes() == ("ticket", "audit")
    for reason, purpose in (("", "ticket"), ("  ", "ticket"), ("x", ""), ("x", "fun")):
        with pytest.raises(UsageError):
            desk.view.reveal(KEY, 0, "user.email", reason, purpose)
    assert not desk.records("pii.reveal")
    desk.view.reveal(KEY, 0, "user.email", f"asked by {MAIL}", "ticket")
    last = desk.records("pii.reveal")[-1]
    assert text(last, "purpose") == "ticket"
    assert MAIL not in text(last, "reason")
    assert MAIL not in desk.view.unlocked().reason


def test_it_closes_by_itself_and_at_once(folder: Path) -> None:
    desk = Desk(folder, "operator", idle=60 * 10**9)
    before = everything(desk)
    desk.view.reveal(KEY, 0, "", "x")
    desk.time = 59.9
    assert MAIL in repr(desk.shown())
    desk.time = 60
    assert everything(desk) == before
    assert desk.view.unlocked().values == 0
    assert not desk.scene.unlocker("operator").unlocked
    desk.view.reveal(KEY, 0, "", "x")
    desk.view.lock()
    assert everything(desk) == before


def test_a_session_ends(folder: Path) -> None:
    desk = Desk(folder, "operator", absolute=100 * 10**9)
    desk.time = 101
    with pytest.raises(Denied, match="ended"):
        desk.view.reveal(KEY, 0, "", "x")


def test_what_is_open_is_in_nothing_else(folder: Path) -> None:
    desk = Desk(folder, "admin")
    rows = [repr(r) for r in desk.view.rows().page(0, 5)]
    desk.view.reveal(KEY, 0, "", "x")
    for words in ("zofia.canary", "hunter2", "4111", "Canary", "iban"):
        assert list(desk.view.search(words, lambda: False)) == []
        assert desk.view.rows(words).count == 0
    assert [repr(r) for r in desk.view.rows().page(0, 5)] == rows
    assert desk.view.rows("has:locked").count == 1
    assert MAIL not in repr(desk.view.trace(KEY))


def test_what_cannot_be_recorded_is_not_opened(folder: Path) -> None:
    desk = Desk(folder, "operator")
    before = everything(desk)
    desk.log.refused = AuditError("The disk is full.", "Make room.")
    with pytest.raises(AuditError):
        desk.view.reveal(KEY, 0, "", "x")
    assert everything(desk) == before


def test_plaintext_is_copied_only_where_open_and_recorded(folder: Path) -> None:
    desk = Desk(folder, "operator")
    with pytest.raises(NotFound):
        desk.view.plaintext(KEY, 0, "user.email")
    desk.view.reveal(KEY, 0, "user.email", "x")
    assert desk.view.plaintext(KEY, 0, "user.email") == MAIL
    assert text(desk.records("clipboard.copy")[-1], "outcome") == "success"
    (folder / "a").mkdir()
    other = Desk(folder / "a", "analyst")
    with pytest.raises(Denied):
        other.view.plaintext(KEY, 0, "user.email")
    assert other.records("access.denied")


def test_a_role_that_is_revoked_meanwhile_opens_nothing(folder: Path) -> None:
    desk = Desk(folder, "operator")
    desk.view.reveal(KEY, 0, "home", "x")
    desk.view.lock()
    desk.scene.custody.revoke(INTENT, "operator")
    with pytest.raises(Denied):
        desk.view.reveal(KEY, 0, "home", "x")
