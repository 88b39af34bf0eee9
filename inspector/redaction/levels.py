"""Types, levels and operators: their order and their defaults (the contract's table)."""

from __future__ import annotations

LEVELS = ("public", "internal", "confidential", "restricted")

OPERATORS = ("keep", "partial", "hash", "encrypt", "mask", "replace", "remove")

SHOWS_LESS = {"keep": 0, "partial": 1, "hash": 2, "encrypt": 3, "mask": 4, "replace": 4, "remove": 5}
"""How much of a value an operator hides: the higher, the less is left. mask and replace leave as little."""

DEFAULT_LEVELS: dict[str, str] = {
    "credential": "restricted",
    "card": "restricted",
    "ssn": "restricted",
    "iban": "restricted",
    "national_id": "restricted",
    "phi": "restricted",
    "email": "confidential",
    "phone": "confidential",
    "name": "confidential",
    "address": "confidential",
    "dob": "confidential",
    "ip": "internal",
    "user_id": "internal",
    "session": "internal",
}

DEFAULT_OPERATORS: dict[str, str] = {
    "email": "hash",
    "phone": "partial",
    "ip": "keep",
    "user_id": "keep",
    "session": "keep",
}

NEVER_PARTIAL = ("credential.password", "credential.pem", "credential.private_key", "ssn")


def rank(level: str) -> int:
    """Position of a level, lowest first; an unknown one counts as the highest."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def families(type_: str) -> tuple[str, ...]:
    """A type and what it belongs to, nearest first: `credential.openai`, `credential`."""
    parts = type_.split(".")
    return tuple(".".join(parts[:n]) for n in range(len(parts), 0, -1))


def looked_up(table: dict[str, str], type_: str, default: str) -> str:
    """The entry of a type, or of the nearest family that has one."""
    return next((table[f] for f in families(type_) if f in table), default)
