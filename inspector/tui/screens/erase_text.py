"""Plan and receipt of an act as styled text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    from inspector.tui.look import Look
    from inspector.view_acts import Line, Receipt, ShownPlan

_LABEL = 24
_SHOWN_SAMPLES = 12


def plan_text(plan: ShownPlan, look: Look, *, samples: bool) -> Text:
    text = Text(no_wrap=False)
    for line in plan.facts:
        _line(text, line, look)
    if plan.found:
        text.append(
            f"\n{'found':<{_LABEL}}{'traces':>8}{'spans':>8}{'rows':>7}   where\n", _style(look, "dim")
        )
        for each in plan.found:
            counts = f"{each.traces or '':>8}{each.spans or '':>8}{each.rows or '':>7}   "
            text.append(f"  {each.name:<{_LABEL - 2}}{counts}", _style(look, "plain"))
            text.append(f"{each.where}\n", _style(look, "dim"))
    if samples:
        for sample in list(plan.samples)[:_SHOWN_SAMPLES]:
            text.append(f"    {sample}\n", _style(look, "dim"))
    if plan.not_covered:
        text.append("\nnot covered\n", _style(look, "warn"))
        for sentence in plan.not_covered:
            text.append(f"  • {sentence}\n", _style(look, "plain"))
    text.append("\nWhat happens", _style(look, "plain"))
    text.append(
        "   intent to audit → change, all or nothing → byte scan → second search → certificate\n",
        _style(look, "dim"),
    )
    if plan.blocked:
        text.append(f"\n{plan.blocked}\n", _style(look, "bad"))
    return text


def receipt_text(receipt: Receipt, look: Look) -> Text:
    text = Text()
    done = "Done, and proved." if receipt.complete else "Done in part."
    text.append(f"{done}\n\n", _style(look, "good" if receipt.complete else "bad"))
    for line in receipt.lines:
        _line(text, line, look)
    return text


def _line(text: Text, line: Line, look: Look) -> None:
    text.append(f"{line.label[: _LABEL - 1]:<{_LABEL}}", _style(look, "dim"))
    text.append(f"{line.text}\n", _style(look, line.tone))


def _style(look: Look, tone: str) -> Style:
    c = look.colors
    color = {"good": c.ok, "bad": c.error, "warn": c.amber, "dim": c.dim}.get(tone, c.text)
    return Style(color=color, bold=tone == "head")
