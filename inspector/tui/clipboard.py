"""The system's clipboard, beside the terminal's own (OSC 52), which not every terminal has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATIENCE = 2.0
"""Seconds."""


def tool(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Sequence[str] | None:
    """The program that takes a text for the clipboard, with its arguments; none where there is no desktop."""
    wanted: list[Sequence[str]] = []
    if platform == "darwin":
        wanted.append(("pbcopy",))
    elif platform == "win32" or "WSL_DISTRO_NAME" in environ:
        wanted.append(("clip.exe",))
    elif "SSH_TTY" not in environ:
        if environ.get("WAYLAND_DISPLAY"):
            wanted.append(("wl-copy",))
        if environ.get("DISPLAY"):
            wanted += [("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")]
    return next((words for words in wanted if shutil.which(words[0])), None)


def copy(text: str, words: Sequence[str]) -> bool:
    """Hand the text over; false where that fails. It never stands in an argument, which others could read."""
    try:
        done = subprocess.run(
            words,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
