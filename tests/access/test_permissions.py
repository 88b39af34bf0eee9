"""Every cell of the matrix, written out here as the contract has it."""

from __future__ import annotations

import pytest

from inspector.access.permissions import PERMISSIONS, ROLES, allowed, denial

TABLE = """
traces:read                 y y y y y y
traces:search               y y y y y y
reports:export              y y y y y -
policy:test                 - y y y y -
reports:bulk                - y y y y -
fields:unlock:internal      - - y y y -
erasure:propose             - - y y y -
retention:propose           - - y y y -
fields:unlock:confidential  - - - y y -
pii:reveal                  - - - y y -
clipboard:plaintext         - - - y y -
subjects:search             - - - y y -
subjects:export             - - - y y -
subjects:rectify            - - - y y -
erasure:execute             - - - y y -
erasure:resume              - - - y y -
retention:apply             - - - y y -
fields:seal                 - - - y y -
reports:push                - - - y y -
tags:stable                 - - - y y -
fields:unlock:restricted    - - - - y -
fields:unseal               - - - - y -
erasure:approve             - - - - y -
holds:manage                - - - - y -
keys:manage                 - - - - y -
roles:manage                - - - - y -
policy:weaken               - - - - y -
audit:prune                 - - - - y -
serve:start                 - - - - y -
audit:read                  - - - - y y
audit:verify                - - - - y y
audit:export                - - - - y y
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], role, cell == "y") for row in ROWS for role, cell in zip(ROLES, row[1:], strict=True)]


@pytest.mark.parametrize(("permission", "role", "may"), CELLS)
def test_a_cell(permission: str, role: str, may: bool) -> None:
    assert allowed(role, permission) is may


def test_no_row_is_missing() -> None:
    assert {row[0] for row in ROWS} == set(PERMISSIONS)


def test_unknown_roles_may_nothing_and_are_not_repeated() -> None:
    assert not any(allowed("root", permission) for permission in PERMISSIONS)
    assert "zofia" not in denial("zofia", "audit:read").what
    assert "admin or security_auditor" in denial("viewer", "audit:read").fix


def test_a_permission_that_nobody_defined_is_a_bug() -> None:
    with pytest.raises(KeyError):
        allowed("admin", "audit:rewrite")
