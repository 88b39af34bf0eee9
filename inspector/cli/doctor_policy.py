"""The checklist's lines about config: redaction, formats, exports, retention, credentials."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from inspector.cli.doctor import Line, Ward, fail, good, warn
from inspector.cli.engine import build_engine, unsafe_because

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TESTY = re.compile(r"example|test|localhost|invalid|dummy|sample|fixture", re.IGNORECASE)


def redaction_on(ward: Ward) -> Line:
    why = unsafe_because(ward.policy)
    if why:
        return fail("redaction", f"weakened: {why}", "Remove the weakening: inspector.toml, [redaction].")
    return good("redaction", "on, and nothing shows more than the defaults")


def rules_of_ones_own(ward: Ward) -> Line:
    own = len(ward.policy.rules) + len(ward.policy.field_rules)
    if own:
        return good("own rules", f"{own} rules or fields beside the built-in ones")
    return warn(
        "own rules",
        "none: employee numbers, account ids and the like are not known",
        "Add [[redaction.rule]] or [[redaction.field]], then try it: inspector policy test.",
    )


def allowlist(ward: Ward) -> Line:
    """The values themselves are never printed: they may be real."""
    broad = sum(1 for allow in ward.policy.allows for p in allow.patterns if _broad(str(_source(p))))
    real = sum(1 for allow in ward.policy.allows for value in allow.exact if not _TESTY.search(value))
    if broad:
        return fail(
            "allowlist",
            f"{broad} patterns let through what looks like real data",
            "Narrow [[redaction.allow]] patterns to test values.",
        )
    if real:
        return warn(
            "allowlist",
            f"{real} values don't look like test data",
            "Check [[redaction.allow]] exact: real values don't belong there.",
        )
    return good("allowlist", "nothing that looks like production data")


_PROBES = ("someone@company-mail.org", "+49 30 901820", "4111111111111111", "123-45-6789")


def _source(pattern: object) -> object:
    return getattr(pattern, "pattern", pattern)


def _broad(pattern: str) -> bool:
    try:
        return any(re.fullmatch(pattern, probe) for probe in _PROBES)
    except re.error:
        return True


def plugins(ward: Ward) -> Line:
    from importlib.metadata import entry_points

    named = ward.config.texts("formats.plugins")
    there = {point.name for point in entry_points(group="inspector.formats")}
    missing = sum(name not in there for name in named)
    if missing:
        return fail(
            "formats",
            f"{missing} format plug-ins are named and not installed",
            "Install them, or take them out of [formats] plugins.",
        )
    return good("formats", f"{len(named)} plug-ins named, all there" if named else "built-in formats alone")


def secret_inputs(ward: Ward) -> Line:
    engine = build_engine(ward.policy)
    names = ("password", "secret", "api_key", "token", "authorization", "credit_card")
    shown = [name for name in names if engine.text("Zq7vT2mK9wLx4Rb8", (name,)).clean]
    if shown:
        return fail(
            "secret inputs",
            f"{len(shown)} of {len(names)} fields named as secrets are shown",
            "Turn [redaction] fields on, and take those names out of ignored keys.",
        )
    return good("secret inputs", "fields named password, token and the like are hidden")


def sampling(ward: Ward) -> Line:
    return warn(
        "sampling",
        "nothing is sampled by itself: an export holds every trace that its query selects",
        "Add --sample SHARE --keep-errors to inspector export.",
    )


def endpoints(ward: Ward) -> Line:
    rows = ward.config.table("export").get("endpoints")
    urls = (
        [str(row.get("url", "")) for row in rows.values() if isinstance(row, dict)]
        if isinstance(rows, dict)
        else []
    )
    plain = [url for url in urls if not _safe(url)]
    if plain:
        return fail("endpoints", f"{len(plain)} are not https", "Correct [export.endpoints] url.")
    return good("endpoints", f"{len(urls)}, all https" if urls else "none are set up")


def _safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.hostname or "") in ("localhost", "127.0.0.1", "::1")


def credentials(ward: Ward) -> Line:
    """Names only: where a value is one, it is not repeated."""
    engine = build_engine(ward.policy)

    def found(text: str) -> bool:
        kinds = (p.finding.type for p in engine.text(text, ()).pieces if p.finding is not None)
        return any(kind.startswith("credential") for kind in kinds)

    keys = sorted({name for name, value in ward.config for text in _texts(value) if found(text)})
    variables = sorted(n for n, v in os.environ.items() if n.startswith(("INSPECTOR_", "OTEL_")) and found(v))
    if keys or variables:
        return fail(
            "credentials",
            f"in {', '.join([*keys, *variables])}",
            "Move them to the keyring, or to a variable that config only names.",
        )
    return good("credentials", "none in config, nor in our variables")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def retention(ward: Ward) -> Line:
    if not ward.config.has("retention"):
        return warn(
            "retention",
            "not set up: everything is kept for ever",
            "Run inspector retention init, then look: inspector retention plan STORE.",
        )
    return good("retention", "a policy is present")


CHECKS: list[Callable[[Ward], Line]] = [
    redaction_on,
    rules_of_ones_own,
    allowlist,
    secret_inputs,
    plugins,
    sampling,
    endpoints,
    credentials,
    retention,
]
