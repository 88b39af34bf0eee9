"""Where spans are pushed to and how: a URL with what has to hold of the connection."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from inspector.errors import UsageError
from inspector.reports.push.credentials import demand_sound

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PATH = "/v1/traces"
TIMEOUT = 60.0
_PIN = re.compile(r"(?:sha256[:/])?((?:[0-9a-f]{2}:?){32})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Made by `checked`. `pin` is the SHA-256 of the receiver's public key (SubjectPublicKeyInfo), hex."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    tls_min: str = "1.3"
    pin: str = ""
    region: str = ""
    baa: bool = False
    timeout: float = TIMEOUT
    """Seconds for one request, its repetitions included."""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


def checked(given: Endpoint) -> Endpoint:
    """The endpoint with its full path. Raises UsageError for one that would send in the clear, to nowhere, or
    with credentials that can't be meant."""
    try:
        parts = urlsplit(given.url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError("The endpoint is no URL.", "Write it as https://collector.example:4318.") from None
    if parts.scheme not in ("https", "http") or not host:
        raise UsageError("The endpoint is no URL.", "Write it as https://collector.example:4318.")
    if parts.username is not None or parts.password is not None:
        raise UsageError("The endpoint's URL holds credentials.", "Give them by --header NAME=VARIABLE.")
    if parts.query or parts.fragment:
        raise UsageError("The endpoint's URL has a query.", "Give keys by --header NAME=VARIABLE.")
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError("Plain http goes to this machine alone.", "Use https.")
    if given.key is not None and given.cert is None:
        raise UsageError("A client's key needs its certificate.", "Add --cert FILE.")
    for file in (given.ca, given.cert, given.key):
        if file is not None and not file.is_file():
            raise UsageError("A certificate or key file isn't there.", "Check --ca, --cert and --key.")
    demand_sound(given.headers)
    path = parts.path.rstrip("/")
    url = f"{parts.scheme}://{parts.netloc}{path if path.endswith(PATH) else path + PATH}"
    return Endpoint(
        url, given.headers, given.ca, given.cert, given.key, given.tls_min, normal_pin(given.pin),
        given.region, given.baa, given.timeout,
    )  # fmt: skip


def is_loopback(host: str) -> bool:
    """Whether a host is this machine whatever a name server says."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def normal_pin(text: str) -> str:
    """64 hex digits. Raises UsageError for what is no SHA-256."""
    if not text:
        return ""
    found = _PIN.fullmatch(text.strip())
    if found is None:
        raise UsageError("The pin is no SHA-256.", "Write the 64 hex digits of the receiver's public key.")
    return found[1].replace(":", "").lower()
