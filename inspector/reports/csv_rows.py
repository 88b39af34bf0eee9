"""CSV, one row a span, that no spreadsheet takes for formulas.

Every text is quoted and on one line, and where it begins as a formula would, an apostrophe comes first (OWASP,
CSV injection). So it does behind a `;`, at which spreadsheets split in half of the world's locales.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from inspector.reports.table import columns, rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from inspector.reports.chosen import Chosen
    from inspector.reports.manifest import About
    from inspector.reports.table import Cell

_DANGEROUS = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20\u2212")
"""What begins a formula in some spreadsheet or locale, full-width forms included."""
_BEHIND = re.compile(rf"""(;["'\s]*)(?=[{re.escape("".join(_DANGEROUS))}])""")
_LINES = str.maketrans({"\n": "\u2424", "\r": "\u240d", "\t": " "})
LONGEST = 32_000
"""Characters a cell may have: spreadsheets cut off at 32,767 or split what is longer."""


def safe(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = _BEHIND.sub(r"\1'", cell.translate(_LINES))
    if len(text) > LONGEST:
        text = text[:LONGEST] + "…"
    return f"'{text}" if text.lstrip().startswith(_DANGEROUS) else text


def write(chosen: Chosen, about: About, out: BinaryIO, names: Sequence[str] = ()) -> None:
    wanted = columns(names)
    text = io.TextIOWrapper(out, encoding="utf-8", errors="replace", newline="", write_through=False)
    try:
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow([safe(column.name) for column in wanted])
        for row in rows(chosen, wanted):
            writer.writerow(["" if cell is None else safe(cell) for cell in row])
        text.flush()
    finally:
        text.detach()
