"""Keys in a real gnome-keyring, on a session bus of its own, without a display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
from inspector.keys.os_keyring import OsKeyring
ring = OsKeyring()
{body}
"""


def in_session(body: str, home: Path, unlock: str | None) -> str:
    """Run `body` on a session bus of its own; `unlock` starts the daemon with that password."""
    start = (
        f"printf '%s' {unlock} | gnome-keyring-daemon --unlock --components=secrets >/dev/null;"
        if unlock
        else ""
    )
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [
            "dbus-run-session",
            "--",
            "bash",
            "-c",
            f'{start} exec "$0" -c "$1"',
            sys.executable,
            PROGRAM.format(body=body),
        ],
        capture_output=True,
        text=True,
        env=environ,
        timeout=60,
        check=False,
    )
    return done.stdout.strip() or done.stderr[-500:]


def test_round_trip_through_a_real_keyring(tmp_path: Path) -> None:
    body = """
print(ring.state(), ring.get("audit"))
ring.set("audit", bytes(range(32)))
print(ring.get("audit") == bytes(range(32)), ring.get("other"))
ring.delete("audit")
print(ring.get("audit"))
"""
    assert in_session(body, tmp_path, "pw").split("\n") == ["ready None", "True None", "None"]


def test_keys_outlive_the_daemon(tmp_path: Path) -> None:
    assert in_session('ring.set("audit", b"k" * 32); print("kept")', tmp_path, "pw") == "kept"
    assert in_session('print(ring.get("audit"))', tmp_path, "pw") == repr(b"k" * 32)


def test_a_wrong_password_is_locked_not_missing(tmp_path: Path) -> None:
    assert in_session('ring.set("audit", b"k" * 32); print("kept")', tmp_path, "pw") == "kept"
    body = """
from inspector.keys.states import KeyringError
try:
    print(ring.get("audit"))
except KeyringError as error:
    print(error.state, bool(error.fix))
"""
    assert in_session(body, tmp_path, "wrong") in ("locked True", "dismissed True")


ROLES = """
import os, sys
from pathlib import Path
import pyrage
from tests.cli.program import inside
people = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
asked = [a for p in people for a in ("--recipient", p)]
admin = ("--role", "admin")
print(inside("keys", "init", *admin, *asked).returncode)
print(inside("keys", "grant", "operator", *admin).returncode)
print(b'"proved":true' in inside("whoami", "--role", "operator", "--json").stdout)
print(inside("keys", "rotate", "admin", *admin).returncode)
print(inside("keys", "status").returncode)
print(inside("keys", "revoke", "operator", *admin).returncode)
print(inside("whoami", "--role", "operator").returncode)
"""


def test_roles_are_proved_by_a_real_keyring(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    body = f"import os, sys\nos.chdir({str(root)!r})\nsys.path.insert(0, {str(root)!r})\n" + ROLES
    assert in_session(body, tmp_path, "pw").split() == ["0", "0", "True", "0", "0", "0", "3"]


def test_a_locked_keyring_proves_no_role_and_reading_goes_on(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    start = f"import os, sys\nos.chdir({str(root)!r})\nsys.path.insert(0, {str(root)!r})\n"
    assert in_session(start + ROLES, tmp_path, "pw").split()[0] == "0"
    body = (
        start
        + """
from tests.cli.program import inside
done = inside("whoami", "--role", "admin")
print(done.returncode, b"(locked)" in done.stderr or b"(dismissed)" in done.stderr)
print(inside("info", "sample_traces").returncode)
"""
    )
    assert in_session(body, tmp_path, "wrong").split() == ["3", "True", "0"]
