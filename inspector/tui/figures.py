"""The figures of an overview as rows: latency, models, services, days, and what is hidden where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.tui import format as fmt
from inspector.tui.text import fit, runs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.tui.look import Look
    from inspector.tui.text import Run
    from inspector.view_acts import ShownPlan
    from inspector.view_stats import Findings, StatLine, Stats, TypeFound

_MOST = 12
"""Lines of a table; the rest is said in one."""
_BAR = 16


def figures(
    stats: Stats | None, findings: Findings | None, look: Look, width: int
) -> Sequence[Sequence[Run]]:
    rows: list[Sequence[Run]] = []
    if stats is not None:
        rows += _summary(stats, look)
        for title, unit, lines in (
            ("Models", "calls", stats.models),
            ("Services", "traces", stats.services),
            ("Kinds", "spans", stats.kinds),
            ("Days", "traces", stats.days),
        ):
            if lines:
                rows += _table(title, unit, lines, look, width)
    return [*rows, *_findings(findings, look, width)]


def _summary(stats: Stats, look: Look) -> list[Sequence[Run]]:
    latency: list[Run] = [(" latency  ", look.dim)]
    for name, value in stats.latency:
        latency += [(f"{name} ", look.dim), (f"{fmt.duration(value)}   ", look.strong)]
    share = f" {stats.failed * 100 / stats.traces:.1f}%" if stats.traces and stats.failed else ""
    failed = look.error if stats.failed else look.ok
    sums: list[Run] = [
        (" failed   ", look.dim),
        (f"{stats.failed:,} of {stats.traces:,} traces{share}", failed),
        (f"   error spans {stats.errors:,} of {stats.spans:,}", look.dim),
    ]
    spent: list[Run] = [
        (" spent    ", look.dim),
        (f"{stats.tokens:,} tokens", look.strong),
        (f"   {fmt.cost(stats.cost)}" if stats.cost else "", look.strong),
    ]
    return [latency, sums, spent]


def _table(title: str, unit: str, lines: Sequence[StatLine], look: Look, width: int) -> list[Sequence[Run]]:
    columns = [(unit, 9), ("errors", 8), ("p50", 8), ("p95", 8), ("tokens", 12), ("cost", 10)]
    while len(columns) > 3 and 20 + sum(size for _, size in columns) > width - 2:
        columns.pop()
    bar = _BAR if width >= 20 + sum(size for _, size in columns) + _BAR + 24 else 0
    name = min(max(width - 2 - sum(size for _, size in columns) - bar, 14), 40)
    head: list[Run] = [(f" {title:<{name}}", look.dim + look.strong)]
    head += [(f"{label:>{size}}", look.dim) for label, size in columns]
    rows: list[Sequence[Run]] = [(), head]
    most = max(line.count for line in lines) or 1
    for line in lines[:_MOST]:
        facts = {
            unit: fmt.count(line.count),
            "errors": fmt.count(line.errors) if line.errors else "",
            "p50": fmt.duration(line.p50),
            "p95": fmt.duration(line.p95),
            "tokens": fmt.count(line.tokens) if line.tokens else "",
            "cost": fmt.cost(line.cost) if line.cost else "",
        }
        row: list[Run] = [(" ", look.text), *fit(runs_of(line.label, look, look.text), name, look)]
        for label, size in columns:
            style = look.error if label == "errors" else look.text
            row += fit([(facts[label], style)], size, look, right=True)
        if bar:
            row += [("  ", look.text), (look.glyphs.thin * -(-line.count * bar // most), look.histogram)]
        rows.append(row)
    if len(lines) > _MOST:
        rows.append([(f" {look.glyphs.more} {len(lines) - _MOST:,} more", look.dim)])
    return rows


def _findings(findings: Findings | None, look: Look, width: int) -> list[Sequence[Run]]:
    rows: list[Sequence[Run]] = [(), [(" Hidden values", look.dim + look.strong)]]
    if findings is None:
        return [*rows, [(" p counts them, by type and place: that reads the traces themselves.", look.dim)]]
    if not findings.finished:
        share = f" {findings.judged:,} of {findings.of:,} traces judged{look.glyphs.more} p stops"
        rows.append([(share, look.accent)])
    elif not findings.types:
        rows.append([(" None in these traces. Names that no field states are not detected.", look.dim)])
    for found in findings.types:
        rows.append(_type(found, look, width))
    return rows


def _type(found: TypeFound, look: Look, width: int) -> list[Run]:
    paths = "  ".join(f"{path} {n:,}" for path, n in found.paths)
    figures_ = f"{found.values:>8,} in {found.spans:,} spans, {found.traces:,} traces"
    return [
        (f" {look.glyphs.redacted} ", look.dim),
        *fit([(found.type, look.text)], 22, look),
        *fit([(figures_, look.text)], 44 if width >= 100 else 34, look),
        (paths, look.dim),
    ]


def running_out(plan: ShownPlan | None, look: Look) -> list[Sequence[Run]]:
    """What retention would take now, and what comes next."""
    rows: list[Sequence[Run]] = [(), [(" Retention", look.dim + look.strong)]]
    if plan is None:
        return [
            *rows,
            [(" r tells what it takes now and next: that reads the stores, and changes nothing.", look.dim)],
        ]
    if plan.blocked:
        rows.append([(f" {plan.blocked}", look.error)])
    if plan.empty:
        rows.append([(" Nothing has run out.", look.ok)])
    for found in plan.found:
        counts = f"{found.traces:>8,} traces {found.spans:>9,} spans  "
        name = fit([(found.name, look.text)], 22, look)
        rows.append([(" ", look.text), *name, (counts, look.text), (found.where, look.dim)])
    rows += [[(f" {line.label:<22}", look.dim), (line.text, look.text)] for line in plan.facts]
    return rows
