"""The commands, and the one place where the parts are put together."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Entry point of the `inspector` command."""
    # What a start imports stays: looking through it for garbage again and again took a fifth of the start.
    gc.disable()
    from inspector.cli.start import run

    sys.exit(run(sys.argv[1:]))
