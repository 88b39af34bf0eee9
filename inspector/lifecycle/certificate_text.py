"""A certificate as Markdown and as one HTML page without scripts or remote parts."""

from __future__ import annotations

import html as escaping
from typing import TYPE_CHECKING

from inspector.lifecycle import sealed
from inspector.view import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.lifecycle.certificate import Certificate
    from inspector.lifecycle.sealed import Object

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:50em;margin:3em auto;padding:0 1em;color:#222}"
    "h1{font-size:1.5em}h2{font-size:1.1em;margin-top:2em}td{padding:.1em 1.2em .1em 0;vertical-align:top;"
    "word-break:break-word}td:first-child{color:#666;white-space:nowrap}"
)


def sections(certificate: Certificate) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Headings with their lines, in the program's words."""
    facts = certificate.facts
    head = [
        (name.replace("_", " "), sealed.text(facts, name))
        for name in (
            "operation",
            "kind",
            "subject",
            "request",
            "basis",
            "mode",
            "started",
            "finished",
            "program",
        )
    ]
    complete = "no: " + sealed.text(facts, "partial") if sealed.text(facts, "partial") else "yes"
    actor = facts.get("operator")
    who = ", ".join(f"{k} {v}" for k, v in actor.items()) if isinstance(actor, dict) else ""
    signed = "yes" if certificate.signed else "no: no signing key was at hand"
    yield "Erasure certificate", [*head, ("operator", who), ("complete", complete), ("signed", signed)]
    yield (
        "Store",
        [
            (name, sealed.text(facts, name))
            for name in ("store", "format", "method")
            if sealed.text(facts, name)
        ],
    )
    yield "Removed", [(name, f"{n:,}") for name, n in sealed.counts(facts, "counts").items()]
    yield (
        "Found as",
        [(sealed.text(each, "class"), _amounts(each)) for each in sealed.objects(facts, "classes")],
    )
    yield "Files", [(sealed.text(each, "path"), _file(each)) for each in sealed.objects(facts, "files")]
    yield "Proof", _proof(facts)
    yield "Not covered", [("", text) for text in sealed.texts(facts, "uncovered")]
    yield "What this does not claim", [("", text) for text in sealed.texts(facts, "not_claimed")]


def _amounts(each: Object) -> str:
    named = (
        f"{sealed.number(each, name):,} {name}" for name in ("traces", "spans", "rows") if each.get(name)
    )
    return ", ".join(named)


def _file(each: Object) -> str:
    before, after = sealed.text(each, "before"), sealed.text(each, "after") or "gone"
    return f"sha256 {before} before, {after} after"


def _proof(facts: Object) -> list[tuple[str, str]]:
    lines = [("second search", f"{sealed.number(facts, 'second_search'):,} found")]
    lines += [(f"residue in {name}", f"{n:,}") for name, n in sealed.counts(facts, "residue").items()]
    shared = sealed.number(facts, "shared")
    if shared:
        lines.append(("shared with what stays", f"{shared:,} windows, not counted as residue"))
    checks = facts.get("checks")
    if isinstance(checks, dict):
        lines += [(str(name), str(said)) for name, said in checks.items()]
    lines.append(("audit record", f"#{sealed.number(facts, 'audit_seq')}"))
    return lines


def markdown(certificate: Certificate) -> str:
    out: list[str] = []
    for number, (title, lines) in enumerate(sections(certificate)):
        if lines:
            out += [f"{'#' if number == 0 else '##'} {title}", ""]
            out += [
                f"- {_plain(name)}: {_plain(text)}" if name else f"- {_plain(text)}"
                for name, text in lines
                if text
            ]
            out.append("")
    return "\n".join(out)


def _plain(text: str) -> str:
    shown = sanitise(text).replace("\n", " ")
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in shown)


def html(certificate: Certificate) -> str:
    out = [
        "<!doctype html><html lang=en><head><meta charset=utf-8>",
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Erasure certificate</title><style>{_STYLE}</style></head><body>",
    ]
    for number, (title, lines) in enumerate(sections(certificate)):
        if lines:
            level = "h1" if number == 0 else "h2"
            rows = "".join(
                f"<tr><td>{_tag(name)}</td><td>{_tag(text)}</td></tr>" for name, text in lines if text
            )
            out.append(f"<{level}>{title}</{level}><table>{rows}</table>")
    return "\n".join([*out, "</body></html>", ""])


def _tag(text: str) -> str:
    return escaping.escape(sanitise(text))
