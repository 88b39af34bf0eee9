"""Keys from their making to their end: grants, rotations that are killed, grace, recovery, destruction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from msgspec import structs

from inspector.access.custody import Custody, begin, recover, recovered, vouched
from inspector.access.envelope import EnvelopeError, Where
from inspector.access.identity import Identity
from inspector.access.rolekey import fetched
from inspector.access.roles import Roles, roles_of
from inspector.access.sealed import Sealed, canonical, sealed_in, sealed_of, written
from inspector.access.sealing import SealingKeys, blind_index
from inspector.access.unlocking import Unlocker
from inspector.access.vault import DESTROYED, GRACE, PENDING, RETIRED, REVOKED, Vault
from inspector.access.wrap import WrongKey, unwrap, wrap
from inspector.config import load
from inspector.errors import Denied, StoreError
from inspector.intent import announced
from inspector.model import Attribute, Multimap
from tests.access.keystore import MemoryStore

INTENT = announced("op", 1)
WHERE = Where("t", "s", "user.email")
PEOPLE = [pyrage.x25519.Identity.generate() for _ in range(2)]
RECIPIENTS = [str(person.to_public()) for person in PEOPLE]


class Clock:
    def __init__(self) -> None:
        self.at = 1_800_000_000

    def __call__(self) -> int:
        return self.at


class Scene:
    """A vault with its first admin key, and a role that was granted one."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "vault.db"
        self.store = MemoryStore()
        self.roles: Roles = roles_of(load(folder, environ={}, system=folder / "none"))
        self.vault = Vault(self.path, make=True)
        self.clock = Clock()
        self.custody = begin(self.vault, self.store, self.roles, "admin", RECIPIENTS)
        self.custody.now = self.clock

    def unlocker(self, role: str, store: MemoryStore | None = None) -> Unlocker:
        held = store or self.store

        def fetch() -> list:
            keys = [k for k in self.vault.role_keys(role) if k.works(self.clock())]
            return [s for k in keys if (s := fetched(held, role, k.kek_id)) is not None]

        return Unlocker(self.vault, Identity(self.roles[role], self.roles, True), fetch, self.clock)

    def sealed(self, level: str = "confidential", value: str = "zofia", where: Where = WHERE) -> Sealed:
        key = next(k for k in self.vault.level_keys(level) if k.state == "active")
        keys = SealingKeys(
            self.vault.id, {level: (bytes.fromhex(key.dek_id), self.custody.level_secret(key))}
        )
        found = sealed_of(keys.seal(value, where, type="email", level=level))
        assert found is not None
        return found

    def opens(self, role: str, sealed: Sealed, store: MemoryStore | None = None) -> bool:
        unlocker = self.unlocker(role, store)
        try:
            unlocker.check()
            return unlocker.open(sealed, WHERE) == "zofia"
        except Denied:
            return False


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.vault.close()


def test_the_first_key_opens_every_level_and_vouches_for_itself(scene: Scene) -> None:
    root = scene.vault.role_key(scene.custody.admin.kek_id)
    assert root is not None
    assert vouched(scene.vault, root)
    assert [k.level for k in scene.vault.level_keys()] == ["blind", "restricted", "confidential", "internal"]
    for level in ("internal", "confidential", "restricted"):
        assert scene.opens("admin", scene.sealed(level))


def test_a_role_opens_the_levels_it_may_and_no_other(scene: Scene) -> None:
    for role in ("developer", "operator", "security_auditor"):
        scene.custody.grant(scene.roles[role])
    may = {
        (role, level): scene.opens(role, scene.sealed(level))
        for role in ("developer", "operator", "security_auditor")
        for level in ("internal", "confidential", "restricted")
    }
    assert [key for key, opened in may.items() if opened] == [
        *(("developer", "internal"), ("operator", "internal"), ("operator", "confidential"))
    ]


def test_a_config_that_gives_more_does_not_give_the_key(scene: Scene) -> None:
    """The wrap list decides: a permission written into the config opens nothing by itself."""
    scene.custody.grant(scene.roles["developer"])
    more = structs.replace(
        scene.roles["developer"],
        permissions=scene.roles["developer"].permissions | {"fields:unlock:restricted"},
    )
    scene.roles["developer"] = more
    assert not scene.opens("developer", scene.sealed("restricted"))


def test_a_row_that_nobody_signed_is_not_vouched_for(scene: Scene) -> None:
    secret = scene.custody.grant(scene.roles["operator"])
    row = scene.vault.role_key(secret.kek_id)
    assert row is not None
    assert vouched(scene.vault, row)
    for changed in (
        replace(row, role="admin"),
        replace(row, expires=row.expires + 1),
        replace(row, granted_by=row.kek_id),
        replace(row, granted_by="gone"),
        replace(row, public=scene.custody.admin.public),
    ):
        assert not vouched(scene.vault, changed)


def test_an_impostor_that_signs_itself_is_not_the_root(scene: Scene) -> None:
    from inspector.access.rolekey import made
    from inspector.access.vault import ACTIVE, RoleKey

    secret = made()
    row = RoleKey(secret.kek_id, "admin", secret.public, ACTIVE, 1, granted_by=secret.kek_id)
    row = replace(row, signature=secret.signer.sign(row.statement(scene.vault.id)).hex())
    with scene.vault.change():
        scene.vault.put_role_key(row)
    assert not vouched(scene.vault, row)


def test_grants_end_by_themselves(scene: Scene) -> None:
    scene.custody.grant(scene.roles["operator"], expires=scene.clock() + 8 * 3600)
    sealed = scene.sealed()
    unlocker = scene.unlocker("operator")
    unlocker.check()
    assert unlocker.open(sealed, WHERE) == "zofia"
    scene.clock.at += 8 * 3600
    with pytest.raises(Denied):
        unlocker.check()
    assert not unlocker.unlocked
    assert scene.custody.settle() == 1
    assert scene.vault.role_keys("operator")[0].state == RETIRED


def test_rotating_a_role_keeps_every_value_open_in_grace_and_ends_after(scene: Scene) -> None:
    scene.custody.grant(scene.roles["operator"])
    sealed = scene.sealed()
    before = MemoryStore()
    before.items = dict(scene.store.items)  # another machine, which has the old key only
    scene.custody.rotate_role(INTENT, scene.roles["operator"], grace=60)
    assert scene.opens("operator", sealed, before)
    assert scene.opens("operator", sealed)
    scene.clock.at += 60
    assert not scene.opens("operator", sealed, before)
    assert scene.opens("operator", sealed)
    scene.custody.settle()
    assert [k.state for k in scene.vault.role_keys("operator")] == ["active", RETIRED]
    assert len(scene.vault.wraps(scene.vault.role_keys("operator")[1].kek_id)) == 0


def test_rotating_the_admin_keeps_the_others_in_its_hands(scene: Scene) -> None:
    scene.custody.grant(scene.roles["operator"])
    scene.custody.rotate_role(INTENT, scene.roles["admin"], grace=60)
    fresh = scene.custody.new_level_key("confidential", scene.roles, grace_for_old=True)
    assert scene.opens("operator", scene.sealed())
    assert scene.vault.wrapped(fresh.dek_id, scene.custody.admin.kek_id)
    assert all(vouched(scene.vault, k) for k in scene.vault.role_keys())


class Stop(Exception):
    pass


@pytest.mark.parametrize("role", ["operator", "admin"])
def test_a_rotation_stopped_anywhere_is_taken_up_and_nothing_is_lost(tmp_path: Path, role: str) -> None:
    stopped_at = 0
    while True:
        folder = tmp_path / str(stopped_at)
        folder.mkdir()
        scene = Scene(folder)
        scene.custody.grant(scene.roles["operator"])
        sealed = scene.sealed()
        steps = 0

        def step(name: str, at: int = stopped_at) -> None:
            nonlocal steps
            steps += 1
            if steps > at:
                raise Stop

        scene.custody.step = step
        done = False
        try:
            scene.custody.rotate_role(INTENT, scene.roles[role], grace=3600)
            done = True
        except Stop:
            assert scene.opens("operator", sealed)
            assert scene.opens("admin", sealed)
        again = _reopened(scene)
        if not done:
            again.rotate_role(INTENT, scene.roles[role], grace=3600)
        assert [k for k in scene.vault.role_keys() if k.state == PENDING] == []
        for who in ("operator", "admin"):
            assert scene.opens(who, sealed)
            assert scene.vault.role_keys(who)[0].state == "active"
        again.new_level_key("confidential", scene.roles, grace_for_old=True)
        scene.custody = again
        assert scene.opens("operator", scene.sealed())
        scene.vault.close()
        if done:
            assert stopped_at > 4
            return
        stopped_at += 1


def _reopened(scene: Scene) -> Custody:
    """What the next command has: every working admin key of this machine, mended."""
    keys = [k for k in scene.vault.role_keys("admin") if k.works(scene.clock())]
    keys.sort(key=lambda k: k.state)
    secrets = [s for k in keys if (s := fetched(scene.store, "admin", k.kek_id)) is not None]
    custody = Custody(scene.vault, scene.store, secrets[0], scene.clock)
    custody.mend(secrets[1:])
    return custody


def test_rotating_a_level_seals_anew_and_opens_the_old(scene: Scene) -> None:
    old = scene.sealed()
    scene.custody.new_level_key("confidential", scene.roles, grace_for_old=True)
    new = scene.sealed()
    assert old.dek_id != new.dek_id
    assert [k.state for k in scene.vault.level_keys("confidential")] == ["active", GRACE]
    assert scene.opens("admin", old)
    assert scene.opens("admin", new)


def test_revoked_and_destroyed_keys_open_nothing(scene: Scene) -> None:
    scene.custody.grant(scene.roles["operator"])
    sealed = scene.sealed()
    kept = MemoryStore()
    kept.items = dict(scene.store.items)
    assert scene.custody.revoke(INTENT, "operator") == 1
    assert scene.vault.role_keys("operator")[0].state == REVOKED
    assert not scene.opens("operator", sealed, kept)
    assert not any(name.startswith("role.operator") for name in scene.store.items)
    with pytest.raises(Denied):
        scene.custody.revoke(INTENT, "admin")
    key = scene.vault.level_key(sealed.dek_id)
    assert key is not None
    scene.custody.end_level_key(INTENT, key, DESTROYED)
    assert not scene.opens("admin", sealed)
    assert key.dek_id not in recovered(scene.vault, str(PEOPLE[0]))


def test_nothing_of_a_destroyed_key_is_left_in_the_file(scene: Scene) -> None:
    sealed = scene.sealed()
    key = scene.vault.level_key(sealed.dek_id)
    assert key is not None
    wrapped = scene.vault.wrapped(key.dek_id, scene.custody.admin.kek_id)
    assert wrapped
    assert wrapped.encode() in scene.path.read_bytes()
    scene.custody.end_level_key(INTENT, key, DESTROYED)
    left = scene.path.read_bytes()
    assert wrapped.encode() not in left
    assert key.recovery[:60].encode() not in left


def test_recovery_opens_the_levels_and_makes_a_new_root(scene: Scene) -> None:
    scene.custody.grant(scene.roles["operator"])
    sealed = scene.sealed()
    assert len(recovered(scene.vault, str(PEOPLE[1]))) == 4
    with pytest.raises(Denied):
        recovered(scene.vault, str(pyrage.x25519.Identity.generate()))
    scene.store.items.clear()
    custody = recover(scene.vault, scene.store, scene.roles, "admin", str(PEOPLE[1]))
    assert scene.opens("admin", sealed)
    assert not scene.opens("operator", sealed)
    scene.custody = custody
    custody.now = scene.clock
    custody.grant(scene.roles["operator"])
    assert scene.opens("operator", sealed)
    assert all(vouched(scene.vault, k) for k in scene.vault.role_keys() if k.state == "active")


def test_a_begin_that_was_killed_goes_on(tmp_path: Path) -> None:
    vault, store = Vault(tmp_path / "v.db", make=True), MemoryStore()
    roles = roles_of(load(tmp_path, environ={}, system=tmp_path / "none"))
    kept = Custody.new_level_key
    calls = 0

    def stops(self: Custody, level: str, roles: Roles, *, grace_for_old: bool) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Stop
        return kept(self, level, roles, grace_for_old=grace_for_old)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Custody, "new_level_key", stops)
        with pytest.raises(Stop):
            begin(vault, store, roles, "admin", RECIPIENTS)
    assert not vault.meta("ready")
    begin(vault, store, roles, "admin", RECIPIENTS)
    assert vault.meta("ready")
    assert len(vault.level_keys()) == 4
    assert len(vault.role_keys()) == 1


def test_wraps_are_bound_to_their_row(scene: Scene) -> None:
    key, under = bytes(32), bytes([1]) * 32
    wrapped = wrap(key, under, "v", "d", "k")
    assert unwrap(wrapped, under, "v", "d", "k") == key
    for names in (("v", "d", "x"), ("v", "dk", ""), ("w", "d", "k")):
        with pytest.raises(WrongKey):
            unwrap(wrapped, under, *names)
    with pytest.raises(WrongKey):
        unwrap(wrapped, bytes(32), "v", "d", "k")


def test_the_vault_holds_no_key_in_the_clear(scene: Scene) -> None:
    held = scene.path.read_bytes()
    for key in scene.vault.level_keys():
        dek = scene.custody.level_secret(key)
        assert dek not in held
        assert dek.hex().encode() not in held
    assert scene.custody.admin.kek.hex().encode() not in held
    assert "kek=" not in repr(scene.custody.admin)
    assert scene.path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_vault_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no vault yet"):
        Vault(tmp_path / "none.db")
    (tmp_path / "text").write_text("hello" * 1000)
    with pytest.raises(StoreError, match="can't be used"):
        Vault(tmp_path / "text")
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE meta (name, value)").connection.close()
    with pytest.raises(StoreError, match="another version"):
        Vault(tmp_path / "other.db")


# the stored form


def test_the_form_is_found_as_object_and_as_text(scene: Scene) -> None:
    shape = written(b"IE\1 short", "k1")
    assert (found := sealed_of(shape)) is not None
    assert found.problem
    assert sealed_of(Multimap(tuple(shape.items()))) == found
    other = sealed_of({"__encrypted__": True, "ciphertext": "AAAA", "key_id": "theirs"})
    assert other == Sealed("AAAA", "theirs")
    assert other.ours is None
    for none in ({"__encrypted__": False}, {"ciphertext": "x"}, "text", None, 5, '{"__encrypted__": tru', []):
        assert sealed_of(none) is None


def test_a_key_is_the_same_nested_and_flat_and_without_indexes() -> None:
    assert canonical(("user", "email")) == canonical(("user.email",)) == canonical(("user", 3, "email"))
    shape = written(b"IE\1", "k")
    found = sealed_in((Attribute("a", {"b": [1, shape]}), Attribute("c", '{"d": ' + _json(shape) + "}")))
    assert sorted(key for key, _ in found) == ["a.b", "c.d"]


def _json(shape: object) -> str:
    import orjson

    return orjson.dumps(shape).decode()


@pytest.mark.parametrize("value", ["zofia", 5, 1.5, None, True, {"a": [1, "ü"]}, []])
def test_any_value_comes_back_as_it_was(scene: Scene, value: object) -> None:
    key = next(iter(scene.vault.level_keys("internal")))
    keys = SealingKeys(
        scene.vault.id, {"internal": (bytes.fromhex(key.dek_id), scene.custody.level_secret(key))}
    )
    found = sealed_of(keys.seal(value, WHERE, type="email", level="internal"))  # type: ignore[arg-type]
    assert found is not None
    unlocker = scene.unlocker("admin")
    unlocker.check()
    assert unlocker.open(found, WHERE) == value
    with pytest.raises(EnvelopeError):
        unlocker.open(found, structs.replace(WHERE, span="other"))


def test_a_blind_index_is_equal_for_equal_persons_only() -> None:
    key = bytes(32)
    assert blind_index(key, " Jo@Example.org", "email") == blind_index(key, "jo@example.ORG ", "email")
    assert blind_index(key, "jo@example.org", "email") != blind_index(key, "jo@example.org", "name")
    assert blind_index(key, "jo@example.org", "email") != blind_index(
        bytes([1]) * 32, "jo@example.org", "email"
    )


def test_what_a_locked_value_waits_for(scene: Scene) -> None:
    scene.custody.grant(scene.roles["operator"])
    unlocker = scene.unlocker("operator")
    assert unlocker.needs(scene.sealed()) == "needs role admin or operator"
    assert unlocker.needs(scene.sealed("restricted")) == "needs role admin"
    assert unlocker.needs(Sealed("AAAA", "x")) == "sealed by another system"
    assert unlocker.needs(structs.replace(scene.sealed(), key_id="other")) == "sealed under another vault"
