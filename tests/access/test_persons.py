"""Keys of single persons: opened by who opens the level, moved with it, ended alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from inspector.access.custody import recover
from inspector.access.persons import PersonKeys, mark_of
from inspector.access.sealed import Sealed, sealed_of
from inspector.access.sealing import SealingKeys
from inspector.access.vault import DESTROYED, RETIRED, Vault
from inspector.errors import Denied
from tests.access.test_custody import INTENT, PEOPLE, WHERE, Scene

ANNA, JON = "anna.canary@example.org", "jon.canary@example.org"


class Persons(Scene):
    def keys(self) -> SealingKeys:
        level = next(k for k in self.vault.level_keys("confidential") if k.state == "active")
        blind = self.vault.level_keys("blind")[0]
        made = SealingKeys(
            self.vault.id,
            {"confidential": (bytes.fromhex(level.dek_id), self.custody.level_secret(level))},
            self.custody.level_secret(blind),
        )
        return SealingKeys(made.vault, made.keys, made.blind, PersonKeys.of(self.vault, made))

    def of(self, subject: str, value: str = "zofia") -> Sealed:
        keys = self.keys()
        found = sealed_of(keys.seal(value, WHERE, type="email", level="confidential", subject=subject))
        assert keys.subjects is not None and found is not None
        keys.subjects.keep()
        return found

    def end(self, subject: str) -> int:
        return self.custody.end_person_keys(INTENT, mark_of(self.keys().blind, subject))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Persons]:
    made = Persons(tmp_path)
    made.custody.grant(made.roles["operator"])
    yield made
    made.vault.close()


def test_one_person_is_ended_and_nobody_else(scene: Persons) -> None:
    anna, jon, nobodys = scene.of(ANNA), scene.of(JON), scene.sealed()
    assert len({anna.dek_id, jon.dek_id, nobodys.dek_id}) == 3
    for sealed in (anna, jon, nobodys):
        assert scene.opens("operator", sealed) and scene.opens("admin", sealed)
    (row,) = [key for key in scene.vault.person_keys() if key.dek_id == anna.dek_id]
    (wrapped,) = scene.vault.wrapped_under(row.dek_id).values()
    assert scene.end(f" {ANNA.upper()} ") == 1
    assert not scene.opens("operator", anna) and not scene.opens("admin", anna)
    assert scene.unlocker("admin").needs(anna) == "its key is destroyed"
    for sealed in (jon, nobodys):
        assert scene.opens("operator", sealed)
    assert wrapped[:24].encode() not in scene.path.read_bytes()
    assert scene.end(ANNA) == 0
    assert scene.of(ANNA).dek_id != anna.dek_id


def test_a_key_is_used_again_and_made_once(scene: Persons) -> None:
    assert scene.of(ANNA).dek_id == scene.of(ANNA.title()).dek_id
    assert len(scene.vault.person_keys()) == 1
    keys = scene.keys()
    assert keys.subjects is not None
    keys.subjects.key("confidential", JON)
    assert len(scene.vault.person_keys()) == 1  # a plan alone writes nothing
    assert (keys.subjects.keep(), keys.subjects.keep()) == (1, 0)


def test_rotating_the_level_moves_them_and_its_end_leaves_them(scene: Persons) -> None:
    anna = scene.of(ANNA)
    late = scene.keys()  # a sealer that began before the rotation
    old = scene.vault.level_keys("confidential")[0]
    scene.custody.new_level_key("confidential", scene.roles, grace_for_old=True)
    assert old.dek_id not in scene.vault.wrapped_under(anna.dek_id)
    assert late.subjects is not None
    jon = sealed_of(late.seal("zofia", WHERE, type="email", level="confidential", subject=JON))
    late.subjects.keep()
    assert jon is not None and old.dek_id in scene.vault.wrapped_under(jon.dek_id)
    scene.custody.end_level_key(INTENT, old, RETIRED)
    for sealed in (anna, jon):
        assert scene.opens("operator", sealed)


def test_destroying_the_level_ends_them_all(scene: Persons) -> None:
    anna, old = scene.of(ANNA), scene.vault.level_keys("confidential")[0]
    scene.custody.new_level_key("confidential", scene.roles, grace_for_old=False)
    scene.custody.end_level_key(INTENT, old, DESTROYED)
    assert not scene.opens("admin", anna)
    assert [key.state for key in scene.vault.person_keys()] == [DESTROYED]


def test_a_role_granted_later_opens_and_another_does_not(scene: Persons) -> None:
    anna = scene.of(ANNA)
    scene.custody.grant(scene.roles["operator"])
    scene.custody.grant(scene.roles["developer"])
    assert scene.opens("operator", anna)
    assert not scene.opens("developer", anna)
    unlocker = scene.unlocker("viewer")
    with pytest.raises(Denied):
        unlocker.check()
    assert unlocker.needs(anna) == "needs role admin or operator"


def test_recovery_brings_them_back(scene: Persons) -> None:
    anna = scene.of(ANNA)
    scene.custody = recover(scene.vault, scene.store, scene.roles, "admin", str(PEOPLE[0]))
    assert scene.opens("admin", anna)


def test_the_vault_names_nobody(scene: Persons) -> None:
    scene.of(ANNA)
    data = scene.path.read_bytes()
    assert b"canary" not in data and b"anna" not in data


def test_a_vault_of_before_is_widened(tmp_path: Path) -> None:
    made = Persons(tmp_path)
    made.vault.close()
    with closing(sqlite3.connect(made.path)) as db:
        for name in ("subject", "algorithm"):
            db.execute(f"ALTER TABLE level_keys DROP COLUMN {name}")
        db.commit()
    with closing(Vault(made.path)) as vault:
        assert len(vault.level_keys()) == 4
        assert {(key.subject, key.algorithm) for key in vault.level_keys()} == {("", "")}
