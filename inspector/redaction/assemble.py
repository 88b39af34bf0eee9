"""Values split over neighbours: streaming chunks and the text parts of one message are judged as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from inspector.redaction.result import Piece, RedactedList, RedactedMap, RedactedText

if TYPE_CHECKING:
    from inspector.model import Value
    from inspector.redaction.content import Found
    from inspector.redaction.engine import Redactor
    from inspector.redaction.paths import Path
    from inspector.redaction.result import RedactedValue

Route: TypeAlias = tuple[str | int, ...]

CHUNK_KEYS = frozenset(("streaming_chunks", "stream_chunks", "chunks", "deltas", "fragments"))
"""Keys whose lists of texts are one text in pieces."""

_ROUTES: tuple[Route, ...] = (
    ("choices", 0, "delta", "content"),
    ("delta", "content"),
    ("delta", "text"),
    ("delta",),
)
_LARGEST = 1 << 20


def _at(value: Value, route: Route) -> str | None:
    here: Value = value
    for step in route:
        if isinstance(step, int):
            if not isinstance(here, list) or len(here) <= step:
                return None
            here = here[step]
        elif isinstance(here, dict):
            here = here.get(step)
        else:
            return None
    return here if isinstance(here, str) else None


def _part(value: dict[str, Value]) -> Route | None:
    """The text of a message part `{"type": "text", …}` whose type comes first or last."""
    if value.get("type") not in ("text", "input_text", "output_text"):
        return None
    keys = list(value)
    if "type" not in (keys[0], keys[-1]):
        return None
    for name in ("text", "content"):
        if isinstance(value.get(name), str):
            return (name,)
    return None


def _route(item: Value, listed: bool) -> Route | None:
    """Where the text of one neighbour stands, or none if it takes no part."""
    if isinstance(item, str):
        return () if listed else None
    if not isinstance(item, dict):
        return None
    if "delta" in item or "choices" in item:
        for route in _ROUTES:
            if _at(item, route) is not None:
                return route
    return _part(item)


def groups(
    redactor: Redactor, values: list[Value], made: list[RedactedValue], path: Path
) -> list[RedactedValue]:
    """`made`, the neighbours judged one by one, with what only shows in runs of them hidden as well."""
    if len(values) < 2:
        return made
    last = path[-1] if path else ""
    listed = isinstance(last, str) and last.rsplit(".", 1)[-1] in CHUNK_KEYS
    run: list[tuple[int, Route, str]] = []
    for n, item in enumerate([*values, None]):
        route = _route(item, listed)
        if route is not None:
            text = item if isinstance(item, str) else _at(item, route)
            if text is not None:
                run.append((n, route, text))
                continue
        if len(run) > 1:
            made = _judge(redactor, run, made, path)
        run = []
    return made


def _judge(
    redactor: Redactor, run: list[tuple[int, Route, str]], made: list[RedactedValue], path: Path
) -> list[RedactedValue]:
    texts = [t.encode("utf-8", "replace") for _, _, t in run]
    if sum(map(len, texts)) > _LARGEST:
        return made
    whole = b"".join(texts)
    found = redactor.find(whole, path)
    if not found:
        return made
    out = list(made)
    at = 0
    for (n, route, _), text in zip(run, texts, strict=True):
        here = [f for f in found if f.start < at + len(text) and f.end > at]
        if any(f.start < at or f.end > at + len(text) for f in here):
            out[n] = _put(out[n], route, _cut(redactor, text, at, here))
        at += len(text)
    return out


def _cut(redactor: Redactor, text: bytes, at: int, found: list[Found]) -> RedactedText:
    """One neighbour: a value that starts here is shown as hidden, the rest of one that started before is gone."""
    pieces: list[Piece] = []
    done = 0
    for one in found:
        start, end = max(0, one.start - at), min(len(text), one.end - at)
        if start > done:
            pieces.append(Piece(text[done:start].decode("utf-8", "replace")))
        shown = redactor.piece(one)
        pieces.append(shown if one.start >= at else Piece("", shown.finding))
        done = end
    if done < len(text):
        pieces.append(Piece(text[done:].decode("utf-8", "replace")))
    return RedactedText(tuple(pieces))


def _put(value: RedactedValue, route: Route, text: RedactedText) -> RedactedValue:
    if not route:
        return text
    step, rest = route[0], route[1:]
    if isinstance(value, RedactedList) and isinstance(step, int):
        items = list(value.items)
        items[step] = _put(items[step], rest, text)
        return RedactedList(tuple(items))
    if isinstance(value, RedactedMap):
        return RedactedMap(tuple((k, _put(v, rest, text) if str(k) == step else v) for k, v in value.pairs))
    return value
