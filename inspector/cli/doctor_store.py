"""The checklist's lines about one store: who may read it, where it lies, what is shown of it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from inspector.cli.doctor import Line, Ward, fail, good, warn
from inspector.session.store_names import store_name
from inspector.view import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from inspector.session.audited import AuditedView
    from inspector.view import ShownSpan, ShownText, ShownValue

_SAMPLE = 50
"""Traces that are looked at, from the newest on."""
_SPANS = 500
_SHARE = 0.8


def _view(ward: Ward) -> AuditedView:
    assert ward.view is not None
    return ward.view


def _paths(ward: Ward) -> list[Path]:
    return [s.info.path for s in _view(ward).session.stores() if str(s.info.path) != "-"]


def modes(ward: Ward) -> Line:
    loose = [p for p in _paths(ward) if p.stat().st_mode & 0o077]
    open_ = [p for p in _paths(ward) if p.absolute().parent.stat().st_mode & 0o077]
    if loose:
        return fail(
            "store's mode", f"{len(loose)} stores can be read by others", f"chmod 600 {store_name(loose[0])}"
        )
    if open_:
        folder = open_[0].absolute().parent
        return warn(
            "store's mode", "0600, in a folder that others can list", f"chmod 700 {store_name(folder)}"
        )
    return good("store's mode", "nobody else can read it")


def versioned(ward: Ward) -> Line:
    inside = [p for p in _paths(ward) if _in_git(p)]
    if inside:
        return fail(
            "version control",
            f"{len(inside)} stores are under version control, where erasing can't reach",
            f"git rm --cached {inside[0].name}, add it to .gitignore, and rewrite the history.",
        )
    return good("version control", "the store is in no repository")


def _in_git(path: Path) -> bool:
    folder = path.absolute().parent
    if not any((up / ".git").exists() for up in (folder, *folder.parents)):
        return False
    argv = [
        "git",
        "-C",
        str(folder),
        "-c",
        "core.fsmonitor=false",
        "ls-files",
        "--error-unmatch",
        "--",
        path.name,
    ]
    try:
        done = subprocess.run(argv, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return True
    return done.returncode == 0


def persons(ward: Ward) -> Line:
    """Without user and session ids nobody can be found when they ask for their data, or for its end."""
    rows = _view(ward).rows()
    page = rows.page(0, min(rows.count, 10_000))
    if not page:
        return good("who it is about", "the store is empty")
    user = sum(row.user is not None for row in page) / len(page)
    session = sum(row.session is not None for row in page) / len(page)
    what = f"{user:.0%} of traces have a user id, {session:.0%} a session id"
    if user >= _SHARE and session >= _SHARE:
        return good("who it is about", what)
    return warn("who it is about", what, "Set user.id and session.id where the traces are made.")


def shown_sample(ward: Ward) -> Line:
    """What the screen would show, put through an engine of the strictest setting once more."""
    from inspector.redaction import Policy, Redactor
    from inspector.redaction.levels import DEFAULT_OPERATORS

    strictest = {kind: "replace" for kind, operator in DEFAULT_OPERATORS.items() if operator != "keep"}
    engine = Redactor(Policy(types=tuple(sorted(strictest.items()))))
    found: dict[str, int] = {}
    spans = 0
    for span in _sample(_view(ward)):
        spans += 1
        for text in _plain(span):
            for piece in engine.text(text).pieces:
                if piece.finding is not None and piece.finding.type in strictest:
                    found[piece.finding.type] = found.get(piece.finding.type, 0) + 1
    if found:
        names = ", ".join(f"{name} {n}" for name, n in sorted(found.items()))
        return fail(
            "what is shown",
            f"{spans} spans show {names}",
            "Strengthen the policy: inspector policy test says why.",
        )
    return good("what is shown", f"nothing sensitive in {spans} spans")


def _sample(view: AuditedView) -> Iterator[ShownSpan]:
    rows = view.rows()
    left = _SPANS
    for row in rows.page(0, _SAMPLE):
        for node in view.trace(row.key).nodes:
            if left == 0:
                return
            left -= 1
            yield view.span(row.key, node.index)


def _plain(span: ShownSpan) -> Iterator[str]:
    """What is shown as it is stored, apart from its keys."""
    yield from _clean(span.name)
    yield from _clean(span.status_message)
    for attribute in (*span.attributes, *span.resource, *(a for e in span.events for a in e.attributes)):
        yield from _values(attribute.value)
    yield from _values(span.input)
    yield from _values(span.output)


def _values(value: ShownValue) -> Iterator[str]:
    from inspector.view import ShownList, ShownMap, ShownText

    if isinstance(value, ShownText):
        yield from _clean(value)
    elif isinstance(value, ShownList):
        for item in value.items:
            yield from _values(item)
    elif isinstance(value, ShownMap):
        for _, item in value.pairs:
            yield from _values(item)


def _clean(text: ShownText) -> Iterator[str]:
    """The plain segments, each by itself: what is hidden between them belongs to none."""
    yield from (s.text for s in text.segments if s.state is State.PLAIN and s.text)


def space(ward: Ward) -> Line:
    for path in _paths(ward):
        size, free = path.stat().st_size, shutil.disk_usage(path.absolute().parent).free
        if free < 2 * size:
            return warn(
                "free disk",
                f"an erasure needs {2 * size / 1e9:.1f} GB, {free / 1e9:.1f} GB are free",
                "Make room, or move the store.",
            )
    return good("free disk", "enough for an erasure")


CHECKS: list[Callable[[Ward], Line]] = [modes, versioned, persons, shown_sample, space]
