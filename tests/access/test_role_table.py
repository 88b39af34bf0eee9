"""The matrix of the manual, which is the contract's, against the one in force: cell by cell, in both directions."""

from __future__ import annotations

import re
from pathlib import Path

from inspector.access.permissions import PERMISSIONS, ROLES

MANUAL = Path(__file__).parents[2] / "docs" / "roles.md"


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def permissions_of(cell: str) -> list[str]:
    """`subjects:search`, `:export` is written for `subjects:export` too; `…:unlock:LEVEL` in full."""
    found: list[str] = []
    for name in re.findall(r"`([a-z:]+)`", cell):
        found.append(found[-1].partition(":")[0] + name if name.startswith(":") else name)
    return found


def written() -> tuple[list[str], dict[str, frozenset[str]]]:
    lines = [line for line in MANUAL.read_text().splitlines() if line.startswith("|")]
    head, rule, *rows = (cells(line) for line in lines)
    assert head[0] == "permission" and set("".join(rule)) == {"-"}
    table: dict[str, frozenset[str]] = {}
    for first, *marks in rows:
        marks += [""] * (len(head) - 1 - len(marks))
        assert set(marks) <= {"y", ""}, first
        may = frozenset(role for role, mark in zip(head[1:], marks, strict=True) if mark)
        for permission in permissions_of(first):
            assert permission not in table, permission
            table[permission] = may
    return head[1:], table


def test_the_manual_names_the_roles_in_their_order() -> None:
    assert written()[0] == list(ROLES)


def test_every_cell_is_in_force() -> None:
    assert written()[1] == PERMISSIONS
