"""What is done with keys: made, granted, rotated, revoked, destroyed, recovered. The caller has the permission
and the audit's intent; nothing here asks for either.

A role's key reaches the key store before the vault says `active`, so a kill leaves the old one in force and a
`pending` row that the next run takes up.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from inspector.access.boxes import level_of, new_box
from inspector.access.envelope import DEK_ID, KEY
from inspector.access.recovery import shelved, unshelved
from inspector.access.rolekey import RoleSecret, fetched, item_name, made
from inspector.access.vault import (
    ACTIVE,
    BLIND_LEVEL,
    BOX,
    DESTROYED,
    GRACE,
    OPENS,
    PENDING,
    RETIRED,
    REVOKED,
    VERSION,
    LevelKey,
    RoleKey,
    seconds,
)
from inspector.access.wrap import check_value, unwrap, wrap
from inspector.errors import Denied, InspectorError, NotFound, UsageError
from inspector.keys.signer import signature_holds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.access.roles import Role
    from inspector.access.vault import Vault
    from inspector.intent import Intent
    from inspector.keys.provider import KeyStore

SEALING: Final = ("internal", "confidential", "restricted")


def levels_of(role: Role) -> tuple[str, ...]:
    """The levels whose keys a role gets: what it may unlock; who seals or searches by them, blind indexes."""
    found = [level for level in SEALING if role.may(f"fields:unlock:{level}")]
    if role.may("fields:seal") or role.may("subjects:search"):
        found.append(BLIND_LEVEL)
    return (*found, level_of(role.name))


def holds(role: Role, level: str) -> bool:
    """Whether a role gets the keys of a level; who manages keys gets those of every role's whole stores."""
    return level in levels_of(role) or (level.startswith(f"{BOX}:") and role.may("keys:manage"))


@dataclass(slots=True)
class Custody:
    """`admin` is the acting admin's key; it opens every level key and every role's KEK."""

    vault: Vault
    store: KeyStore
    admin: RoleSecret
    now: Callable[[], int] = seconds
    step: Callable[[str], None] = lambda name: None
    """Called between steps; tests stop here."""

    # level keys

    def level_secret(self, key: LevelKey) -> bytes:
        """Raises Denied for one that the acting key has no wrap of."""
        wrapped = self.vault.wrapped(key.dek_id, self.admin.kek_id)
        if wrapped is None:
            raise Denied("This role's key doesn't open that level.", "See inspector keys status.")
        return unwrap(wrapped, self.admin.kek, self.vault.id, key.dek_id, self.admin.kek_id, key.level)

    def new_level_key(self, level: str, roles: dict[str, Role], *, grace_for_old: bool) -> LevelKey:
        """A fresh key for new values; the one before goes on opening old ones."""
        dek, dek_id, now = secrets.token_bytes(KEY), secrets.token_hex(DEK_ID), self.now()
        key = LevelKey(dek_id, level, ACTIVE, now, now, check_value(dek), shelved(dek, self.vault.recipients))
        keks = self._keks(level, roles)
        persons = self._persons_of(level) if grace_for_old else {}
        with self.vault.change():
            for person, secret in persons.items():
                self._put_under(person, secret, key, dek)
            if grace_for_old:
                for old in self.vault.level_keys(level):
                    if old.state == ACTIVE:
                        self.vault.put_level_key(replace(old, state=GRACE, changed=now))
            self.vault.put_level_key(key)
            for kek_id, kek in keks.items():
                self.vault.put_wrap(dek_id, kek_id, wrap(dek, kek, self.vault.id, dek_id, kek_id, level))
        return key

    def _persons_of(self, level: str) -> dict[LevelKey, bytes]:
        """The keys of single persons at a level, unwrapped."""
        found: dict[LevelKey, bytes] = {}
        for parent in self.vault.level_keys(level):
            wraps = self.vault.wraps(parent.dek_id)
            under = self.level_secret(parent) if wraps and parent.state in OPENS else b""
            for dek_id, wrapped in wraps.items() if under else ():
                person = self.vault.level_key(dek_id)
                if person is not None:
                    found[person] = unwrap(wrapped, under, self.vault.id, dek_id, parent.dek_id, level)
        return found

    def _put_under(self, person: LevelKey, secret: bytes, parent: LevelKey, under: bytes) -> None:
        """Wrap a person's key under one level's key and no other."""
        names = (self.vault.id, person.dek_id, parent.dek_id, parent.level)
        self.vault.drop_wraps(dek_id=person.dek_id)
        self.vault.put_wrap(person.dek_id, parent.dek_id, wrap(secret, under, *names))

    def adopt_key(
        self, intent: Intent, key_id: str, level: str, algorithm: str, secret: bytes, roles: dict[str, Role]
    ) -> LevelKey:
        """Another system's key for the roles that open a level. In grace: it opens and seals nothing."""
        if self.vault.level_key(key_id) is not None:
            raise UsageError("The vault has a key of this id.", "See inspector keys list.")
        now = self.now()
        shares = shelved(secret, self.vault.recipients)
        key = LevelKey(key_id, level, GRACE, now, now, check_value(secret), shares, algorithm=algorithm)
        keks = self._keks(level, roles)
        with self.vault.change():
            self.vault.put_level_key(key)
            for kek_id, kek in keks.items():
                self.vault.put_wrap(key_id, kek_id, wrap(secret, kek, self.vault.id, key_id, kek_id, level))
        return key

    def with_box(self, role: Role, roles: dict[str, Role]) -> None:
        """Make the role's key for whole stores, where it has none."""
        if self.vault.boxes(level_of(role.name)):
            return
        box, secret = new_box(role.name)
        keks = self._keks(box.level, roles)
        with self.vault.change():
            self.vault.put_level_key(replace(box, recovery=shelved(secret, self.vault.recipients)))
            for kek_id, kek in keks.items():
                names = (self.vault.id, box.dek_id, kek_id, box.level)
                self.vault.put_wrap(box.dek_id, kek_id, wrap(secret, kek, *names))

    def _keks(self, level: str, roles: dict[str, Role]) -> dict[str, bytes]:
        """The KEKs that a key of this level is to be wrapped under."""
        found = {self.admin.kek_id: self.admin.kek}
        for key in self.vault.role_keys():
            role = roles.get(key.role)
            # A key that isn't in this admin's hands is left out: it doesn't open what is sealed from now on.
            if key.escrow.partition(":")[0] != self.admin.kek_id or role is None or not key.works(self.now()):
                continue
            if holds(role, level):
                found[key.kek_id] = self._kek(key)
        return found

    def _kek(self, key: RoleKey) -> bytes:
        wrapped = key.escrow.partition(":")[2]
        return unwrap(wrapped, self.admin.kek, self.vault.id, key.kek_id, key.role)

    # role keys

    def grant(self, role: Role, *, expires: int = 0) -> RoleSecret:
        """A key for a role, kept in this machine's key store; its earlier ones stay."""
        secret = self._pending(role.name, expires)
        self._fill(secret, role)
        self._activate(secret, role.name, grace=0)
        return secret

    def rotate_role(self, intent: Intent, role: Role, *, grace: int) -> RoleSecret:
        """A new key for a role in place of its active one, which opens until `grace` seconds from now."""
        old = next((k for k in self.vault.role_keys(role.name) if k.state == ACTIVE), None)
        if old is None:
            raise NotFound("This role has no active key.", f"Make one: inspector keys grant {role.name}")
        secret = self._pending(role.name, old.expires)
        self._fill(secret, role)
        self._activate(secret, role.name, grace=grace)
        if self.admin.kek_id == old.kek_id:
            before, self.admin = self.admin, secret
            self.mend([before])
        return secret

    def _pending(self, role: str, expires: int) -> RoleSecret:
        """The key that an earlier run began with, or a new one in the vault and the key store."""
        for key in self.vault.role_keys(role):
            if key.state == PENDING:
                secret = fetched(self.store, role, key.kek_id)
                if secret is not None:
                    return secret
                with self.vault.change():
                    self.vault.drop_role_key(key.kek_id)
        secret = made()
        row = RoleKey(secret.kek_id, role, secret.public, PENDING, self.now(), expires)
        row = self._signed(replace(row, escrow=self._escrow(secret.kek, secret.kek_id, role)))
        with self.vault.change():
            self.vault.put_role_key(row)
        self.step("pending")
        self.store.set(item_name(role, secret.kek_id), secret.item)
        self.step("kept")
        return secret

    def _signed(self, row: RoleKey) -> RoleKey:
        signature = self.admin.signer.sign(row.statement(self.vault.id)).hex()
        return replace(row, granted_by=self.admin.kek_id, signature=signature)

    def _escrow(self, kek: bytes, kek_id: str, role: str) -> str:
        """A role's KEK in the acting admin's hands."""
        return f"{self.admin.kek_id}:{wrap(kek, self.admin.kek, self.vault.id, kek_id, role)}"

    def _fill(self, secret: RoleSecret, role: Role) -> None:
        """Wrap every key of the role's levels under its KEK; those that are there stay."""
        there = self.vault.wraps(secret.kek_id)
        for key in (*self.vault.level_keys(), *self.vault.boxes()):
            if key.state in OPENS and holds(role, key.level) and key.dek_id not in there:
                dek = self.level_secret(key)
                wrapped = wrap(dek, secret.kek, self.vault.id, key.dek_id, secret.kek_id, key.level)
                with self.vault.change():
                    self.vault.put_wrap(key.dek_id, secret.kek_id, wrapped)
                self.step("wrapped")

    def _activate(self, secret: RoleSecret, role: str, *, grace: int) -> None:
        now = self.now()
        with self.vault.change():
            for key in self.vault.role_keys(role):
                if key.kek_id == secret.kek_id:
                    self.vault.put_role_key(replace(key, state=ACTIVE))
                elif key.state == ACTIVE and grace:
                    self.vault.put_role_key(replace(key, state=GRACE, until=now + grace))
        self.step("active")

    def mend(self, earlier: Sequence[RoleSecret]) -> int:
        """Put what is in an earlier admin key's hands into the acting one's: after a rotation, or one that was
        killed. Returns how many KEKs."""
        by_id = {secret.kek_id: secret for secret in earlier}
        moved = 0
        for key in self.vault.role_keys():
            holder, _, wrapped = key.escrow.partition(":")
            if self.admin.kek_id in (key.kek_id, holder) or key.state not in (*OPENS, PENDING):
                continue
            if key.kek_id in by_id:
                kek = by_id[key.kek_id].kek
            elif holder in by_id:
                kek = unwrap(wrapped, by_id[holder].kek, self.vault.id, key.kek_id, key.role)
            else:
                continue
            with self.vault.change():
                self.vault.put_role_key(replace(key, escrow=self._escrow(kek, key.kek_id, key.role)))
            self.step("escrowed")
            moved += 1
        return moved

    def revoke(self, intent: Intent, role: str, kek_id: str = "") -> int:
        """Take a role's keys away: they open nothing from now on. Returns how many."""
        keys = [
            k for k in self.vault.role_keys(role) if k.state in (*OPENS, PENDING) and kek_id in ("", k.kek_id)
        ]
        if any(k.kek_id == self.admin.kek_id for k in keys):
            raise Denied(
                "An admin can't revoke the key in use.", "Rotate it, or revoke it with another admin's."
            )
        for key in keys:
            with self.vault.change():
                self.vault.drop_wraps(kek_id=key.kek_id)
                self.vault.put_role_key(replace(key, state=REVOKED, escrow=""))
            _forgotten(self.store, key)
        return len(keys)

    def settle(self) -> int:
        """Retire role keys whose grace is over or that have expired; their wraps go. Returns how many."""
        ended = 0
        for key in self.vault.role_keys():
            if key.state in OPENS and not key.works(self.now()) and key.kek_id != self.admin.kek_id:
                with self.vault.change():
                    self.vault.drop_wraps(kek_id=key.kek_id)
                    self.vault.put_role_key(replace(key, state=RETIRED, escrow=""))
                _forgotten(self.store, key)
                ended += 1
        return ended

    def end_level_key(self, intent: Intent, key: LevelKey, state: str) -> None:
        """Retire a key that no value needs, or destroy one with every value under it: no wrap is left."""
        assert state in (RETIRED, DESTROYED)
        active = next((k for k in self.vault.level_keys(key.level) if k.state == ACTIVE), None)
        under = self.level_secret(active) if active is not None else b""
        persons = self._persons_of(key.level)
        with self.vault.change():
            for dek_id in self.vault.wraps(key.dek_id):
                person = next((p for p in persons if p.dek_id == dek_id), None)
                if person is not None and state == RETIRED and active is not None:
                    self._put_under(person, persons[person], active, under)
                elif person is not None:
                    self.vault.put_level_key(replace(person, state=DESTROYED, changed=self.now()))
            self.vault.drop_wraps(dek_id=key.dek_id, kek_id=key.dek_id)
            self.vault.put_level_key(replace(key, state=state, changed=self.now(), recovery=""))
        self.vault.compact()

    def end_person_keys(self, intent: Intent, mark: str) -> int:
        """Destroy the keys of one person, and with them every value under them. Returns how many."""
        keys = [key for key in self.vault.person_keys(mark) if key.state in OPENS]
        with self.vault.change():
            for key in keys:
                self.vault.drop_wraps(dek_id=key.dek_id)
                self.vault.put_level_key(replace(key, state=DESTROYED, changed=self.now()))
        self.vault.compact()
        return len(keys)


def _forgotten(store: KeyStore, key: RoleKey) -> None:
    """Another machine's key store has its own copy: without wraps it opens nothing."""
    try:
        store.delete(item_name(key.role, key.kek_id))
    except InspectorError:
        return


def begin(
    vault: Vault, store: KeyStore, roles: dict[str, Role], role: str, recipients: Sequence[str]
) -> Custody:
    """The first key: it signs itself. A run that was killed is taken up where it stopped."""
    if not vault.meta("vault_id"):
        with vault.change():
            vault.set_meta("version", str(VERSION))
            vault.set_meta("vault_id", secrets.token_hex(8))
            vault.set_meta("recipients", "\n".join(recipients))
    key = next(iter(vault.role_keys(role)), None)
    secret = fetched(store, role, key.kek_id) if key is not None else None
    if secret is None:
        if key is not None:
            with vault.change():
                vault.drop_role_key(key.kek_id)
        secret = made()
        store.set(item_name(role, secret.kek_id), secret.item)
        row = RoleKey(secret.kek_id, role, secret.public, ACTIVE, seconds(), granted_by=secret.kek_id)
        row = replace(row, signature=secret.signer.sign(row.statement(vault.id)).hex())
        with vault.change():
            vault.put_role_key(row)
            vault.set_meta("root", secret.kek_id)
    custody = Custody(vault, store, secret)
    there = {k.level for k in vault.level_keys()}
    for level in (*SEALING, BLIND_LEVEL):
        if level not in there:
            custody.new_level_key(level, roles, grace_for_old=False)
    with vault.change():
        vault.set_meta("ready", "yes")
    return custody


def vouched(vault: Vault, key: RoleKey) -> bool:
    """Whether the key that granted this one signed it, and so on back to the root, which signed itself."""
    seen = {key.kek_id}
    while True:
        by = key if key.granted_by == key.kek_id else vault.role_key(key.granted_by)
        if by is None or by.state == REVOKED:
            return False
        if not signature_holds(
            bytes.fromhex(by.public), bytes.fromhex(key.signature), key.statement(vault.id)
        ):
            return False
        if by is key:
            return key.kek_id == vault.meta("root")
        if by.kek_id in seen:
            return False
        seen.add(by.kek_id)
        key = by


def recover(vault: Vault, store: KeyStore, roles: dict[str, Role], role: str, identity: str) -> Custody:
    """A new first key for a role, opened by a recipient's identity. Raises Denied where it opens nothing."""
    deks = recovered(vault, identity)
    secret = made()
    store.set(item_name(role, secret.kek_id), secret.item)
    row = RoleKey(secret.kek_id, role, secret.public, ACTIVE, seconds(), granted_by=secret.kek_id)
    row = replace(row, signature=secret.signer.sign(row.statement(vault.id)).hex())
    with vault.change():
        for key in (*vault.level_keys(), *vault.boxes()):
            if key.dek_id in deks:
                wrapped = wrap(deks[key.dek_id], secret.kek, vault.id, key.dek_id, secret.kek_id, key.level)
                vault.put_wrap(key.dek_id, secret.kek_id, wrapped)
        # The KEKs of other roles are lost with the old admin's: those roles are granted anew.
        for old in vault.role_keys():
            if old.state in (*OPENS, PENDING):
                vault.drop_wraps(kek_id=old.kek_id)
                vault.put_role_key(replace(old, state=REVOKED, escrow=""))
        vault.put_role_key(row)
        vault.set_meta("root", secret.kek_id)
    return Custody(vault, store, secret)


def recovered(vault: Vault, identity: str) -> dict[str, bytes]:
    """Every level key that is still of use, each checked against what the vault says of it: the drill."""
    found: dict[str, bytes] = {}
    for key in (*vault.level_keys(), *vault.boxes()):
        if key.state in OPENS:
            dek = unshelved(key.recovery, identity)
            if check_value(dek) != key.check:
                raise Denied("A recovered key isn't the one that the vault had.", "The vault was changed.")
            found[key.dek_id] = dek
    return found
