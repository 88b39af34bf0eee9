"""The fifth tab: what the audit log holds of this trace, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui import format as fmt
from inspector.tui.tabs.doc import Item, Line
from inspector.tui.text import fit
from inspector.view import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.tui.tabs.doc import Page
    from inspector.tui.text import Run
    from inspector.view import ShownAuditRecord

_BAD = ("denied", "failure")
_TIME = 27
_ACTION = 20


def lines(page: Page, records: Sequence[ShownAuditRecord] | None) -> Iterator[Line]:
    look = page.look
    if records is None:
        yield Line((("  Reading the audit log.", look.dim),))
        return
    if not records:
        yield Line((("  The audit log holds nothing of this trace yet.", look.text),))
        yield Line((("  Who looks at it, and what is done with it, will stand here.", look.dim),))
        return
    for record in records:
        yield Line(fit(_runs(record, page), page.width - 1, look), Item(f"a{record.seq}", heading=True))
        if record.reason:
            said = (("      ", look.text), (sanitise(record.reason), look.dim))
            yield Line(said, Item(f"a{record.seq}"), 1)


def _runs(record: ShownAuditRecord, page: Page) -> list[Run]:
    look = page.look
    outcome = look.error_bold if record.outcome in _BAD else look.dim
    return [
        (f" #{record.seq:<7} ", look.dim),
        (f"{fmt.moment_of(record.time):<{_TIME}}  ", look.dim),
        *fit([(record.action, look.strong)], _ACTION, look),
        (f" {record.outcome:<10} ", outcome),
        (f"{record.who} as {record.role}", look.text),
        (f"  {record.counts}" if record.counts else "", look.dim),
    ]
