"""Exports that the screen asks for: each opens the stores anew, so that nothing that is open there is in the file."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from inspector.cli.auditing import demand
from inspector.errors import Denied
from inspector.reports.chosen import Selection
from inspector.reports.registry import KINDS, STORE
from inspector.session.store_names import stem_of
from inspector.view_exports import ExportPreview

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.access.identity import Identity
    from inspector.cli.common import Common
    from inspector.config import Config
    from inspector.view import View
    from inspector.view_exports import ExportWish

_PAGE = 512
_MOST = 200_000
"""Traces whose spans are counted for a preview."""


class ScreenExporter:
    def __init__(self, names: Sequence[str], common: Common, config: Config, identity: Identity) -> None:
        self._names = [str(Path(n).absolute()) if n != "-" else n for n in names]
        self._common = common
        self._config = config
        self._identity = identity
        self._turn = threading.Lock()

    def kinds(self) -> Sequence[tuple[str, str]]:
        return [(k.name, k.help) for k in KINDS.values() if k.name != STORE]

    def preview(self, view: View, wish: ExportWish) -> ExportPreview:
        traces, spans, errors = _counted(view, wish)
        role = self._identity.role
        stable = self._config.flag("export.stable_tags")
        refused = ""
        if "-" in self._names:
            refused = "what was piped in can't be read again"
        elif not self._may("reports:export"):
            refused = f"the role {self._identity.name} may not export"
        elif spans > role.export_rows and not self._may("reports:bulk"):
            refused = f"more than {role.export_rows:,} spans need reports:bulk"
        return ExportPreview(
            (
                ("traces", f"{traces:,}"),
                ("spans", f"{spans:,}, {errors:,} of them errors"),
                ("query", wish.query or "none"),
                ("hidden", "all that the policy hides; what is open on the screen too"),
                (
                    "tags",
                    "equal in every export"
                    if stable
                    else "other ones than on the screen and in other exports",
                ),
                ("as", KINDS[wish.kind].help),
                ("file", str(self._target(wish.kind))),
                ("beside it", "a manifest: policy, counts, hash; inspector export --verify checks it"),
            ),
            refused,
        )

    def _may(self, permission: str) -> bool:
        """A refusal is recorded: somebody asked for it."""
        try:
            demand(self._config, self._identity, permission)
        except Denied:
            return False
        return True

    def export(self, view: View, wish: ExportWish, stopped: Callable[[], bool]) -> str:
        from inspector.cli.exporting import Wish, export

        ids = tuple(str(view.trace(key).row.trace_id) for key in wish.keys)
        target = self._target(wish.kind)
        made = Wish(
            KINDS[wish.kind],
            target,
            Selection(wish.query, ids=ids),
            stable_tags=self._config.flag("export.stable_tags"),
        )
        with self._turn:
            done = export(self._names, replace(self._common, json=False), made, quiet=True, stopped=stopped)
        hidden = sum(done.findings.values())
        return f"{target.name}: {done.counts['traces']:,} traces, {hidden:,} values hidden."

    def _target(self, kind: str) -> Path:
        name = f"{stem_of(self._names[0])}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{KINDS[kind].ending}"
        return (self._config.path("export.folder") or Path()) / name


def _counted(view: View, wish: ExportWish) -> tuple[int, int, int]:
    """Traces, spans and errors."""
    if wish.keys:
        rows = [view.trace(key).row for key in wish.keys]
        return len(rows), sum(r.spans for r in rows), sum(r.errors for r in rows)
    found = view.rows(wish.query)
    spans = errors = 0
    for start in range(0, min(found.count, _MOST), _PAGE):
        for row in found.page(start, _PAGE):
            spans += row.spans
            errors += row.errors
    return found.count, spans, errors
