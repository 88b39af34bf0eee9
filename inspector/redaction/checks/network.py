"""Addresses of hosts and of mailboxes, and the things that look like them."""

from __future__ import annotations

import ipaddress
import re

from inspector.redaction.checks.edges import after, ascii_word, before

_VERSION_WORD = re.compile(
    r"(?:version|versión|ver|release|firmware|build|upgrade[ds]?(?: to)?|driver|\brev|chrome|chromium|edg|opr"
    r"|safari|firefox|edition|==|>=|<=|~=|\^|~|@|/|-|[^a-z]v)\W{0,3}$",
    re.IGNORECASE,
)
_SECTION_WORD = re.compile(r"(?:section|chapter|clause|figure|table|§|oid)\W{0,3}$", re.IGNORECASE)


def ipv4(value: str, text: str, start: int, end: int) -> bool:
    left, right = before(text, start), after(text, end)
    if ascii_word(left) or left == "." or ascii_word(right):
        return False
    if right == "." and after(text, end + 1).isdigit():
        return False
    if right in "-+" and right and after(text, end + 1).isalnum():
        return False
    head = text[max(0, start - 24) : start]
    if head.endswith(("://", "@")):
        return _octets(value)
    if not _octets(value) or _VERSION_WORD.search(head) or _SECTION_WORD.search(head):
        return False
    return not _nobody(value) and not (_small(value) and _named_thing(head))


_KNOWN = frozenset(("1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "4.2.2.1", "4.2.2.2"))
_NETWORK_WORD = re.compile(
    r"(?:\bips?\b|address|addr|host|client|server|peer|remote|origin|source|src|dst|dest|gateway|dns|ping"
    r"|connect(?:ed|ion)?|login|user|request|visitor|blocked|node|proxy|forwarded)\W{0,3}\w{0,6}\W{0,3}$",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"[A-Za-z][\w+-]*[ :=]{1,2}$")


def _nobody(value: str) -> bool:
    """Loopback, any address, and masks: nobody's."""
    return value.startswith(("127.", "0.", "255."))


def _small(value: str) -> bool:
    """Small numbers, as versions have; private networks and the well-known resolvers aside."""
    parts = [int(p) for p in value.split(".")]
    return max(parts) < 64 and parts[0] != 10 and value not in _KNOWN


def _named_thing(head: str) -> bool:
    """A bare name stands before the numbers (`openssl 3.0.2.15`), and it is none of the network's words."""
    return _NAME_BEFORE.search(head) is not None and _NETWORK_WORD.search(head) is None


def _octets(value: str) -> bool:
    parts = value.split(".")
    return len(parts) == 4 and all(p.isdigit() and int(p) < 256 and (p == "0" or p[0] != "0") for p in parts)


def ipv6(value: str, text: str, start: int, end: int) -> bool:
    left, right = before(text, start), after(text, end)
    if ascii_word(left) or left == ":" or ascii_word(right) or right == ":":
        return False
    if value.count(":") < 2 or sum(c in "0123456789abcdefABCDEF" for c in value) < 2:
        return False
    if "::" not in value and value.count(":") != 7 and "." not in value:
        return False
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return False
    # C++ scopes such as `a::b` are valid addresses too; a real one has a digit.
    return any(c.isdigit() for c in value) and address.packed != bytes(16)


_NOT_DOMAINS = """
png jpg jpeg gif svg webp bmp avif js mjs cjs ts jsx tsx css scss sass less html htm json yaml yml toml txt
xml lock java class pyc exe dll jar war tgz gz whl conf cfg ini log csv tsv parquet map wasm vue svelte
shape dtype transpose reshape flatten append format encode decode setter getter property route
"""
_FILE_ENDINGS = frozenset(_NOT_DOMAINS.split())
_MACHINE_USERS = frozenset({"git", "hg", "svn"})


def email(value: str, text: str, start: int, end: int) -> bool:
    """A mailbox, not a package, a retina image, a git remote, a matrix product or a URL's user."""
    local, _, domain = value.rpartition("@")
    left, right = before(text, start), after(text, end)
    if local.lower() in _MACHINE_USERS or not any(c.isalnum() for c in local):
        return False
    if left.isalnum() or len(local) > 128 or len(domain) > 253:
        return False
    last = domain.rpartition(".")[2].lower()
    if last in _FILE_ENDINGS or right == "(" or re.fullmatch(r"[1-4]x", domain.split(".")[0].lower()):
        return False
    if right in ("-", "_") and ascii_word(after(text, end + 1)):
        return False
    if text[max(0, start - 3) : start] == "://":
        return False
    return not (left in "@" and left and ":" not in local)
