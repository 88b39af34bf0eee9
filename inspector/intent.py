"""The proof that an act was announced, which everything that destroys, reveals or lets data out demands.

It stands below the audit, which alone makes it, and below the stores, which can't know the audit but ask for it.
"""

from __future__ import annotations

from typing import TypeAlias

State: TypeAlias = "dict[str, str | int | float | bool | None]"
_KEY = object()


class Intent:
    """Proof that an act was announced and that the announcement is on disk. Only `AuditLog.act` makes one.

    Set `counts`, `new_state` or `partial` while acting; the outcome's record carries them.
    """

    __slots__ = ("counts", "new_state", "op_id", "partial", "seq")

    def __init__(self, key: object, op_id: str, seq: int) -> None:
        if key is not _KEY:
            raise TypeError("an Intent comes from AuditLog.act, after its record was synced")
        self.op_id = op_id
        self.seq = seq
        self.counts: dict[str, int] = {}
        self.new_state: State = {}
        self.partial = False


def announced(op_id: str, seq: int) -> Intent:
    """For the audit log alone, once the announcement was synced; a test holds that nobody else calls it."""
    return Intent(_KEY, op_id, seq)
