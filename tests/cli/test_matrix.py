"""Every role against every command and every action of the screen: as the matrix has it, and the denied audited.

The rows are held against the registries: a command, a subcommand or an action with a permission that has no row here
fails the test.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from inspector.access.permissions import PERMISSIONS, ROLES, allowed
from inspector.audit.reading import Record, newest_first, text
from inspector.cli.commands.open import _operations
from inspector.cli.common import Common
from inspector.cli.engine import read_config
from inspector.cli.lazy import LazyView
from inspector.cli.opening import open_session
from inspector.cli.registry import COMMANDS
from inspector.cli.screen_export import ScreenExporter
from inspector.cli.who import badge_of, who
from inspector.errors import Denied, NotFound
from inspector.tui.actions import ACTIONS
from inspector.view import TraceKey
from inspector.view_exports import ExportWish
from tests.cli.program import inside

WHY = ("--reason", "a test", "--plaintext-to-pipe")
NOBODY = ("--subject", "nobody-4711")
AGE = "age1" + "q" * 58
FREE = ""
"""Asks for no permission."""


class Row(NamedTuple):
    permission: str
    arguments: tuple[str, ...]
    before: tuple[str, ...] = ()
    """Permissions that are asked for first."""

    def missing(self, role: str) -> str:
        """The first permission that the role lacks, or none."""
        asked = [*self.before, *([self.permission] if self.permission else [])]
        return next((each for each in asked if not allowed(role, each)), "")


def row(permission: str, *arguments: str, before: tuple[str, ...] = ()) -> Row:
    return Row(permission, arguments, before)


ROWS: dict[str, Row] = {
    # Without a terminal it says so; that it opens stores as `ls` does is the screen's matrix below.
    "open": row(FREE, "open", "STORE"),
    "info": row("traces:read", "info", "STORE"),
    "ls": row("traces:read", "ls", "STORE"),
    "show": row("traces:read", "show", "STORE", "TRACE"),
    "show --unlock": row("pii:reveal", "show", "STORE", "TRACE", "--unlock", *WHY),
    "search": row("traces:search", "search", "STORE", "agent"),
    "export": row("reports:export", "export", "STORE", "-o", "OUT"),
    "export --stable-tags": row("tags:stable", "export", "STORE", "-o", "OUT", "--stable-tags", before=("reports:export",)),
    "export --endpoint": row("reports:push", "export", "NONE", "--to", "otlp", "--endpoint", "http://127.0.0.1:9"),
    "redact": row(FREE, "redact", "/dev/null"),
    "policy test": row("policy:test", "policy", "test", "/dev/null"),
    "erase plan": row("subjects:search", "erase", "plan", "STORE", *NOBODY),
    "erase run": row("erasure:execute", "erase", "run", "NONE", *NOBODY, "--confirm", "DELETE-x"),
    "erase resume": row("erasure:resume", "erase", "resume", "0123456789abcdef"),
    "erase close": row("erasure:resume", "erase", "close", "0123456789abcdef", "--reason", "x"),
    "erase verify": row("traces:read", "erase", "verify", "NONE"),
    "erase bulk": row("erasure:propose", "erase", "bulk", "NONE", "-q", "age>90d"),
    "erase bulk --confirm": row("erasure:execute", "erase", "bulk", "NONE", "-q", "age>90d", "--confirm", "DELETE-x"),
    "erase request": row("erasure:propose", "erase", "request", *NOBODY),
    "erase approve": row("erasure:approve", "erase", "approve", "R-1"),
    "erase reject": row("erasure:approve", "erase", "reject", "R-1", "--reason", "x"),
    "erase list": row("erasure:propose", "erase", "list"),
    "retention plan": row("retention:propose", "retention", "plan", "STORE"),
    "retention apply": row("retention:apply", "retention", "apply", "STORE"),
    "retention status": row("retention:propose", "retention", "status", "STORE"),
    "retention init": row("retention:apply", "retention", "init"),
    "retention restore": row("retention:apply", "retention", "restore", "0" * 16, "-o", "OUT.jsonl"),
    "subject search": row("subjects:search", "subject", "search", "STORE", *NOBODY),
    "subject export": row("subjects:export", "subject", "export", "STORE", *NOBODY, "-o", "OUT"),
    "subject rectify": row(
        "subjects:rectify", "subject", "rectify", "NONE", *NOBODY, "--field", "user.email", "--value", "x"
    ),
    "hold set": row("holds:manage", "hold", "set", "age>90d", "--reason", "x"),
    "hold release": row("holds:manage", "hold", "release", "H-1", "--reason", "x"),
    "hold list": row("erasure:propose", "hold", "list"),
    "audit verify": row("audit:verify", "audit", "verify"),
    "audit show": row("audit:read", "audit", "show"),
    "audit export": row("audit:export", "audit", "export", "-o", "OUT"),
    "audit prune": row("audit:prune", "audit", "prune"),
    "audit alerts": row("audit:read", "audit", "alerts"),
    "audit report": row("audit:read", "audit", "report"),
    "seal": row("fields:seal", "seal", "STORE", "--types", "email", "--dry-run"),
    "unseal": row("fields:unseal", "unseal", "STORE", "--dry-run", "--reason", "x"),
    "roles": row(FREE, "roles"),
    "keys init": row("keys:manage", "keys", "init"),
    "keys list": row(FREE, "keys", "list"),
    "keys grant": row("keys:manage", "keys", "grant", "operator"),
    "keys rotate": row("keys:manage", "keys", "rotate", "operator"),
    "keys revoke": row("keys:manage", "keys", "revoke", "operator"),
    "keys destroy": row("keys:manage", "keys", "destroy", "0123456789abcdef", "--reason", "x"),
    "keys adopt": row("keys:manage", "keys", "adopt", "kms-1", "--level", "internal", "--key", "KEY"),
    "keys export": row("keys:manage", "keys", "export", "operator", "--to", AGE, "--confirm", "PRINT", "-o", "OUT"),
    "keys import": row(FREE, "keys", "import", "NONE", "--identity", "NONE"),
    "keys recover": row(FREE, "keys", "recover", "--identity", "NONE"),
    "keys status": row(FREE, "keys", "status"),
    "whoami": row(FREE, "whoami"),
    "serve": row("serve:start", "serve", "-"),
    "doctor": row(FREE, "doctor"),
    "cache": row(FREE, "cache"),
    "config": row(FREE, "config"),
    "formats": row(FREE, "formats"),
    "completion": row(FREE, "completion", "bash"),
}  # fmt: skip


def leaves() -> Iterator[str]:
    """Every command that there is, subcommands apart."""
    for entry in COMMANDS:
        command: click.Command = importlib.import_module(f"inspector.cli.commands.{entry.module}").command
        below = command.commands if isinstance(command, click.Group) else {"": command}
        yield from (f"{entry.name} {name}".rstrip() for name in below)


def test_every_command_has_a_row() -> None:
    words = {" ".join(word for word in name.split() if word[0] != "-") for name in ROWS}
    assert words == set(leaves())


def test_every_permission_is_asked_for_somewhere() -> None:
    asked = {each.permission for each in ROWS.values()} | {action.permission for action in ACTIONS}
    # What a role opens, and how much it exports, depends on the data (tests/session, tests/cli/test_export); weaker
    # policies are in tests/cli/test_engine. No command changes roles: they are installed by the config's files.
    elsewhere = {f"fields:unlock:{level}" for level in ("internal", "confidential", "restricted")}
    elsewhere |= {"reports:bulk", "policy:weaken", "roles:manage"}
    assert asked - {FREE} == set(PERMISSIONS) - elsewhere


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    """A small real store, and a trace of it in which something is hidden."""
    whole = Path(__file__).parents[1] / "data" / "stores" / "tracecraft" / "runs.jsonl"
    path = tmp_path_factory.mktemp("small") / "runs.jsonl"
    path.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:8]))
    line = inside("search", str(path), "pii:any", "--json", "--limit", "1").stdout
    return path.read_bytes(), str(json.loads(line)["trace_id"])


@pytest.fixture
def store(source: tuple[bytes, str], tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / "runs.jsonl"
    path.write_bytes(source[0])
    return str(path), source[1]


@pytest.fixture(autouse=True)
def no_keyring() -> None:
    """A key store that answers at once and holds nothing."""
    home = Path(os.environ["INSPECTOR_CONFIG_DIR"])
    home.mkdir(parents=True, exist_ok=True)
    (home / "inspector.toml").write_text(f'[keys]\nprovider = ["{shutil.which("false")}"]\n')


def denied(role: str) -> list[str]:
    """The permissions that the log says were refused to a role, newest first."""
    log: Iterator[Record] = newest_first(Path(os.environ["INSPECTOR_STATE_DIR"]) / "audit")
    return [
        text(r, "new_state", "action")
        for r in log
        if text(r, "action") == "access.denied"
        and (text(r, "actor", "role"), text(r, "outcome")) == (role, "denied")
    ]


@pytest.mark.parametrize("name", ROWS)
def test_every_role_at_every_command(name: str, store: tuple[str, str], tmp_path: Path) -> None:
    from inspector.cli.key_files import fingerprint

    chosen = ROWS[name]
    (tmp_path / "key").write_bytes(bytes(32))
    places = {
        "STORE": store[0], "TRACE": store[1], "NONE": str(tmp_path / "none.jsonl"), "KEY": str(tmp_path / "key"),
        "PRINT": fingerprint(AGE),
    }  # fmt: skip
    for role in ROLES:
        places["OUT"] = str(tmp_path / f"{role}.jsonl")
        done = inside(*(places.get(a, a) for a in chosen.arguments), "--role", role)
        missing = chosen.missing(role)
        said = done.stderr.decode()
        # A role that may, but holds no key, is told so with the same exit code: no vault here has one.
        refused = done.returncode == 3 and "holds no" not in said
        assert refused is bool(missing), (role, done.returncode, said)
        if not missing:
            assert denied(role) == [], role
        else:
            assert done.stdout == b"", role
            assert denied(role)[0] == missing, role
            assert not Path(places["OUT"]).exists()


# The screen: what each action asks of the objects that it is handed, as `inspector open` hands them.


class Screen:
    def __init__(self, store: str, trace: str, role: str) -> None:
        common = Common(role=role)
        config = read_config(common)
        identity = who(common, config)
        exporter = ScreenExporter([store], common, config, identity)
        self.view = LazyView(
            lambda: open_session([store], common, config), badge_of(identity), lambda: exporter
        )
        self.view.scan(lambda progress: None, lambda: False)
        found = self.view.find(trace)
        assert found is not None
        self.key: TraceKey = found
        self.operations = _operations(common, [store])

    def hidden(self) -> tuple[int, str]:
        """A span with a hidden value, and its path."""
        for node in self.view.trace(self.key).nodes:
            for each in self.view.span(self.key, node.index).redactions:
                if each.type == "email":
                    return node.index, each.path
        raise AssertionError("nothing is hidden")


def _opens(screen: Screen, path: bool) -> bool:
    index, where = screen.hidden()
    try:
        return screen.view.reveal(screen.key, index, where if path else "", "a test").values > 0
    except Denied:
        return False


def _copies(screen: Screen) -> bool:
    index, where = screen.hidden()
    try:
        screen.view.plaintext(screen.key, index, where)
    except Denied:
        return False
    except NotFound:  # it may, and nothing is open
        return True
    return True


ACTS: dict[str, Callable[[Screen], bool]] = {
    "unlock.field": lambda screen: _opens(screen, True),
    "unlock.span": lambda screen: _opens(screen, False),
    "copy.plaintext": _copies,
    "erase": lambda screen: screen.operations.may("erasure:execute"),
    "retention": lambda screen: screen.operations.may("retention:apply"),
    "due": lambda screen: screen.operations.may("retention:apply"),
    "export": lambda screen: not screen.view.preview(ExportWish("jsonl", "", ())).refused,
}


def test_every_action_that_asks_has_a_row() -> None:
    assert set(ACTS) == {action.id for action in ACTIONS if action.permission}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_at_every_action(role: str, store: tuple[str, str]) -> None:
    screen = Screen(*store, role)
    with closing(screen.view):
        for action in ACTIONS:
            if action.permission:
                before = len(denied(role))
                may = ACTS[action.id](screen)
                assert may is allowed(role, action.permission), action.id
                after = denied(role)
                assert len(after) == before + (not may), action.id
                assert may or after[0] == action.permission, action.id
