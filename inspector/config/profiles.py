"""Profiles: named sets of values that lie beneath what anyone sets by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.config.keys import Value

_RETENTION: dict[str, Value] = {
    "retention.environment.development": "7d",
    "retention.environment.staging": "30d",
    "retention.environment.production": "90d",
}
_STRICT_SESSION: dict[str, Value] = {"access.idle": "2m", "access.absolute": "4h"}
_CLOSED: dict[str, Value] = {
    "redaction.types.email": "replace",
    "redaction.types.phone": "replace",
    "redaction.types.name": "replace",
    "redaction.types.ip": "replace",
    "redaction.types.address": "replace",
    "redaction.types.dob": "replace",
}

PROFILES: dict[str, dict[str, Value]] = {
    "dev": {"retention.default": "7d"},
    "production": {"retention.default": "30d", **_RETENTION, "redaction.types.name": "replace"},
    "hipaa": {
        "redaction.packs": ["default", "phi"],
        **_CLOSED,
        **_STRICT_SESSION,
        "retention.default": "30d",
        **_RETENTION,
        "erasure.approvals": 2,
        "encryption.enabled": True,
    },
    "pci": {
        "redaction.packs": ["default", "pci"],
        "redaction.types.card": "replace",
        "redaction.types.iban": "replace",
        **_STRICT_SESSION,
        "retention.default": "30d",
        **_RETENTION,
        "encryption.enabled": True,
    },
    "max": {
        "redaction.packs": ["default", "phi", "pci"],
        **_CLOSED,
        "access.idle": "1m",
        "access.absolute": "1h",
        "retention.default": "7d",
        "erasure.approvals": 2,
        "encryption.enabled": True,
    },
}
"""Dotted key -> value. None of them weakens a default."""
