"""The package that a person is given: data.json, index.html and manifest.json in one zip, encrypted on request.

It is put together in a file without a name, so that nothing readable stays behind where it is to be encrypted.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Final, Protocol

from inspector import __version__
from inspector.errors import StoreError, UsageError
from inspector.lifecycle import held_page as page
from inspector.lifecycle.held import Held

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from inspector.lifecycle.desk import Desk
    from inspector.lifecycle.person import Person
    from inspector.lifecycle.screened import Plain
    from inspector.redaction import Redactor

VERSION: Final = 1
DATA, PAGE, MANIFEST = "data.json", "index.html", "manifest.json"
_SPOOL: Final = 16 << 20
COUNTS: Final = ("traces", "spans", "naming", "records", "mentions", "lost", "unknown")


class Recipient(Protocol):
    """Encrypts a whole file to somebody's public key."""

    def __call__(self, source: IO[bytes], target: IO[bytes]) -> None: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What the manifest says and only whoever asks knows. `policy` is what was made stricter, by its hash."""

    op_id: str
    role: str
    policy: str
    time: int


@dataclass(slots=True)
class Package:
    """Counts over all stores; `file` is the finished zip."""

    file: IO[bytes]
    counts: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    stores: list[dict[str, Plain]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Nothing of the person, and nothing that can't be read and may be of them."""
        return not any(self.counts[name] for name in COUNTS[:6])

    def write_to(self, target: Path, recipient: Recipient | None) -> str:
        """Into a file that is there and empty; its hash."""
        self.file.seek(0)
        with target.open("wb") as out:
            if recipient is None:
                shutil.copyfileobj(self.file, out)
            else:
                recipient(self.file, out)
        with target.open("rb") as made:
            return hashlib.file_digest(made, "sha256").hexdigest()


def age_recipient(text: str) -> Recipient:
    """Raises UsageError for what is no age public key; it isn't repeated."""
    import pyrage

    try:
        key = pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise UsageError("That is no age public key.", "It begins with age1; age-keygen makes one.") from None

    def encrypt(source: IO[bytes], target: IO[bytes]) -> None:
        pyrage.encrypt_io(source, target, [key])

    return encrypt


def unnamed(folder: Path, stack: ExitStack) -> IO[bytes]:
    """A file without a name beside where the package goes. Raises StoreError."""
    try:
        return stack.enter_context(tempfile.TemporaryFile(dir=folder))
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror}.", "Choose a folder that you may write to.") from None


def package(
    desk: Desk, engine: Redactor, stores: Sequence[Path], person: Person, facts: Facts, file: IO[bytes]
) -> Package:
    """Raises StoreError where a store can't be read."""
    made = Package(file)
    when = datetime.fromtimestamp(facts.time / 1e9, UTC).isoformat(timespec="seconds")
    words = (person.id, *person.aliases)
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, ExitStack() as stack:
        body = stack.enter_context(tempfile.SpooledTemporaryFile(_SPOOL))
        text = _Hashed(body)
        text.write(page.head(words, when))
        with archive.open(DATA, "w", force_zip64=True) as out:
            data = _Hashed(out)
            _stores(made, desk, engine, stores, person, data, text, when)
        text.write(page.tail({name: made.counts[name] for name in COUNTS}, made.hidden))
        hashes[DATA], hashes[PAGE] = data.digest, text.digest
        body.seek(0)
        with archive.open(PAGE, "w", force_zip64=True) as out:
            shutil.copyfileobj(body, out)
        archive.writestr(MANIFEST, json.dumps(_manifest(made, person, facts, when, hashes), indent=2) + "\n")
    return made


def _stores(
    made: Package,
    desk: Desk,
    engine: Redactor,
    stores: Sequence[Path],
    person: Person,
    data: _Hashed,
    text: _Hashed,
    when: str,
) -> None:
    data.write(f'{{"version": {VERSION}, "made": {_json(when)}, ')
    data.write(f'"looked_for": {_json([person.id, *person.aliases])}, "stores": [')
    for number, path in enumerate(stores):
        with desk.editing(path) as (store, editor):
            held = Held.of(desk, engine, store, editor, person)
            # The name may be somebody else's, and a folder's name even more so.
            name = str(held.screened.value(path.name))
            data.write(f'{"," if number else ""}\n{{"name": {_json(name)}, ')
            data.write(f'"format": {_json(store.info.format.id)}')
            text.write(page.store_head(name, store.info.format.title))
            _one(held, data, text)
            made.stores.append({"name": name, "format": store.info.format.id, **held.counts})
            made.counts.update(held.counts)
            made.hidden.update(held.screened.hidden)
    data.write("\n]}\n")


def _one(held: Held, data: _Hashed, text: _Hashed) -> None:
    for piece in _listed(data, "traces", held.traces()):
        for markup in page.trace(piece):
            text.write(markup)
    for title, name, pieces in (
        ("A record", "records", held.records()),
        ("A mention in data of somebody else", "mentions", held.mentions()),
    ):
        for piece in _listed(data, name, pieces):
            text.write(page.other(title, piece))
    data.write("}")


def _listed(data: _Hashed, name: str, pieces: Iterable[dict[str, Plain]]) -> Iterable[dict[str, Plain]]:
    """The pieces, each written as JSON on the way through."""
    data.write(f', "{name}": [')
    for number, piece in enumerate(pieces):
        data.write(("," if number else "") + "\n" + _json(piece))
        yield piece
    data.write("]")


def _manifest(
    made: Package, person: Person, facts: Facts, when: str, hashes: Mapping[str, str]
) -> dict[str, object]:
    return {
        "manifest": VERSION,
        "inspector": __version__,
        "kind": "subject",
        "subject": person.mark,
        "time": when,
        "audit_op": facts.op_id,
        "role": facts.role,
        "policy": facts.policy,
        "stores": made.stores,
        "counts": {name: made.counts[name] for name in COUNTS},
        "hidden": {name: count for name, count in sorted(made.hidden.items()) if count},
        "sha256": dict(hashes),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


class _Hashed:
    """Text into bytes, with their hash. A lone surrogate is written as JSON writes it."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._hash = hashlib.sha256()

    def write(self, text: str) -> None:
        data = text.encode("utf-8", "backslashreplace")
        self._hash.update(data)
        self._out.write(data)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()
