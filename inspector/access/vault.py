"""The vault: which keys there are, who may use them, and the level keys wrapped under each role's. One SQLite
file that a team may share; it holds no key in the clear.

States: a role's key is `pending` while it is being made, `active`, in `grace` until a date (it still opens),
`retired` or `revoked`. A level's key is `active` (seals and opens), in `grace` (opens), `retired` or `destroyed`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from inspector.errors import StoreError
from inspector.paths import open_private, private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlite_utils import Database

VERSION: Final = 1
ACTIVE, GRACE, PENDING = "active", "grace", "pending"
RETIRED, REVOKED, DESTROYED = "retired", "revoked", "destroyed"
OPENS: Final = (ACTIVE, GRACE)
BLIND_LEVEL: Final = "blind"
"""The level of keys that mark values for being found again."""
BOX: Final = "age"
"""The algorithm of a role's key for whole stores; see `access.boxes`."""
_WAIT: Final = 10.0


@dataclass(frozen=True, slots=True)
class RoleKey:
    """A role's public half. Times are seconds since the epoch; `expires` and `until` 0 mean no end."""

    kek_id: str
    role: str
    public: str
    """Ed25519, hex."""
    state: str
    created: int
    expires: int = 0
    until: int = 0
    """When grace ends."""
    granted_by: str = ""
    """The key that signed this row; its own for the first."""
    signature: str = ""
    escrow: str = ""
    """The id of an admin key, a colon, and this KEK wrapped under it."""

    def works(self, now: int) -> bool:
        """Whether it may still be used."""
        if self.state not in OPENS or (self.expires and now >= self.expires):
            return False
        return not (self.state == GRACE and self.until and now >= self.until)

    def statement(self, vault: str) -> bytes:
        """What the granting key signs."""
        parts = ("trace-inspector grant v1", vault, self.kek_id, self.role, self.public, str(self.expires))
        return b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)


@dataclass(frozen=True, slots=True)
class LevelKey:
    dek_id: str
    level: str
    """A level, or `blind` for the key of blind indexes."""
    state: str
    created: int
    changed: int
    check: str
    """`access.wrap.check_value` of it."""
    recovery: str = ""
    """It, encrypted to the recovery recipients with age; base64."""
    subject: str = ""
    """The keyed mark of the one person that it is for (`access.persons`); such a key is wrapped under its level's."""
    algorithm: str = ""
    """Of another system's key, which has that system's id and seals nothing (`access.foreign`)."""


_LEVEL_KEY: Final = ", ".join(f'"{name}"' for name in LevelKey.__slots__)


class Vault:
    """Opened for one command. Changes happen inside `change`, all or none."""

    def __init__(self, path: Path, *, make: bool = False) -> None:
        self.path = path
        if make:
            private_folder(path.parent)
            os.close(open_private(path))
        elif not path.is_file():
            raise StoreError("There is no vault yet.", "Make it: inspector keys init --role admin")
        try:
            self._conn = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            self._conn.execute("PRAGMA secure_delete=ON")
            self._conn.execute("PRAGMA synchronous=FULL")
            if make:
                self._make()
            self._widen()
            self.id = self.meta("vault_id")
            version = self.meta("version")
        except sqlite3.Error as error:
            raise _broken(error) from None
        if not make and version != str(VERSION):
            raise StoreError(
                "The vault is of another version or no vault.", "Check [keys] vault in the config."
            )

    def _db(self) -> Database:
        from sqlite_utils import Database

        return Database(self._conn, execute_plugins=False)

    def _make(self) -> None:
        db = self._db()
        for name, columns, key in (
            ("meta", {"name": str, "value": str}, "name"),
            (
                "role_keys",
                {
                    **dict.fromkeys(("kek_id", "role", "public", "state"), str),
                    **dict.fromkeys(("created", "expires", "until"), int),
                    **dict.fromkeys(("granted_by", "signature", "escrow"), str),
                },
                "kek_id",
            ),
            (
                "level_keys",
                {
                    **dict.fromkeys(("dek_id", "level", "state"), str),
                    **dict.fromkeys(("created", "changed"), int),
                    **dict.fromkeys(("check", "recovery", "subject", "algorithm"), str),
                },
                "dek_id",
            ),
        ):
            db.create_table(name, columns, pk=key, if_not_exists=True)
        db.create_table(
            "wraps",
            {"dek_id": str, "kek_id": str, "wrapped": str},
            pk=("dek_id", "kek_id"),
            if_not_exists=True,
        )

    def _widen(self) -> None:
        """Give a vault of an earlier version the columns that have come since."""
        there = {str(row[1]) for row in self._conn.execute("PRAGMA table_info(level_keys)")}
        for name in ("subject", "algorithm") if there else ():
            if name not in there:
                self._conn.execute(f"ALTER TABLE level_keys ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction; others that change the vault wait."""
        try:
            self._conn.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise _broken(error) from None
        try:
            yield
        except BaseException:
            self._conn.execute("ROLLBACK")
            raise
        self._conn.execute("COMMIT")

    # small facts

    def meta(self, name: str) -> str:
        row = self._conn.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return "" if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        self._conn.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))
        if name == "vault_id":
            self.id = value

    @property
    def recipients(self) -> tuple[str, ...]:
        """Of recovery: age public keys."""
        return tuple(self.meta("recipients").split())

    # role keys

    def role_keys(self, role: str = "") -> list[RoleKey]:
        """Newest first; of one role, or all."""
        where, given = ("WHERE role = ?", (role,)) if role else ("", ())
        rows = self._conn.execute(
            "SELECT kek_id, role, public, state, created, expires, until, granted_by, signature, escrow "
            f"FROM role_keys {where} ORDER BY created DESC, rowid DESC",
            given,
        ).fetchall()
        return [RoleKey(*row) for row in rows]

    def role_key(self, kek_id: str) -> RoleKey | None:
        row = self._conn.execute(
            "SELECT kek_id, role, public, state, created, expires, until, granted_by, signature, escrow "
            "FROM role_keys WHERE kek_id = ?",
            (kek_id,),
        ).fetchone()
        return None if row is None else RoleKey(*row)

    def put_role_key(self, key: RoleKey) -> None:
        self._put("role_keys", ("kek_id",), {name: getattr(key, name) for name in RoleKey.__slots__})

    def drop_role_key(self, kek_id: str) -> None:
        self._conn.execute("DELETE FROM wraps WHERE kek_id = ?", (kek_id,))
        self._conn.execute("DELETE FROM role_keys WHERE kek_id = ?", (kek_id,))

    # level keys and their wraps

    def level_keys(self, level: str = "") -> list[LevelKey]:
        """Newest first; those of single persons and of whole stores are none of them."""
        rows = self._conn.execute(
            f"SELECT {_LEVEL_KEY} FROM level_keys WHERE subject = '' AND algorithm <> ? AND ? IN ('', level) "
            "ORDER BY created DESC, rowid DESC",
            (BOX, level),
        ).fetchall()
        return [LevelKey(*row) for row in rows]

    def boxes(self, level: str = "") -> list[LevelKey]:
        """The keys of whole stores, newest first; of one role, or all."""
        rows = self._conn.execute(
            f"SELECT {_LEVEL_KEY} FROM level_keys WHERE algorithm = ? AND ? IN ('', level) ORDER BY rowid DESC",
            (BOX, level),
        ).fetchall()
        return [LevelKey(*row) for row in rows]

    def person_keys(self, subject: str = "") -> list[LevelKey]:
        """Of one person by the mark, or of all."""
        rows = self._conn.execute(
            f"SELECT {_LEVEL_KEY} FROM level_keys WHERE subject <> '' AND ? IN ('', subject) ORDER BY rowid",
            (subject,),
        ).fetchall()
        return [LevelKey(*row) for row in rows]

    def level_key(self, dek_id: str) -> LevelKey | None:
        row = self._conn.execute(
            f"SELECT {_LEVEL_KEY} FROM level_keys WHERE dek_id = ?", (dek_id,)
        ).fetchone()
        return None if row is None else LevelKey(*row)

    def put_level_key(self, key: LevelKey) -> None:
        self._put("level_keys", ("dek_id",), {name: getattr(key, name) for name in LevelKey.__slots__})

    def wraps(self, kek_id: str) -> dict[str, str]:
        """What is wrapped under a role's key or a level's, by key."""
        rows = self._conn.execute("SELECT dek_id, wrapped FROM wraps WHERE kek_id = ?", (kek_id,))
        return {str(dek): str(wrapped) for dek, wrapped in rows}

    def wrapped(self, dek_id: str, kek_id: str) -> str | None:
        row = self._conn.execute(
            "SELECT wrapped FROM wraps WHERE dek_id = ? AND kek_id = ?", (dek_id, kek_id)
        ).fetchone()
        return None if row is None else str(row[0])

    def wrapped_under(self, dek_id: str) -> dict[str, str]:
        """Under which keys a key is wrapped, and it under each."""
        rows = self._conn.execute("SELECT kek_id, wrapped FROM wraps WHERE dek_id = ?", (dek_id,))
        return {str(kek): str(wrapped) for kek, wrapped in rows}

    def put_wrap(self, dek_id: str, kek_id: str, wrapped: str) -> None:
        self._put("wraps", ("dek_id", "kek_id"), {"dek_id": dek_id, "kek_id": kek_id, "wrapped": wrapped})

    def drop_wraps(self, *, dek_id: str = "", kek_id: str = "") -> None:
        self._conn.execute("DELETE FROM wraps WHERE dek_id = ? OR kek_id = ?", (dek_id, kek_id))

    def _put(self, table: str, keys: tuple[str, ...], values: Mapping[str, str | int]) -> None:
        """Insert or change in place: the order in which rows came stays."""
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        changed = ", ".join(f'"{name}" = excluded."{name}"' for name in values)
        self._conn.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}",
            list(values.values()),
        )

    def compact(self) -> None:
        """Leave nothing of what was deleted in the file's free pages."""
        self._conn.execute("VACUUM")

    def close(self) -> None:
        self._conn.close()


def seconds() -> int:
    return int(datetime.now(UTC).timestamp())


def _broken(error: sqlite3.Error) -> StoreError:
    return StoreError(
        f"The vault can't be used: {type(error).__name__}.",
        "Check the file that [keys] vault names, and its disk.",
    )
