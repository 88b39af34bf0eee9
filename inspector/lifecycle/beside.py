"""What of a store lies in archives of ours: an erasure covers them as it does the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.lifecycle import archive
from inspector.lifecycle.archive import Archive, Tier
from inspector.lifecycle.restoring import restored

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from inspector.lifecycle.matcher import Matcher


def readable(stores: Iterable[Path]) -> list[Path]:
    """Archives that are stores themselves, and what was taken out of quarantine: to be erased with theirs."""
    return [
        each
        for path in stores
        for each in (
            *(a.path for a in archive.of_store(path.resolve()) if a.tier is not Tier.QUARANTINE),
            *restored(path.resolve()),
        )
    ]


def quarantined(store: Path, matcher: Matcher) -> list[Archive]:
    """Sealed archives that hold something of the person: they can't be edited, so each goes whole."""
    return [
        each
        for each in archive.of_store(store.resolve())
        if each.tier is Tier.QUARANTINE
        and any(matcher.find(line) for line in archive.opened(each).splitlines())
    ]
