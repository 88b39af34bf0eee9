"""The commands, and the one place where the parts are put together."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the `inspector` command."""
    from inspector.cli.start import run

    sys.exit(run(sys.argv[1:]))
