"""A plan as it was shown, in a file: to be looked at by somebody else before it is carried out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from inspector.errors import StoreError
from inspector.paths import note_written, open_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from inspector.intent import Intent
    from inspector.view_acts import ShownPlan

_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>#|!"})


def markdown(plan: ShownPlan, mark: str) -> str:
    """`mark` is the plan's hash. All that is shown of it is redacted already."""
    return "\n".join(_lines(plan, mark)) + "\n"


def _lines(plan: ShownPlan, mark: str) -> Iterator[str]:
    yield f"# {_text(plan.title)}"
    yield ""
    yield f"Plan {mark}. Nothing was changed by it."
    yield ""
    for line in plan.facts:
        yield f"- {_text(line.label)}: {_text(line.text)}" if line.label else f"- {_text(line.text)}"
    if plan.found:
        yield ""
        yield "| found | traces | spans | rows | where |"
        yield "|---|---|---|---|---|"
        for each in plan.found:
            yield f"| {_text(each.name)} | {each.traces} | {each.spans} | {each.rows} | {_text(each.where)} |"
    for title, sentences in (("Samples, redacted", plan.samples), ("Not covered", plan.not_covered)):
        if sentences:
            yield f"\n## {title}\n"
            yield from (f"- {_text(sentence)}" for sentence in sentences)
    if plan.blocked:
        yield f"\nIn the way: {_text(plan.blocked)}"


def _text(text: str) -> str:
    return " ".join(text.split()).translate(_ESCAPED)


def write_plan_file(intent: Intent, folder: Path, text: str, mark: str, stores: Iterable[Path]) -> Path:
    """A new file (0600) that is called after the plan's hash. Raises StoreError."""
    path = folder / f"inspector-plan-{mark[:8]}.md"
    for store in stores:
        note_written("export", path.resolve(), store)
    try:
        with os.fdopen(
            open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w", encoding="utf-8"
        ) as file:
            file.write(text)
    except FileExistsError:
        raise StoreError(
            f"{path.name} is there already.", "It is the same plan; remove it to write it anew."
        ) from None
    except OSError as error:
        raise StoreError(
            f"The plan can't be written here: {error.strerror}.", "Start inspector in a folder of your own."
        ) from None
    intent.counts["files"] = 1
    return path
