"""Open any trace store by its content: `open_store`. Find stores in folders and globs: `expand`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from inspector.errors import InspectorError, NotAStore
from inspector.stores.base import HasLines, HasText, HasWindows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.model import Batch, Place, SideRecord, Trace
    from inspector.stores.base import FormatInfo, Lines, Store, StoreInfo, Text
    from inspector.stores.formats.base import JsonFormat
    from inspector.stores.source import Source

_SQLITE: Final = b"SQLite format 3\0"
STDIN: Final = "-"
AGE: Final = b"age-encryption.org/"
"""How a file begins that age has encrypted."""


def open_store(path: Path | str, plugins: Sequence[str] = (), mapping: Path | None = None) -> Store:
    """A store, read-only: SQLite or JSON, plain or packed, `-` for standard input.

    `plugins` are formats of other packages that config names; `mapping` is a TOML file that gives the field
    names of a JSONL of spans. Raises NotAStore for what is no trace store, StoreError for what can't be read.
    """
    if str(path) == STDIN:
        return _Named(_open(_stdin(), plugins, mapping), Path(STDIN))
    return _open(Path(path), plugins, mapping)


def open_copy(copy: Path, name: Path, opened: Callable[[Path], Store]) -> Store:
    """A private copy of what lies sealed under `name`, read-only, `opened` as any store is. The copy goes when the
    store is closed, or can't be opened."""
    try:
        return _Named(opened(copy), name, copy)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def format_infos(plugins: Sequence[str] = ()) -> list[FormatInfo]:
    """All formats, as `inspector formats` lists them."""
    from inspector.stores.registry import infos

    return infos(plugins)


def expand(names: Sequence[Path | str], plugins: Sequence[str] = ()) -> tuple[list[Path], list[str]]:
    """The stores meant by files, folders, and globs that the shell left alone; and a note on what was passed
    over. A name that is a file is given back unlooked at: opening it says what is wrong with it."""
    from inspector.stores.find import find

    return find(names, plugins)


def _open(path: Path, plugins: Sequence[str], mapping: Path | None) -> Store:
    from inspector.stores.source import Source

    source = Source(path)
    try:
        if source.head.startswith(_SQLITE):
            source.close()
            return _open_sqlite(path, plugins)
        if source.head.startswith(AGE):
            raise NotAStore(
                "This file is encrypted with age.",
                "Open it to look at: inspector FILE --role ROLE; it can't be changed.",
            )
        return _open_json(path, source, plugins, mapping)
    except InspectorError:
        source.close()
        raise


def _open_sqlite(path: Path, plugins: Sequence[str]) -> Store:
    from inspector.stores.sqlite import open_sqlite

    if not plugins:
        return open_sqlite(path)
    from inspector.stores.registry import load_plugins

    return open_sqlite(path, load_plugins(plugins)[1])


def _open_json(path: Path, source: Source, plugins: Sequence[str], mapping: Path | None) -> Store:
    from inspector.stores.detect import detect
    from inspector.stores.json_store import JsonStore

    if source.size == 0:
        raise NotAStore(
            "This file is empty.", "Nothing was written to it yet: check the tool that writes it."
        )
    chosen: Sequence[JsonFormat] = ()
    if plugins:
        from inspector.stores.registry import load_plugins

        chosen = load_plugins(plugins)[0]
    if mapping is not None:
        from inspector.stores.formats.generic import mapped

        chosen = [*chosen, mapped(mapping)]
    return JsonStore(path, source, *detect(source, chosen))


def _stdin() -> Path:
    import sys

    from inspector.stores.spool import spool

    return spool(sys.stdin.buffer)


class _Named:
    """A store under the name that the user knows it by."""

    def __init__(self, store: Store, name: Path, copy: Path | None = None) -> None:
        """`copy`: a file that goes with it."""
        self._store = store
        self._name = name
        self._copy = copy

    @property
    def info(self) -> StoreInfo:
        return replace(self._store.info, path=self._name, writable=False)

    def scan(self) -> Iterator[Batch]:
        return self._store.scan()

    def load(self, trace_id: str, places: Sequence[Place]) -> Trace:
        return self._store.load(trace_id, places)

    def windows(self, overlap: int) -> Iterator[bytes]:
        return self._store.windows(overlap) if isinstance(self._store, HasWindows) else iter(())

    def side_records(self) -> Iterator[SideRecord]:
        return self._store.side_records()

    def text(self) -> Text | None:
        return self._store.text() if isinstance(self._store, HasText) else None

    def lines(self) -> Lines | None:
        return self._store.lines() if isinstance(self._store, HasLines) else None

    def close(self) -> None:
        self._store.close()
        if self._copy is not None:
            self._copy.unlink(missing_ok=True)
