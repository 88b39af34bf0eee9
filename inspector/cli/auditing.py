"""The audit log of this run: folder, keys, signer, anchors and alerts put together as config says."""

from __future__ import annotations

import hashlib
import os
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from inspector.access.permissions import VIEWER
from inspector.cli.who import who
from inspector.errors import AuditError, InspectorError
from inspector.paths import open_private, state_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from inspector.access.identity import Identity
    from inspector.audit.alerts import Alerts
    from inspector.audit.anchors import Anchor
    from inspector.audit.log import AuditLog
    from inspector.audit.notes import NoteSigner
    from inspector.audit.record import Entry, Resource
    from inspector.audit.rules import Rule
    from inspector.cli.common import Common
    from inspector.config import Config
    from inspector.keys.provider import KeyStore
    from inspector.keys.signer import Ed25519Signer
    from inspector.session.trail import Trail

KEY = "audit"
"""The HMAC key of marks, in the state folder's 0600 keys; the signing key's item in the keyring."""
QUICK = ("file", "journald", "syslog")
"""Anchors that need no process and no network."""
PUBLIC = "signer.pub"
"""The signer's verifier key, beside the log: for those who verify where the keyring isn't."""


def role_of(common: Common, config: Config) -> Identity:
    """Who is at work; see `who`."""
    return who(common, config)


def folder_of(config: Config) -> Path:
    return config.path("audit.folder") or state_folder() / "audit"


def key_store(config: Config) -> KeyStore:
    """Where role and signing keys live. Raises UsageError for a plug-in that isn't there."""
    from inspector.keys.os_keyring import OsKeyring

    provider, plugin = config.texts("keys.provider"), config.text("keys.plugin")
    if provider:
        from inspector.keys.provider import CommandStore

        return CommandStore(provider)
    if plugin:
        from inspector.keys.provider import plugin_store

        return plugin_store(plugin)
    return OsKeyring(config.text("keys.backend") or "")


class Signing:
    """The log's signer, asked for when there is something to sign: a keyring takes 100 ms and more."""

    def __init__(self, store: KeyStore, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.log: AuditLog | None = None
        self.state = ""
        """`signed`, or `unsigned: STATE`; empty until it was asked."""
        self._signer: Ed25519Signer | None = None
        self._asking = False

    def __call__(self) -> Sequence[NoteSigner]:
        if self._signer is None and not self.state and not self._asking:
            self._asking = True
            try:
                self._ask()
            finally:
                self._asking = False
        return () if self._signer is None else (self._signer,)

    def _ask(self) -> None:
        from inspector.keys.states import KeyringError

        try:
            self._signer = self._find()
        except KeyringError as error:
            self.state = f"unsigned: {error.state.value}"
            return
        self.state = "signed" if self._signer is not None else "unsigned: missing"

    def _find(self) -> Ed25519Signer | None:
        from inspector.audit.checkpoints import ORIGIN
        from inspector.audit.notes import vkey
        from inspector.audit.record import Entry, Resource
        from inspector.keys.signer import key_id, signer_from

        signer = signer_from(self.store, KEY, ORIGIN, make=False)
        public = self.folder / PUBLIC
        # A key that was there and is gone is not made anew: a locked wallet says the same as an empty one.
        if signer is None and self.log is not None and not public.exists():
            with self.log.act(Entry("key.created", Resource("key"), reason="signs the audit log")) as intent:
                signer = signer_from(self.store, KEY, ORIGIN, make=True)
                intent.new_state["key_id"] = key_id(signer.public) if signer is not None else ""
        if signer is not None and not public.exists():
            _write(public, vkey(ORIGIN, signer.public) + "\n")
        return signer


def _write(path: Path, text: str) -> None:
    try:
        fd = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except OSError:
        return
    with os.fdopen(fd, "w", encoding="utf-8") as out:
        out.write(text)


class Auditing(Struct, frozen=True):
    """What a run needs of the audit: the log, who signs it, where its heads go."""

    log: AuditLog
    signing: Signing
    anchors: tuple[Anchor, ...]
    identity: Identity

    @property
    def signed(self) -> str:
        """`signed`, `unsigned: STATE`, or what the last run left, without asking a keyring."""
        return self.signing.state or last_state(self.log.folder)

    @property
    def anchor(self) -> Anchor | None:
        """The strongest that is live; the keyring's is if it signs."""
        from inspector.audit.anchors import Strength, strongest

        keyring = self.signed == "signed"
        live = [a for a in self.anchors if keyring or a.strength is not Strength.KEYRING]
        return None if self.log.anchor_problem else strongest(live)

    def state(self) -> str:
        """For the header."""
        best = self.anchor
        if best is None:
            return self.signed
        kept = f"anchored ({best.name})"
        return kept if self.signed == "signed" else f"{self.signed}, {kept}"


def last_state(folder: Path) -> str:
    from inspector.audit import notes
    from inspector.audit.checkpoints import last_note

    try:
        _, signatures = notes.parse(last_note(folder))
    except (notes.MalformedNote, OSError):
        return "not signed yet"
    return "signed" if signatures else "unsigned"


def open_log(config: Config, identity: Identity) -> Auditing:
    """The log as config has it. A log that can't be written is opened all the same: acts are refused by it,
    reading goes on. Raises UsageError for a config that can't be meant."""
    from inspector.audit.log import AuditLog
    from inspector.audit.record import Actor
    from inspector.audit.segments import read_tail, refusal
    from inspector.keys.local import local_key

    folder = folder_of(config)
    signing = Signing(key_store(config), folder)
    anchors = anchors_of(config, folder, signing.store)
    refused, key = None, b""
    try:
        key = local_key(KEY)
    except InspectorError as error:
        refused, key = AuditError(error.what, error.fix), os.urandom(32)
    log = AuditLog(
        folder,
        Actor(identity.name, not identity.proved, identity.key_id, identity.team),
        key,
        signing,
        tuple(_keeper(anchor, signing) for anchor in anchors),
        tuple(anchor.keep for anchor in anchors if anchor.name in QUICK),
        watch_of(config, folder, identity),
        every=max(config.whole("audit.checkpoint_every"), 1),
        refused=refused,
        written=partial(_redacted, config),
    )
    signing.log = log
    try:
        log.last_seq = read_tail(folder).seq
    except AuditError as error:
        log.refused = error
    except OSError as error:
        log.refused = refusal(error, folder)
    return Auditing(log, signing, anchors, identity)


def _redacted(config: Config, typed: str) -> str:
    """By the strictest of what ships, what is installed and what was given for this run, whoever looks."""
    from inspector.cli.engine import build_engine
    from inspector.redaction import DEFAULT, merge_strict, parse_policy

    policy = DEFAULT
    for each in (config.installed(), config):
        policy = merge_strict(policy, parse_policy(each.table("redaction")))
    return str(build_engine(policy).text(typed))


def _keeper(anchor: Anchor, signing: Signing) -> Callable[[str], None]:
    """A keyring that didn't sign has nothing to keep and was complained about once."""
    from inspector.audit.anchors import Strength

    if anchor.strength is not Strength.KEYRING:
        return anchor.keep
    return lambda note: anchor.keep(note) if signing.state == "signed" else None


def anchors_of(config: Config, folder: Path, store: KeyStore) -> tuple[Anchor, ...]:
    """Those that config names, and the keyring's; every run asks, so only what is used is imported."""
    from inspector.audit.anchors.keyring import KeyringAnchor

    rows = config.rows("audit.anchors")
    return (*(_anchor(row, folder) for row in rows), KeyringAnchor(store, folder))


def _anchor(row: Mapping[str, object], folder: Path) -> Anchor:
    from pathlib import Path

    from inspector.errors import UsageError

    kind, path = row.get("kind"), row.get("path")
    if kind in ("file", "git") and not isinstance(path, str):
        raise UsageError(f"The anchor {kind} has no place.", "Give it a path: [[audit.anchors]] path = …")
    match kind:
        case "file":
            from inspector.audit.anchors.file import FileAnchor

            return FileAnchor(Path(str(path)))
        case "git":
            from inspector.audit.anchors.git import GitAnchor

            return GitAnchor(Path(str(path)))
        case "journald":
            from inspector.audit.anchors.system import JournalAnchor

            return JournalAnchor()
        case "syslog":
            from inspector.audit.anchors.system import SyslogAnchor

            return SyslogAnchor()
        case "rfc3161":
            from inspector.audit.anchors.rfc3161 import TimestampAnchor

            return TimestampAnchor(str(row.get("url") or ""), folder)
        case _:
            raise UsageError(
                "An anchor has no kind.",
                "Name one: [[audit.anchors]] kind = file, git, journald, syslog, rfc3161.",
            )


def watch_of(config: Config, folder: Path, identity: Identity) -> Alerts | None:
    from inspector.audit.alerts import Alerts, command

    if not config.flag("alerts.enabled"):
        return None
    argv = config.texts("alerts.command")
    return Alerts(folder, _rules(config, folder, identity), (command(argv),) if argv else ())


def _rules(config: Config, folder: Path, identity: Identity) -> tuple[Rule, ...]:
    from inspector.audit.hosts import KnownHosts
    from inspector.audit.rules import after_hours, built_in, new_host
    from inspector.errors import UsageError

    rules = [*built_in(identity.role.export_rows), new_host(KnownHosts(folder))]
    hours = config.text("alerts.hours")
    if hours:
        try:
            rules.append(after_hours(hours))
        except ValueError:
            raise UsageError("alerts.hours is no span of hours.", 'Write it as "08:00-19:00".') from None
    return (*rules, *(_rule(row) for row in config.rows("alerts.rule")))


def _rule(row: Mapping[str, object]) -> Rule:
    """A rule of config's; its query is parsed when the first record is looked at."""
    from inspector.audit.reading import asked
    from inspector.audit.rules import HOUR, Rule
    from inspector.config.units import duration

    threshold, window = row.get("threshold"), row.get("window")
    test = asked(str(row.get("query") or ""))
    return Rule(
        str(row.get("name") or "unnamed"),
        test,
        threshold if isinstance(threshold, int) else 1,
        (duration(window) if isinstance(window, str) else None) or HOUR,
        "block" if row.get("action") == "block" else "notify",
    )


def open_trail(config: Config, identity: Identity) -> Trail:
    from inspector.session.trail import Trail

    auditing = open_log(config, identity)
    trail = Trail(auditing.log, auditing.state)
    if identity.name != VIEWER:
        trail.assumed()
    return trail


def redaction_applied(config: Config, identity: Identity, findings: Mapping[str, int]) -> None:
    """Record a redact run: counts by type. It let nothing out that a log could stop, so a log that can't be
    written is said and no error."""
    from inspector.audit.record import Entry

    _noted(config, identity, Entry("redaction.applied", counts=dict(findings)))


def config_changed(common: Common, key: str, file: Path) -> None:
    """Record that the user's own config file was changed from here: which key, never its value. An editor
    could have done it unseen, so a log that can't be written is said and no error."""
    from inspector.audit.record import Entry, Resource
    from inspector.cli.engine import read_config

    config = read_config(common)
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""
    entry = Entry("config.changed", Resource("config"), new_state={"key": key, "sha256": digest})
    _noted(config, role_of(common, config), entry)


def _noted(config: Config, identity: Identity, entry: Entry) -> None:
    from inspector.cli.output import narrate

    try:
        log = open_log(config, identity).log
        log.event(entry)
        log.checkpoint(anchored=False)
    except AuditError as error:
        narrate(f"This is not in the audit log: {error.what}. {error.fix}")


def require(auditing: Auditing, permission: str, resource: Resource | None = None) -> None:
    """Raises Denied, after recording it, unless the role in use has the permission."""
    from inspector.access.roles import refusal as refusal_of
    from inspector.audit.record import NO_RESOURCE

    identity = auditing.identity
    if identity.may(permission):
        return
    refusal = refusal_of(identity.role, permission, identity.roles)
    try:
        auditing.log.denied(permission, refusal.what, resource or NO_RESOURCE)
    except AuditError as error:
        raise type(refusal)(refusal.what, f"{refusal.fix} {error.what}.") from None
    raise refusal


def user_of(auditing: Auditing) -> str:
    """People are told apart as the log does, by their user of the operating system."""
    from inspector.audit.record import Surroundings

    log = auditing.log
    if log.around is None:
        log.around = Surroundings.current()
    return log.around.user or str(log.around.uid)


def demand(config: Config, identity: Identity, permission: str) -> None:
    """The same where there is no log yet: it is opened only to record a refusal."""
    if not identity.may(permission):
        require(open_log(config, identity), permission)
