"""Files, folders and globs as a list of stores."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inspector.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST: Final = 10_000
"""A folder of more files than this is no folder of stores: the rest is passed over, and said."""
_BESIDE: Final = ("-wal", "-shm", "-journal")
"""SQLite's companions of a database: never stores themselves."""


def find(names: Sequence[Path | str], plugins: Sequence[str]) -> tuple[list[Path], list[str]]:
    """See `inspector.stores.expand`."""
    found: list[Path] = []
    notes: list[str] = []
    for name in names:
        path = Path(name)
        if str(name) == "-" or path.is_file():
            found.append(path)
        elif path.is_dir():
            found += _chosen(_files(path), plugins, notes)
        elif glob.has_magic(str(name)) and not path.exists():
            matches = sorted(glob.glob(str(name), recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)
            inside = (file for match in matches for file in _files(Path(match)))
            found += _chosen(inside, plugins, notes) if matches else [path]
        else:
            found.append(path)
    return list({_real(path): path for path in reversed(found)}.values())[::-1], notes


def _real(path: Path) -> str:
    return "-" if str(path) == "-" else os.path.realpath(path)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and not name.endswith(_BESIDE):
                yield Path(folder, name)


def _chosen(paths: Iterator[Path], plugins: Sequence[str], notes: list[str]) -> list[Path]:
    """Those that open as stores."""
    from inspector.stores import open_store

    found: list[Path] = []
    passed = 0
    for count, path in enumerate(paths):
        if count >= _MOST:
            notes.append(f"Only the first {_MOST:,} files were looked at.")
            break
        try:
            open_store(path, plugins).close()
        except InspectorError:
            passed += 1
        else:
            found.append(path)
    if passed:
        notes.append("1 file is no trace store: skipped." if passed == 1 else
                     f"{passed} files are no trace stores: skipped.")  # fmt: skip
    return found
