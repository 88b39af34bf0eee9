"""The verifier against thirteen classes of tampering and against random damage."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from inspector.audit import checkpoints
from inspector.audit.log import AuditLog
from inspector.audit.merkle import leaf_hash
from inspector.audit.record import Actor, Entry
from inspector.audit.segments import segments
from inspector.audit.verify import Tamper, verify
from inspector.keys.signer import Ed25519Signer

from .conftest import NOBODY, SIGNER, TRUST, fill, make_log

THIEF = Ed25519Signer("audit", b"9" * 32)


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, str]:
    """A signed log of 35 records, and its head as an anchor keeps it."""
    log = make_log(tmp_path / "audit")
    fill(log, 35)
    return log.folder, log.checkpoint()


def lines(folder: Path) -> list[bytes]:
    return segments(folder)[0].read_bytes().splitlines()


def put(folder: Path, changed: list[bytes]) -> None:
    segments(folder)[0].write_bytes(b"".join(line + b"\n" for line in changed))


def rechain(changed: list[bytes]) -> list[bytes]:
    """What somebody does who knows the format: number and chain every record anew."""
    prev, out = bytes(32), []
    for seq, line in enumerate(changed):
        record = {**orjson.loads(line), "seq": seq, "prev": prev.hex()}
        out.append(orjson.dumps(record))
        prev = leaf_hash(out[-1])
    return out


def edited(line: bytes) -> bytes:
    return line.replace(b'"viewer"', b'"nobody"')


def forget_checkpoints(folder: Path) -> None:
    (folder / checkpoints.FILE).unlink()
    (folder / checkpoints.FRONTIER).unlink()


def resign(folder: Path, signer: Ed25519Signer) -> None:
    forget_checkpoints(folder)
    AuditLog(folder, Actor("viewer"), b"k" * 32, lambda: (signer,)).checkpoint()


def edit(f: Path) -> None:
    all_ = lines(f)
    put(f, [*all_[:7], edited(all_[7]), *all_[8:]])


def delete(f: Path) -> None:
    all_ = lines(f)
    put(f, all_[:7] + all_[8:])


def reorder(f: Path) -> None:
    all_ = lines(f)
    put(f, [*all_[:7], all_[8], all_[7], *all_[9:]])


def insert(f: Path) -> None:
    all_ = lines(f)
    put(f, [*all_[:7], all_[3], *all_[7:]])


def splice(f: Path) -> None:
    other = make_log(f.parent / "other")
    fill(other, 35)
    put(f, lines(f)[:20] + lines(other.folder)[20:])


CHAIN = [edit, delete, reorder, insert, splice]


def cut_between(f: Path) -> None:
    put(f, lines(f)[:33])


def edit_and_rechain(f: Path) -> None:
    all_ = lines(f)
    put(f, rechain([*all_[:7], edited(all_[7]), *all_[8:]]))


def resign_with_another_key(f: Path) -> None:
    edit_and_rechain(f)
    resign(f, THIEF)


def wipe(f: Path) -> None:
    segments(f)[0].unlink()


SIGNED = [cut_between, edit_and_rechain, resign_with_another_key, wipe]


def cut_log_and_checkpoints(f: Path) -> None:
    put(f, lines(f)[:20])
    notes = (f / checkpoints.FILE).read_bytes().splitlines()
    (f / checkpoints.FILE).write_bytes(b"".join(n + b"\n" for n in notes[:2]))
    (f / checkpoints.FRONTIER).unlink()


def rechain_and_drop_later_checkpoints(f: Path) -> None:
    all_ = lines(f)
    put(f, all_[:20] + rechain([*all_[:20], *map(edited, all_[20:])])[20:])
    notes = (f / checkpoints.FILE).read_bytes().splitlines()
    (f / checkpoints.FILE).write_bytes(b"".join(n + b"\n" for n in notes[:2]))
    (f / checkpoints.FRONTIER).unlink()


def restore_an_old_copy(f: Path) -> None:
    cut_log_and_checkpoints(f)


def resign_with_the_same_key(f: Path) -> None:
    edit_and_rechain(f)
    resign(f, SIGNER)


ANCHORED = [
    cut_log_and_checkpoints,
    rechain_and_drop_later_checkpoints,
    restore_an_old_copy,
    resign_with_the_same_key,
]


def test_the_untouched_log_holds(kept: tuple[Path, str]) -> None:
    folder, head = kept
    report = verify(folder, TRUST, anchored=[head])
    assert (report.ok, report.records, report.anchored) == (True, 35, 1)


@pytest.mark.parametrize("tamper", CHAIN, ids=lambda f: f.__name__)
def test_the_chain_alone_finds(tamper: Callable[[Path], None], kept: tuple[Path, str]) -> None:
    folder, _ = kept
    forget_checkpoints(folder)
    tamper(folder)
    report = verify(folder, NOBODY)
    assert report.bad is not None
    assert report.bad.where.startswith("audit-")
    assert report.bad.kind in (Tamper.CHANGED, Tamper.GAP, Tamper.ORDER)


@pytest.mark.parametrize("tamper", CHAIN + SIGNED, ids=lambda f: f.__name__)
def test_signed_checkpoints_find(tamper: Callable[[Path], None], kept: tuple[Path, str]) -> None:
    folder, _ = kept
    tamper(folder)
    assert not verify(folder, TRUST).ok


@pytest.mark.parametrize("tamper", CHAIN + SIGNED + ANCHORED, ids=lambda f: f.__name__)
def test_a_head_out_of_reach_finds_all(tamper: Callable[[Path], None], kept: tuple[Path, str]) -> None:
    folder, head = kept
    tamper(folder)
    assert not verify(folder, TRUST, anchored=[head]).ok


@pytest.mark.parametrize("tamper", ANCHORED, ids=lambda f: f.__name__)
def test_without_the_anchor_these_pass(tamper: Callable[[Path], None], kept: tuple[Path, str]) -> None:
    """The control: if one of these fails, the table in the manual claims too little."""
    folder, _ = kept
    tamper(folder)
    if tamper is rechain_and_drop_later_checkpoints:
        assert verify(folder, TRUST).ok
    else:
        assert verify(folder, TRUST).signed


def test_unsigned_records_after_the_key_was_made_are_named(tmp_path: Path) -> None:
    log = make_log(tmp_path, signer=None)
    fill(log, 12)
    report = verify(tmp_path, TRUST)
    assert report.bad is not None
    assert report.bad.kind is Tamper.UNSIGNED


def test_random_damage_is_never_accepted(kept: tuple[Path, str], tmp_path: Path) -> None:
    """Ten thousand changes of one to eight bytes in the log or in its checkpoints."""
    folder, head = kept
    names = [segments(folder)[0].name, checkpoints.FILE]
    original = {name: (folder / name).read_bytes() for name in names}
    rng = random.Random(6962)
    work = tmp_path / "damaged"
    shutil.copytree(folder, work)
    for _ in range(10_000):
        name = rng.choice(names)
        data = bytearray(original[name])
        for _ in range(rng.randint(1, 8)):
            position = rng.randrange(len(data))
            match rng.randrange(3):
                case 0:
                    data[position] ^= 1 << rng.randrange(8)
                case 1:
                    del data[position : position + rng.randint(1, 40)]
                case _:
                    data[position:position] = bytes([rng.randrange(256)])
        if bytes(data) == original[name]:
            continue
        (work / name).write_bytes(data)
        report = verify(work, TRUST, anchored=[head])
        named = not report.ok or report.torn_checkpoints
        assert named or _means_the_same(name, bytes(data), original[name]), bytes(data)
        (work / name).write_bytes(original[name])


def _means_the_same(name: str, data: bytes, original: bytes) -> bool:
    """The notes are what is signed; how the line around one is written carries nothing."""
    if name != checkpoints.FILE:
        return False
    try:
        return [orjson.loads(x)["note"] for x in data.split(b"\n") if x] == [
            orjson.loads(x)["note"] for x in original.split(b"\n") if x
        ]
    except (ValueError, KeyError, TypeError):
        return False


def test_an_entry_must_be_a_known_action() -> None:
    with pytest.raises(ValueError, match="unknown"):
        Entry("trace.peek")


def test_a_torn_checkpoint_is_sealed_and_counted(tmp_path: Path) -> None:
    log = make_log(tmp_path)
    fill(log, 25)
    path = tmp_path / checkpoints.FILE
    whole = path.read_bytes()
    for cut in range(1, 200, 13):
        path.write_bytes(whole[:-cut])
        fill(log, 1)
        log.checkpoint()
        report = verify(tmp_path, TRUST)
        assert report.bad is None, cut
        assert report.torn_checkpoints == (cut > 1), cut


def test_checkpoints_without_a_keyring_among_signed_ones_are_honest(tmp_path: Path) -> None:
    """Somebody works over ssh for a day, where the desktop's keyring can't be reached."""
    fill(make_log(tmp_path), 20)
    fill(make_log(tmp_path, signer=None), 20)
    report = verify(tmp_path, TRUST)
    assert (report.bad, report.signed, report.signed_size) == (None, True, 20)
    fill(make_log(tmp_path), 10)
    assert verify(tmp_path, TRUST).signed_size == 50


def test_signatures_that_no_key_can_check_are_counted(kept: tuple[Path, str]) -> None:
    report = verify(kept[0], NOBODY)
    assert (report.ok, report.signed, report.unchecked) == (True, False, 4)
