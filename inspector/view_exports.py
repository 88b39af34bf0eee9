"""Exports as the screen asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.view import TraceKey


class ExportWish(Struct, frozen=True):
    """What is to be exported: the traces of `keys`, or all that `query` selects."""

    kind: str
    query: str = ""
    keys: tuple[TraceKey, ...] = ()


class ExportPreview(Struct, frozen=True):
    """What an export would hold, in named lines; `refused` says why it can't be written, or is empty."""

    lines: tuple[tuple[str, str], ...]
    refused: str = ""


@runtime_checkable
class Exports(Protocol):
    """What a view may also do: write what is seen into a redacted file, recorded."""

    def export_kinds(self) -> Sequence[tuple[str, str]]:
        """Name and a line of help of each."""

    def preview(self, wish: ExportWish) -> ExportPreview: ...

    def export(self, wish: ExportWish, stopped: Callable[[], bool]) -> str:
        """Write the file; what to tell of it. Raises Denied, UsageError, StoreError or AuditError."""
