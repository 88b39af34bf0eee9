"""The access review as one page: no script, nothing loaded, everything escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from inspector.audit.report import SECTIONS, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.audit.report import Line, Report

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1c1f24}
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #d5d9df;vertical-align:top}
th{font-weight:600}td.n{text-align:right}p.none{color:#5b6470}
@media(prefers-color-scheme:dark){body{background:#14171b;color:#dfe3e8}th,td{border-color:#353b43}}
"""
_CSP = "default-src 'none'; style-src 'unsafe-inline'"
_COLUMNS = ("Record", "Time", "User", "Role", "Action", "Outcome", "About", "Counts", "Persons", "Reason")


def html(found: Report, title: str) -> str:
    people = [
        (
            p.user,
            p.host,
            p.role + (" (asserted)" if p.asserted else ""),
            _counts(p.actions),
            str(len(p.touched)),
        )
        for p in found.people.values()
    ]
    only_seen = len(found.seen_redacted - found.persons)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f"<p>{found.records:,} records. Data of {len(found.persons):,} persons was opened or let out; "
        f"{only_seen:,} more were seen redacted.</p>",
        "<h2>Who</h2>",
        _table(("User", "Host", "Role", "Actions", "Persons opened"), people),
    ]
    for name, heading in SECTIONS.items():
        parts += [f"<h2>{escape(heading)}</h2>", _table(_COLUMNS, map(_cells, lines_of(found, name)))]
    return "".join([*parts, "</body></html>\n"])


def _cells(line: Line) -> Sequence[str]:
    return (
        str(line.seq),
        line.time[:19].replace("T", " "),
        line.user,
        line.role,
        line.action,
        line.outcome,
        line.resource,
        _counts(line.counts),
        str(line.persons or ""),
        line.reason,
    )


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items())


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    if not body:
        return '<p class="none">None.</p>'
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
