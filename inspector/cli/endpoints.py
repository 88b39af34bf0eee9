"""The endpoint that was typed, named in config or in OpenTelemetry's variables."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from inspector.errors import Denied, UsageError
from inspector.reports.push.endpoint import TIMEOUT, Endpoint, checked

if TYPE_CHECKING:
    from inspector.config import Config

ENVIRONMENT = "env"
"""The endpoint that the OTEL_EXPORTER_OTLP_ variables name."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed of an endpoint."""

    name: str
    headers: tuple[str, ...] = ()
    cert: str | None = None
    key: str | None = None
    ca: str | None = None
    tls_min: str | None = None
    pin: str | None = None


def endpoint_of(typed: Typed, config: Config) -> Endpoint:
    """The endpoint by its URL, its name in config, or the standard variables. Raises UsageError or Denied."""
    found = _named(typed.name, config)
    headers = {**found.headers, **dict(_header(h) for h in typed.headers)}
    made = checked(
        replace(
            found,
            headers=headers,
            ca=Path(typed.ca) if typed.ca else found.ca,
            cert=Path(typed.cert) if typed.cert else found.cert,
            key=Path(typed.key) if typed.key else found.key,
            tls_min=typed.tls_min or found.tls_min,
            pin=typed.pin or found.pin,
        )
    )
    if config.text("profile") == "hipaa" and not made.baa:
        raise Denied(
            "The profile hipaa pushes only to endpoints with a business associate agreement.",
            "Set baa = true for it in [export.endpoints.NAME] if there is one.",
        )
    return made


def _named(name: str, config: Config) -> Endpoint:
    if "://" in name:
        return Endpoint(name)
    if name == ENVIRONMENT:
        return _of_environment()
    held = config.table("export").get("endpoints")
    row = held.get(name) if isinstance(held, dict) else None
    if not isinstance(row, dict) or not isinstance(row.get("url"), str):
        raise UsageError(
            "There is no endpoint of this name.", "Write its URL, env, or a name of [export.endpoints.NAME]."
        )
    if row.get("protocol", "http") != "http":
        raise UsageError(
            "OTLP over gRPC can't be held to a TLS version or a key from here.", "Use its http endpoint."
        )
    variables = row.get("headers")
    headers = dict(_variable(k, str(v)) for k, v in variables.items()) if isinstance(variables, dict) else {}
    return Endpoint(
        str(row["url"]),
        headers,
        ca=_file(row.get("ca")),
        cert=_file(row.get("cert")),
        key=_file(row.get("key")),
        tls_min=str(row.get("tls_min") or "1.3"),
        pin=str(row.get("pin") or ""),
        region=str(row.get("region") or ""),
        baa=row.get("baa") is True,
    )


def _of_environment() -> Endpoint:
    """As OpenTelemetry's specification has it; what is said for traces goes before what is said for all."""

    def said(name: str) -> str:
        return (
            os.environ.get(f"OTEL_EXPORTER_OTLP_TRACES_{name}")
            or os.environ.get(f"OTEL_EXPORTER_OTLP_{name}")
            or ""
        )

    url = said("ENDPOINT")
    if not url:
        raise UsageError("OTEL_EXPORTER_OTLP_ENDPOINT isn't set.", "Set it, or write the endpoint's URL.")
    pairs = (part.partition("=") for part in said("HEADERS").split(",") if part.strip())
    headers = {name.strip(): unquote(value.strip()) for name, _, value in pairs}
    timeout = said("TIMEOUT")
    return Endpoint(
        url,
        headers,
        ca=_file(said("CERTIFICATE")),
        cert=_file(said("CLIENT_CERTIFICATE")),
        key=_file(said("CLIENT_KEY")),
        timeout=float(timeout) if timeout.replace(".", "", 1).isdecimal() else TIMEOUT,
    )


def _file(name: object) -> Path | None:
    return Path(str(name)).expanduser() if name else None


def _header(text: str) -> tuple[str, str]:
    name, equals, variable = text.partition("=")
    if not equals:
        raise UsageError(
            "A header isn't one.", "Write it as --header NAME=VARIABLE, VARIABLE holding its value."
        )
    return _variable(name, variable)


def _variable(name: str, variable: str) -> tuple[str, str]:
    value = os.environ.get(variable)
    if value is None:
        raise UsageError(
            f"The environment variable of the header {name} isn't set.",
            "Name the variable that holds the value, not the value: it would stay in the shell's history.",
        )
    return name, value
