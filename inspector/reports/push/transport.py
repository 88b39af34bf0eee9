"""The connection: TLS at least as new as asked, own authorities, a client's certificate, a pinned key.

requests and the exporter would add authorities and headers of their own from the environment, follow redirects and
repeat what can't get better; here they don't.
"""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
from requests.adapters import HTTPAdapter

from inspector.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from inspector.reports.push.endpoint import Endpoint

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
_CERTIFICATE = {
    9: ("isn't valid yet", "Check this machine's clock."),
    10: ("has expired", "Its owner has to renew it."),
    18: ("is self-signed", "Name it by --ca if it is meant."),
    19: ("comes from an authority that isn't trusted here", "Name the authority by --ca."),
    20: ("comes from an authority that isn't trusted here", "Name the authority by --ca."),
    21: ("comes from an authority that isn't trusted here", "Name the authority by --ca."),
    23: ("was revoked", "Its owner has to replace it."),
    62: ("is for another host name", "Use the name that it was made for."),
    64: ("is for another IP address", "Use the name that it was made for."),
}
"""By OpenSSL's X509_V_ERR number."""


_PASSING = (408, 429, 502, 503, 504)
"""Answers after which the same request may be taken."""


class PushError(StoreError):
    """The receiver can't be reached, refused, or isn't who it should be."""


class WrongPin(Exception):
    """The receiver's public key isn't the pinned one."""


class _Pinned(ssl.SSLContext):
    """A context that looks at the receiver's key before a byte is sent."""

    pin: str = ""

    def wrap_socket(self, sock: socket, *args: object, **kwargs: object) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(sock, *args, **kwargs)  # type: ignore[arg-type]  # passed on
        if self.pin and key_hash(wrapped.getpeercert(binary_form=True) or b"") != self.pin:
            wrapped.close()
            raise WrongPin
        return wrapped


def key_hash(certificate: bytes) -> str:
    """SHA-256 of the public key in a DER certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_der_x509_certificate(certificate).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def context_of(endpoint: Endpoint) -> ssl.SSLContext:
    """Raises UsageError for files that hold no certificate or key."""
    context = _Pinned(ssl.PROTOCOL_TLS_CLIENT)
    context.pin = endpoint.pin
    context.minimum_version = _VERSIONS[endpoint.tls_min]
    try:
        if endpoint.ca is not None:
            context.load_verify_locations(endpoint.ca)
        else:
            context.load_default_certs()
        if endpoint.cert is not None:
            context.load_cert_chain(endpoint.cert, endpoint.key, password=lambda: b"")
    except (ssl.SSLError, OSError):
        raise UsageError(
            "A certificate or key file can't be used.",
            "Give PEM files that belong together, the key without a passphrase.",
        ) from None
    return context


@dataclass(slots=True)
class Seen:
    """What the last request met."""

    status: int | None = None
    rejected: int = 0
    """Spans that the receiver took the request for and left out."""
    problem: PushError | None = None
    final: bool = False
    """Whether trying again can't help."""


class Adapter(HTTPAdapter):
    def __init__(self, endpoint: Endpoint, give_up: Callable[[], None]) -> None:
        self._context = context_of(endpoint) if endpoint.url.startswith("https:") else None
        self._host = endpoint.host
        self._give_up = give_up
        self.seen = Seen()
        super().__init__(pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        if self._context is not None:
            kwargs["ssl_context"] = self._context
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]  # passed on

    def build_connection_pool_key_attributes(  # type: ignore[no-untyped-def]  # requests' own shape
        self, request, verify, cert=None
    ):
        """The context has authorities and certificate: requests adds none."""
        host, pool = super().build_connection_pool_key_attributes(request, True, None)
        return host, {k: v for k, v in pool.items() if k == "cert_reqs"}

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """As above."""

    def send(self, *args: object, **kwargs: object) -> requests.Response:
        self.seen = Seen()
        try:
            response = super().send(*args, **kwargs)  # type: ignore[arg-type]  # passed on
        except (requests.RequestException, WrongPin) as error:
            self.seen = self._met(error)
            if self.seen.final:
                self._give_up()
            if isinstance(error, WrongPin):
                raise requests.exceptions.SSLError("pin") from None
            raise
        self.seen = self._answered(response)
        if self.seen.final:
            self._give_up()
        return response

    def _met(self, error: BaseException) -> Seen:
        for cause in _chain(error):
            if isinstance(cause, WrongPin):
                return _final(
                    "The receiver's key isn't the pinned one.",
                    "Ask its owner whether the key changed before you change --pin.",
                )
            if isinstance(cause, ssl.SSLCertVerificationError):
                what, fix = _CERTIFICATE.get(cause.verify_code, ("can't be verified", "Check --ca."))
                return _final(f"The certificate of {self._host} {what}.", fix)
            if isinstance(cause, ssl.SSLError):
                return _tls(cause, self._host)
        fix = "Check address, port and network; push again to go on."
        return Seen(problem=PushError(f"{self._host} doesn't answer.", fix))

    def _answered(self, response: requests.Response) -> Seen:
        code = response.status_code
        if code < 300:
            return Seen(code, rejected=_rejected(response.content))
        if code < 400:
            fix = "Use its final address; redirects aren't followed."
            return _final("The receiver wants the spans sent elsewhere.", fix, code)
        if code in (401, 403):
            return _final(f"The receiver refused the credentials ({code}).", "Check --header.", code)
        fix = "Check its address and its log."
        return _final(f"The receiver answered {code}.", fix, code, final=code not in _PASSING)


def _final(what: str, fix: str, code: int | None = None, *, final: bool = True) -> Seen:
    return Seen(code, problem=PushError(what, fix), final=final)


def _tls(error: ssl.SSLError, host: str) -> Seen:
    reason = (error.reason or "").upper()
    if "VERSION" in reason or "PROTOCOL" in reason:
        fix = "Its owner has to allow it; --tls-min 1.2 asks for less."
        return _final(f"{host} speaks no TLS as new as asked for.", fix)
    if any(word in reason for word in ("CERTIFICATE_REQUIRED", "HANDSHAKE", "UNKNOWN_CA", "BAD_CERT")):
        return _final(f"{host} wants a client's certificate that it knows.", "Give --cert and --key.")
    return _final(f"{host} broke off the TLS handshake.", "Check that its port speaks https.")


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        one = todo.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            todo += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


def _rejected(content: bytes) -> int:
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    try:
        answer = ExportTraceServiceResponse.FromString(content)
    except DecodeError:
        return 0
    return int(answer.partial_success.rejected_spans)


def session_of(adapter: Adapter) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
