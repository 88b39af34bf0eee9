"""What the program itself has written about a store: caches go, exports still in place go, the rest is named."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from inspector.paths import recent_file, written_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


_STORES: Final = frozenset(("archive", "restored"))
"""Kinds that hold what their store no longer does: they are erased from, not removed."""


def in_place(store: Path) -> dict[Path, str]:
    """Files derived from the store that are still where they were written, each with its kind."""
    return {path: kind for kind, path in written_of(store) if kind not in _STORES and path.is_file()}


def sentence(files: Mapping[Path, str]) -> str:
    """What of ours goes along; exports are named apart, for somebody may still want them."""
    if not files:
        return ""
    exports = sum(kind == "export" for kind in files.values())
    go = "1 file of ours goes" if len(files) == 1 else f"{len(files):,} files of ours go"
    if not exports:
        return f"{go} with it: caches and screen memory"
    what = "an export" if exports == 1 else f"{exports:,} exports"
    return f"{go} with it, {what} among them" if len(files) > 1 else f"{go} with it: {what}"


def moved(store: Path) -> list[str]:
    """A sentence for exports that are gone from where they were written; caches come and go."""
    gone = {path for kind, path in written_of(store) if kind == "export" and not path.exists()}
    if not gone:
        return []
    count = "An export" if len(gone) == 1 else f"{len(gone)} exports"
    return [
        f"{count} of ours was moved or deleted since." if len(gone) == 1 else f"{count} of ours were moved."
    ]


def clean(store: Path, mentions: Callable[[str], bool] = lambda text: False) -> dict[str, int]:
    """Remove what was derived from a store, by kind; recent names that mention a person go too."""
    removed: dict[str, int] = {}
    for kind, path in dict.fromkeys(written_of(store)):
        if kind in _STORES:
            continue
        try:
            path.unlink()
        except (FileNotFoundError, IsADirectoryError, PermissionError):
            continue
        removed[kind] = removed.get(kind, 0) + 1
        _sync(path.parent)
    if _forget_recent(mentions):
        removed["recent"] = 1
    return removed


def _forget_recent(mentions: Callable[[str], bool]) -> bool:
    try:
        text = recent_file().read_text("utf-8", "surrogateescape")
    except OSError:
        return False
    if not mentions(text):
        return False
    recent_file().unlink(missing_ok=True)
    return True


def _sync(folder: Path) -> None:
    try:
        fd = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(fd)
    except OSError:
        pass
    finally:
        os.close(fd)
