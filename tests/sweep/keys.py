"""Kill rotations, revocations and destructions of keys at the calls that touch the disk, and take each up again.

    python -m tests.sweep.keys [--every N] [--act NAME]

After each kill, of the command or of the program that keeps the keys: before it is taken up again every sealed value
opens, or, of a key that is being destroyed, all of them or none; played again the act ends, and then values open, or
are gone for ever, as the act says; every role that was proved still is; the log verifies. Exit 1 if a point doesn't
hold. Needs strace.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.cli.keyed import Keyed
from tests.cli.program import inside
from tests.sweep.lifecycle_scene import CALLS, STORES, forked
from tests.sweep.sweeping import command, quiet, sweep

ADMIN = ("--role", "admin")
ACTS = {
    "rotate operator": ("keys", "rotate", "operator", *ADMIN),
    "rotate admin": ("keys", "rotate", "admin", *ADMIN),
    "rotate confidential": ("keys", "rotate", "confidential", *ADMIN),
    "revoke developer": ("keys", "revoke", "developer", *ADMIN),
    "destroy": (),
}
LEAST = 2
"""Values that must be sealed for the sweep to say anything."""


class Machine:
    """Config, vault, keys and a sealed store, put back as they were before each point."""

    def __init__(self, folder: Path) -> None:
        self.work, self.kept = folder / "work", folder / "kept"
        self.work.mkdir()
        os.environ["INSPECTOR_CONFIG_DIR"] = str(folder / "config")
        os.environ["INSPECTOR_STATE_DIR"] = str(self.work / "state")
        os.environ["INSPECTOR_CACHE_DIR"] = str(folder / "cache")
        keyed = Keyed(self.work / "machine")
        keyed.init()
        for role in ("developer", "operator"):
            done("keys", "grant", role, *ADMIN)
        self.store = self.work / "store.jsonl"
        lines = (STORES / "otlp/openinference.otlp.jsonl").read_bytes().splitlines(keepends=True)
        self.store.write_bytes(b"".join(lines[:3]))
        done(
            "seal",
            str(self.store),
            "--types",
            "email",
            "--level",
            "confidential",
            "--yes",
            "--role",
            "operator",
        )
        key = keyed.keys("confidential")[0]["key"]
        word = ("--reason", "gone", "--confirm", f"DESTROY-{key[:8]}")
        self.acts = {**ACTS, "destroy": ("keys", "destroy", key, *ADMIN, *word)}
        self.sealed = self.store.read_bytes().count(b"__encrypted__")
        assert self.sealed >= LEAST
        shutil.copytree(self.work, self.kept)
        assert self.opens() == self.sealed

    def again(self) -> None:
        shutil.rmtree(self.work)
        shutil.copytree(self.kept, self.work)

    def play(self, act: str) -> None:
        done(*self.acts[act])

    def opens(self) -> int:
        """How many sealed values an admin can put back, in a copy of the store that is thrown away."""
        copy = self.work / "copy.jsonl"
        shutil.copyfile(self.store, copy)
        said = inside("unseal", str(copy), "--yes", "--reason", "look", *ADMIN)
        left = copy.read_bytes().count(b"__encrypted__")
        copy.unlink()
        return self.sealed - left if said.returncode in (0, 1, 5, 6) else -said.returncode

    def calls(self, act: str) -> dict[str, int]:
        self.again()
        trace = self.work.parent / "trace"
        assert forked(lambda: self.play(act), "-o", str(trace), "-e", f"trace={','.join(CALLS)}") == 0, act
        text = trace.read_text(errors="replace")
        return {call: text.count(f" {call}(") for call in CALLS}

    def point(self, act: str, call: str, nth: int) -> str | None:
        """What doesn't hold, or nothing; none if nothing was killed."""
        self.again()
        status = forked(lambda: self.play(act), "-o", "/dev/null", "-e", f"trace={call}",
                        "-e", f"inject={call}:signal=KILL:when={nth}")  # fmt: skip
        if status == 0:
            return None
        out = self.work / "said"
        if forked(lambda: out.write_text(self.wrong(act))) != 0 or not out.exists():
            return "what is left can't be looked at"
        return out.read_text()

    def wrong(self, act: str) -> str:
        opened = self.opens()
        if opened not in ((0, self.sealed) if act == "destroy" else (self.sealed,)):
            return f"{opened} of {self.sealed} values open after the kill"
        said = inside(*self.acts[act])
        gone = opened == 0 or act.startswith("revoke")
        if said.returncode != 0 and not gone:
            return f"it can't be done again: {said.returncode} {said.stderr.decode()[:200]}"
        opened = self.opens()
        if opened != (0 if act == "destroy" else self.sealed):
            return f"{opened} of {self.sealed} values open after it was done again"
        for role in ("admin", "operator"):
            who = json.loads(inside("whoami", "--role", role, "--json").stdout or b"{}")
            if not who.get("proved"):
                return f"{role} isn't proved any more"
        if act.startswith("revoke") and inside("whoami", "--role", "developer").returncode != 3:
            return "the role's key still proves it"
        verified = inside("audit", "verify", *ADMIN)
        return "" if verified.returncode == 0 else f"the log: {verified.stdout.decode()[:200]}"


def done(*arguments: str) -> None:
    said = inside(*arguments)
    if said.returncode != 0:
        raise SystemExit(f"{arguments}: {said.returncode} {said.stderr.decode()}")


def run(act: str, every: int, say=quiet) -> tuple[int, list[str]]:
    """Points that killed something, and what didn't hold."""
    with tempfile.TemporaryDirectory() as place:
        machine = Machine(Path(place))
        made = machine.calls(act)
        note = f"; {machine.sealed} values"
        return sweep(act, made, every, lambda call, nth: machine.point(act, call, nth), say, note=note)


if __name__ == "__main__":
    sys.exit(command(run, act=ACTS))
