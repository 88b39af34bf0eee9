"""Whether the audit log knows a certificate: its outcome holds the certificate's hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.reading import newest_first, text
from inspector.lifecycle import sealed

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.lifecycle.certificate import Certificate


def known_to(folder: Path, certificate: Certificate) -> bool:
    op_id = sealed.text(certificate.facts, "operation")
    try:
        return any(
            text(record, "op_id") == op_id and text(record, "new_state", "certificate") == certificate.digest
            for record in newest_first(folder)
        )
    except OSError:
        return False
