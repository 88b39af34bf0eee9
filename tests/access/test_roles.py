"""Roles of a config: what they inherit, what limits them, and that a run can only make them stricter."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.access.limits import limit_of
from inspector.access.permissions import PERMISSIONS, ROLES, allowed
from inspector.access.roles import Roles, refusal, role_named, roles_of
from inspector.config import load
from inspector.errors import Denied, UsageError
from inspector.query import parse

SUPPORT = """
[roles.support]
inherit = "analyst"
permissions = ["pii:reveal"]
limit = "environment:production"
services = ["checkout", "search*", "payments"]
export_rows = 50
purposes = ["ticket"]
session.idle = "1m"
[teams]
payments = ["billing", "ledger"]
"""


def roles(tmp_path: Path, installed: str = "", given: str = "") -> Roles:
    folder = tmp_path / "config"
    folder.mkdir(exist_ok=True)
    (folder / "inspector.toml").write_text(installed)
    extra = tmp_path / "given.toml"
    extra.write_text(given)
    return roles_of(load(folder, extra if given else None, environ={}, system=tmp_path / "none"))


def test_the_shipped_roles_are_the_matrix(tmp_path: Path) -> None:
    found = roles(tmp_path)
    assert list(found) == list(ROLES)
    for name, role in found.items():
        assert {p for p in PERMISSIONS if role.may(p)} == {p for p in PERMISSIONS if allowed(name, p)}
        assert not role.limited


def test_a_role_inherits_and_adds(tmp_path: Path) -> None:
    found = roles(tmp_path, SUPPORT)
    support, analyst = found["support"], found["analyst"]
    assert support.permissions == analyst.permissions | {"pii:reveal"}
    assert support.services == (("checkout", "search*", "billing", "ledger"),)
    assert (support.export_rows, support.purposes, support.teams) == (50, ("ticket",), ("payments",))
    assert support.idle == 60 * 10**9
    assert support.absolute == 8 * 3600 * 10**9
    assert support.limits == ("environment:production",)


def test_limits_are_inherited(tmp_path: Path) -> None:
    text = SUPPORT + '[roles.night]\ninherit = "support"\nlimit = "status:error"\n'
    night = roles(tmp_path, text)["night"]
    assert night.limits == ("environment:production", "status:error")
    assert night.services == (("checkout", "search*", "billing", "ledger"),)


def test_admin_and_auditor_bypass_teams_but_not_their_own_limit(tmp_path: Path) -> None:
    text = (
        '[roles.admin]\nservices = ["checkout"]\nlimit = "status:error"\n[roles.chief]\ninherit = "admin"\n'
    )
    found = roles(tmp_path, text)
    assert found["admin"].services == found["chief"].services == ()
    assert found["admin"].limits == found["chief"].limits == ("status:error",)
    assert found["admin"].may("keys:manage")


def test_kinds_are_kept_from_roles_that_are_not_named(tmp_path: Path) -> None:
    text = '[access.kinds]\nsimulation = ["admin", "analyst"]\n' + SUPPORT
    found = roles(tmp_path, text)
    assert found["viewer"].hidden_kinds == {"simulation"}
    assert not found["analyst"].hidden_kinds
    assert not found["support"].hidden_kinds  # inherits from analyst


def test_a_whole_area_of_permissions(tmp_path: Path) -> None:
    found = roles(tmp_path, '[roles.unlocker]\npermissions = ["fields:unlock:*"]\n')["unlocker"]
    assert found.permissions == {p for p in PERMISSIONS if p.startswith("fields:unlock:")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[roles.a]\ninherit = "b"\n[roles.b]\ninherit = "a"\n', "itself"),
        ('[roles.a]\ninherit = "nobody"\n', "names no role"),
        ('[roles.a]\npermissions = ["fields:unlok"]\n', "no permission"),
    ],
)
def test_mistakes_are_said(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        roles(tmp_path, text)


def test_a_limit_that_is_no_query_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="limit of the role a"):
        limit_of(roles(tmp_path, '[roles.a]\nlimit = "kind:("\n')["a"])


def test_what_was_given_for_a_run_can_only_be_stricter(tmp_path: Path) -> None:
    given = """
[roles.viewer]
permissions = ["traces:read", "pii:reveal"]
[roles.support]
inherit = "admin"
export_rows = 1000000
limit = "status:ok"
session.idle = "9h"
[roles.mine]
inherit = "admin"
"""
    found = roles(tmp_path, SUPPORT, given)
    assert found["viewer"].permissions == {"traces:read"}
    assert found["mine"].permissions == found["viewer"].permissions | {"traces:search", "reports:export"}
    support = found["support"]
    assert support.permissions == roles(tmp_path, SUPPORT)["support"].permissions
    assert (support.export_rows, support.idle) == (50, 60 * 10**9)
    assert support.limits == ("environment:production", "status:ok")
    assert support.services


def test_unknown_roles_are_refused_without_their_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        role_named(roles(tmp_path), "zofia")
    assert "zofia" not in caught.value.what + caught.value.fix
    with pytest.raises(UsageError, match="no role") as near:
        role_named(roles(tmp_path), "oprator")
    assert "operator" in near.value.fix


def test_a_refusal_names_who_may(tmp_path: Path) -> None:
    found = roles(tmp_path, SUPPORT)
    assert "support or operator" in refusal(found["viewer"], "pii:reveal", found).fix.replace(
        "operator or admin or support", "support or operator"
    )


def test_a_service_of_another_team_is_denied_and_ones_own_is_not(tmp_path: Path) -> None:
    limit = limit_of(roles(tmp_path, SUPPORT)["support"])
    assert limit is not None
    for query in ("service:checkout", "service:SEARCH-2", "service:ledger status:error", "-service:hr", "x"):
        limit.permits(parse(query))
    for query in ("service:hr", "span(service:hr)", "x OR service:checkout,hr"):
        with pytest.raises(Denied):
            limit.permits(parse(query))
