"""A key store that is a command, in an installed config, so that keys can be made and proved."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pyrage

from tests.cli.program import inside

VAULT = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1]); op, name = sys.argv[2:]
item = folder / name
if op == "set": item.write_bytes(sys.stdin.buffer.read())
elif not item.exists(): sys.exit(3)
elif op == "get": sys.stdout.buffer.write(item.read_bytes())
else: item.unlink()
"""


class Keyed:
    """A machine of one person: folders, key store, config."""

    def __init__(self, folder: Path, config: str = "") -> None:
        folder.mkdir(exist_ok=True)
        script = folder / "store.py"
        script.write_text(VAULT)
        self.items = folder / "items"
        self.items.mkdir(exist_ok=True)
        argv = json.dumps([sys.executable, "-S", "-E", str(script), str(self.items)])
        home = Path(os.environ["INSPECTOR_CONFIG_DIR"])
        home.mkdir(parents=True, exist_ok=True)
        self.people = [pyrage.x25519.Identity.generate() for _ in range(2)]
        recipients = json.dumps([str(p.to_public()) for p in self.people])
        (home / "inspector.toml").write_text(
            f"{config}\n[keys]\nprovider = {argv}\nrecipients = {recipients}\n"
        )
        self.state = Path(os.environ["INSPECTOR_STATE_DIR"])

    @property
    def vault(self) -> Path:
        return self.state / "vault.db"

    @classmethod
    def granted(cls, folder: Path, *roles: str) -> Keyed:
        """A machine after `keys init`, that holds the keys of these roles too."""
        made = cls(folder)
        made.init()
        for role in roles:
            assert inside("keys", "grant", role, "--role", "admin").returncode == 0
        return made

    def init(self) -> None:
        done = inside("keys", "init", "--role", "admin")
        assert done.returncode == 0, done.stderr

    def keys(self, of: str) -> list[dict[str, str]]:
        rows = [json.loads(line) for line in inside("keys", "list", "--json").stdout.splitlines()]
        return [row for row in rows if of in (row.get("role"), row.get("level"))]
