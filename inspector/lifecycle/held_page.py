"""What is held about a person as a page that they can read: no script, nothing from elsewhere, all escaped."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.lifecycle.screened import Plain

_DEEPEST: Final = 60
_SKIPPED: Final = frozenset({"as_stored", "spans"})
"""What the JSON file has besides: the record once more as its tool wrote it."""
_CONTROLS: Final = dict.fromkeys(
    [
        *(*range(9), 11, 12, *range(14, 32), *range(127, 160)),
        *(0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    ],
    "\ufffd",
)
"""Characters that would let a text turn the line around it; a surrogate can't be written at all."""
_LABELS: Final = {
    "hidden": "left out",
    "other person": "identifiers of other people",
    "name": "names of other people",
    "email": "e-mail addresses of other people",
    "phone": "telephone numbers of other people",
    "ip": "network addresses",
    "encrypted": "encrypted fields",
    "unreadable": "values that couldn't be judged",
}


def head(words: Sequence[str], made: str) -> str:
    css = (Path(__file__).parent / "templates" / "held.css").read_text("utf-8")
    style = "sha256-" + base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return Markup(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; "
        "base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        "<title>What is held about you</title>\n<style>{}</style>\n</head>\n<body>\n"
        "<h1>What is held about you</h1>\n<p class=dim>Looked for: {}. Made on {} (UTC).</p>\n"
        "<p>Other people's data and secrets are left out; where they stood, a mark in brackets says so. "
        "<code>data.json</code> beside this page holds the same for programs, and each record as it is stored.</p>\n"
    ).format(style, Markup(css), ", ".join(clean(w) for w in words), made)


def store_head(name: str, format: str) -> str:
    return Markup("<h2>{} <span class=dim>({})</span></h2>\n").format(clean(name), format)


def trace(piece: Mapping[str, Plain]) -> Iterator[str]:
    spans = piece["spans"]
    assert isinstance(spans, list)
    title = Markup("{} · {} · {} steps").format(
        _word(piece["start"]) or "no time", _word(piece["name"]) or "a trace", len(spans)
    )
    yield Markup("<details><summary>{}</summary>\n{}\n").format(title, fields(piece))
    for span in spans:
        assert isinstance(span, dict)
        mark = " · names you" if span["names_you"] else ""
        yield Markup("<details><summary>{} · {}{}</summary>{}</details>\n").format(
            span["kind"], _word(span["name"]) or "a step", mark, fields(span)
        )
    yield "</details>\n"


def other(title: str, piece: Mapping[str, Plain]) -> str:
    return Markup("<details><summary>{}</summary>{}</details>\n").format(title, fields(piece))


def tail(counts: Mapping[str, int], hidden: Mapping[str, int]) -> str:
    left = [Markup("<li>{:,} × {}</li>").format(n, _LABELS.get(t, t)) for t, n in sorted(hidden.items()) if n]
    return Markup(
        "<h2>In short</h2>\n<p>{traces:,} traces with {spans:,} steps, of which {naming:,} name you; "
        "{records:,} other records; {mentions:,} mentions in data of others.</p>\n"
    ).format(**counts) + Markup("<h3>Left out</h3>\n<ul>{}</ul>\n</body>\n</html>\n").format(
        Markup("").join(left) or Markup("<li>nothing</li>")
    )


def fields(piece: Mapping[str, Plain]) -> Markup:
    shown: dict[str, Plain] = {
        k: v for k, v in piece.items() if k not in _SKIPPED and v not in (None, "", [], {})
    }
    return _value(shown, 0)


def clean(text: str) -> str:
    return text.translate(_CONTROLS).encode("utf-8", "replace").decode()


def _value(value: Plain, depth: int) -> Markup:
    if depth > _DEEPEST:
        return Markup("…")
    if isinstance(value, dict):
        rows = (
            Markup("<dt>{}</dt><dd>{}</dd>").format(clean(k), _value(v, depth + 1)) for k, v in value.items()
        )
        return Markup("<dl>{}</dl>").format(Markup("").join(rows))
    if isinstance(value, list):
        items = (Markup("<li>{}</li>").format(_value(v, depth + 1)) for v in value)
        return Markup("<ul>{}</ul>").format(Markup("").join(items))
    return escape(_word(value))


def _word(value: Plain) -> str:
    return "" if value is None else clean(str(value))
