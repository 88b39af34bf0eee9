"""Where the program keeps things, and the one way to make files and folders there: private."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "inspector"
_PACKAGE = Path(__file__).parent


def cache_folder() -> Path:
    """Index and spool files: nothing that can't be made again."""
    return Path(os.environ.get("INSPECTOR_CACHE_DIR") or platformdirs.user_cache_path(_APP))


def state_folder() -> Path:
    """Audit log, recent stores, fallback keys."""
    return Path(os.environ.get("INSPECTOR_STATE_DIR") or platformdirs.user_state_path(_APP))


def config_folder() -> Path:
    """inspector.toml, user themes, keymap."""
    return Path(os.environ.get("INSPECTOR_CONFIG_DIR") or platformdirs.user_config_path(_APP))


def recent_file() -> Path:
    """The list of stores opened last: paths only."""
    return state_folder() / "recent.json"


def session_folder() -> Path:
    """What the screen keeps of each set of stores: the list's order, bookmarks; never content."""
    return state_folder() / "sessions"


def shipped(kind: str) -> Path:
    """`themes` or `sample_traces`: inside an installed wheel, or beside the package in a checkout."""
    installed = _PACKAGE / "_data" / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind


def private_folder(folder: Path) -> Path:
    """Make `folder` (0700) and its parents; an existing folder of ours is tightened."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def open_private(path: Path, flags: int = os.O_RDWR | os.O_CREAT) -> int:
    """A file descriptor for a file of ours: 0600, never through a symbolic link, not inherited."""
    return os.open(path, flags | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0), 0o600)


def written_file() -> Path:
    """The registry of what was derived from stores and written: one JSON object a line."""
    return state_folder() / "written.jsonl"


def note_written(kind: str, path: Path, store: Path) -> None:
    """Remember that `path` holds something of `store`, so that erasing finds it. Noted once."""
    import json

    line = json.dumps({"kind": kind, "path": str(path), "store": str(store.resolve())}) + "\n"
    private_folder(state_folder())
    with os.fdopen(open_private(written_file(), os.O_RDWR | os.O_CREAT | os.O_APPEND), "r+") as file:
        if line not in file:
            file.write(line)


def written() -> list[tuple[str, Path, str]]:
    """Kind, path and store of all that was ever derived from a store, whether it is still there or not."""
    import json

    try:
        lines = written_file().read_text().splitlines()
    except OSError:
        return []
    found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    return [(each["kind"], Path(each["path"]), each["store"]) for each in found]


def written_of(store: Path) -> list[tuple[str, Path]]:
    """What was derived from one store."""
    name = str(store.resolve())
    return [(kind, path) for kind, path, of in written() if of == name]
