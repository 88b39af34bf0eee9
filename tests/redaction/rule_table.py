"""The manual's list of rules, written from the rules: `python -m tests.redaction.rule_table`."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.redaction.rule import RuleSet

_HEAD = """# Redaction rules

This page is generated from the rule files in `inspector/redaction/rules/`. A rule finds a value by its look,
a key hides whatever stands under it, a field rule names one path. Rules of a pack other than `default` are
off until the policy names the pack. Confidence says how often a finding is what the rule says it is.
"""


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(tuple(head))}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def page(rules: RuleSet) -> str:
    parts = [_HEAD]
    packs: dict[str, list[list[str]]] = defaultdict(list)
    for r in sorted(rules.rules, key=lambda r: (r.type, r.name)):
        packs[r.pack].append([f"`{r.name}`", f"`{r.type}`", r.confidence, r.description])
    for pack in sorted(packs, key=lambda p: (p != "default", p)):
        parts.append(
            f"## Pack `{pack}`\n\n" + _table(("rule", "type", "confidence", "finds"), packs[pack]) + "\n"
        )
    keys = [
        [f"`{k.name}`", f"`{k.type}`", k.pack, k.description or "", ", ".join(f"`{x}`" for x in k.keys)]
        for k in rules.keys
    ]
    parts.append("## Sensitive keys\n\n" + _table(("rule", "type", "pack", "what", "keys"), keys) + "\n")
    fields = [
        [f"`{f.path}`", f.operator, f"`{f.replacement}`" if f.replacement else ""] for f in rules.fields
    ]
    parts.append("## Field rules\n\n" + _table(("path", "operator", "text"), fields) + "\n")
    return "\n".join(parts)


def main() -> None:
    from tests.redaction.test_rules import SET

    target = Path(__file__).parents[2] / "docs" / "redaction-rules.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(page(SET), encoding="utf-8")


if __name__ == "__main__":
    main()
