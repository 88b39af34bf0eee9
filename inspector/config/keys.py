"""Every key that config knows, as data: names, types, defaults, words. Checks, docs and schema come from it.

In a name `*` stands for a word that the user chooses, `[]` for each table of a list (`[[retention.rule]]`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value]"


class Type(StrEnum):
    TEXT = "text"
    FLAG = "true or false"
    WHOLE = "a whole number"
    NUMBER = "a number"
    SHARE = "a number from 0 to 1"
    DURATION = 'a duration such as "30d"'
    SIZE = 'a size such as "2gb"'
    PATH = "a path"
    CHOICE = "one of a few words"
    TEXTS = "a list of texts"
    PATHS = "a list of paths"
    OPEN = "checked elsewhere"
    """Any shape: another part of the program checks it where it is used."""


class Key(Struct, frozen=True):
    name: str
    type: Type
    default: Value | None
    """None: nothing is set, and the help says what that means."""
    help: str
    choices: tuple[str, ...] = ()
    since: str = "0.1"

    @property
    def path(self) -> tuple[str, ...]:
        return split(self.name)

    @property
    def variable(self) -> str | None:
        """Its environment variable; none for what lies inside a list of tables or under a chosen word."""
        if "[]" in self.name or "*" in self.name:
            return None
        return variable(self.path)


def split(name: str) -> tuple[str, ...]:
    """`retention.rule[].keep` -> retention, rule, [], keep."""
    return tuple(name.replace("[]", ".[]").split("."))


def variable(path: tuple[str, ...]) -> str:
    return "INSPECTOR_" + "__".join(path).upper().replace("-", "_")


_T = Type
KEYS: tuple[Key, ...] = (
    Key(
        "profile",
        _T.CHOICE,
        None,
        "Sets many keys at once, beneath what files, environment and options set.",
        ("dev", "production", "hipaa", "pci", "max"),
    ),
    # redaction: the inner shapes are checked by the engine's policy
    Key("redaction.enabled", _T.FLAG, True, "Whether anything is redacted at all; off is a weakening."),
    Key("redaction.packs", _T.TEXTS, ["default"], "Which packs of built-in rules are on."),
    Key("redaction.patterns", _T.FLAG, True, "Whether pattern rules are on."),
    Key("redaction.fields", _T.FLAG, True, "Whether field rules are on."),
    Key("redaction.disabled", _T.TEXTS, [], "Built-in rules that are off, by name; a weakening."),
    Key(
        "redaction.names_file",
        _T.PATH,
        None,
        "A file of people's names, one a line, hidden wherever they occur.",
    ),
    Key("redaction.hash_format", _T.TEXT, None, "How a hashed value is written; unset: `[type:tag]`."),
    Key("redaction.types.*", _T.OPEN, None, "The operator of a type; a type not named keeps its default."),
    Key("redaction.levels.*", _T.OPEN, None, "The level of a type; a type not named keeps its default."),
    Key("redaction.rule", _T.OPEN, None, "Pattern rules of one's own: name, pattern, type, level, operator."),
    Key("redaction.field", _T.OPEN, None, "Field rules: path, operator, replacement."),
    Key("redaction.allow", _T.OPEN, None, "Values that are no findings: type, exact, patterns."),
    Key(
        "redaction.keys",
        _T.OPEN,
        None,
        "Attribute keys by name: allow_all, allowed, ignored, blocked_patterns.",
    ),
    Key("redaction.environment.*", _T.OPEN, None, "The same keys for one environment alone."),
    # retention
    Key(
        "retention.default",
        _T.DURATION,
        None,
        "How long traces stay that nothing else names; unset: for ever.",
    ),
    Key(
        "retention.quarantine",
        _T.DURATION,
        None,
        "How long deleted traces rest in a sealed archive; unset: no rest.",
    ),
    Key("retention.max_share", _T.SHARE, 0.5, "A plan that would delete more than this share asks again."),
    Key("retention.environment.*", _T.DURATION, None, "How long traces of one environment stay."),
    Key("retention.rule[].name", _T.TEXT, None, "The rule's name in plans and certificates."),
    Key("retention.rule[].query", _T.TEXT, None, "Which traces it is about."),
    Key("retention.rule[].keep", _T.DURATION, None, "How long they stay."),
    Key(
        "retention.rule[].action", _T.CHOICE, "delete", "What happens then.", ("delete", "redact", "archive")
    ),
    Key(
        "retention.rule[].allow_detector_delete",
        _T.FLAG,
        False,
        "Let a `pii:` query delete on a detector's word.",
    ),
    Key(
        "retention.rule[].max_share",
        _T.SHARE,
        None,
        "The largest share of traces this rule may take in one run.",
    ),
    Key("retention.field[].path", _T.TEXT, None, "The field, in the path grammar."),
    Key(
        "retention.field[].keep",
        _T.DURATION,
        None,
        "How long it stays readable; then it is redacted in place.",
    ),
    Key("retention.tiers.traces.hot", _T.DURATION, None, "Traces stay in the store this long."),
    Key("retention.tiers.traces.warm", _T.DURATION, None, "Then this long in an archive."),
    Key(
        "retention.tiers.traces.cold",
        _T.DURATION,
        None,
        "Then this long in an archive without personal data.",
    ),
    Key("retention.tiers.events.hot", _T.DURATION, None, "Log records stay in their file this long."),
    Key("retention.tiers.events.warm", _T.DURATION, None, "Then this long in an archive."),
    Key(
        "retention.tiers.events.cold",
        _T.DURATION,
        None,
        "Then this long in an archive without personal data.",
    ),
    # who may
    Key("access.role", _T.TEXT, "viewer", "The role when `--role` names none."),
    Key("access.idle", _T.DURATION, "5m", "What is open locks after this long without a key press."),
    Key("access.absolute", _T.DURATION, "8h", "A role ends after this long."),
    Key("access.purposes", _T.TEXTS, [], "The purposes to choose from; when set, revealing asks for one."),
    Key(
        "access.kinds.*",
        _T.TEXTS,
        None,
        "The roles that may see spans of a kind; a kind not named is open to all.",
    ),
    Key("roles.*.inherit", _T.TEXT, None, "The role whose permissions it has too."),
    Key("roles.*.permissions", _T.TEXTS, [], "Its permissions, as `fields:unlock:internal`."),
    Key("roles.*.limit", _T.TEXT, None, "A query, per span: what doesn't match does not exist for the role."),
    Key(
        "roles.*.services",
        _T.TEXTS,
        [],
        "The services it may see; a name of `[teams]` stands for that team's.",
    ),
    Key("roles.*.export_rows", _T.WHOLE, 10_000, "Exports above this many rows need reports:bulk."),
    Key("roles.*.session.idle", _T.DURATION, None, "Overrides `access.idle`."),
    Key("roles.*.session.absolute", _T.DURATION, None, "Overrides `access.absolute`."),
    Key("roles.*.purposes", _T.TEXTS, [], "The purposes that this role may name."),
    Key("teams.*", _T.TEXTS, None, "The services of a team; `*` is a wildcard."),
    # audit and alerts
    Key("audit.folder", _T.PATH, None, "Where the log lies; unset: the state folder."),
    Key("audit.keep", _T.DURATION, "7y", "`inspector audit prune` removes what is older."),
    Key("audit.checkpoint_every", _T.WHOLE, 100, "A signed checkpoint after this many records."),
    Key(
        "audit.anchors[].kind",
        _T.CHOICE,
        None,
        "Where checkpoints also go.",
        ("file", "git", "journald", "syslog", "rfc3161"),
    ),
    Key("audit.anchors[].path", _T.PATH, None, "The file or git folder."),
    Key("audit.anchors[].url", _T.TEXT, None, "The time stamp authority."),
    Key("alerts.enabled", _T.FLAG, True, "Whether alerts are raised."),
    Key("alerts.command", _T.TEXTS, [], "A program and its arguments, run for each alert, without a shell."),
    Key("alerts.hours", _T.TEXT, None, "Working hours, as `08:00-19:00`; activity outside raises an alert."),
    Key("alerts.rule[].name", _T.TEXT, None, "The alert's name."),
    Key("alerts.rule[].query", _T.TEXT, None, "Which audit records count."),
    Key("alerts.rule[].threshold", _T.WHOLE, 1, "How many of them."),
    Key("alerts.rule[].window", _T.DURATION, "1h", "Within how long."),
    Key("alerts.rule[].action", _T.CHOICE, "notify", "What happens then.", ("notify", "block")),
    # keys and encryption
    Key("keys.backend", _T.TEXT, None, "The keyring backend by name; unset: the platform's own."),
    Key("keys.provider", _T.TEXTS, [], "A program and its arguments that gives keys, without a shell."),
    Key("keys.plugin", _T.TEXT, None, "The entry point of `inspector.keys` that gives keys."),
    Key(
        "keys.vault",
        _T.PATH,
        None,
        "The file of wrapped keys; unset: in the state folder. A team can share one.",
    ),
    Key("keys.rotation", _T.DURATION, "90d", "Keys older than this are warned of."),
    Key("keys.grace", _T.DURATION, "7d", "How long a rotated key still opens."),
    Key("keys.recipients", _T.TEXTS, [], "Recovery recipients (age public keys); two or more."),
    Key("encryption.enabled", _T.FLAG, False, "Whether `encrypt` may be used as an operator."),
    Key(
        "encryption.fields",
        _T.TEXTS,
        ["authorization", "api_key", "password"],
        "The fields that it encrypts.",
    ),
    Key("encryption.algorithm", _T.CHOICE, "AES-256-GCM", "The cipher of new values.", ("AES-256-GCM",)),
    Key("encryption.blind_index", _T.TEXTS, [], "Types whose sealed values can be found by equality."),
    Key("encryption.per_subject", _T.FLAG, False, "Whether each person's values get a key of their own."),
    # erasure
    Key("erasure.approvals", _T.WHOLE, 1, "How many people an erasure needs."),
    Key("erasure.due", _T.DURATION, "30d", "How soon a request is due."),
    # screen
    Key("ui.theme", _T.TEXT, "dark", "The theme's name: one of `themes/`, or of the config folder's."),
    Key("ui.keymap", _T.TEXT, "default", "The preset of keys: default, lnav, arrows."),
    Key("ui.keys.*", _T.TEXT, None, "The keys of one action, separated by commas."),
    Key("ui.mouse", _T.FLAG, True, "Whether the mouse works; F2 switches."),
    Key("ui.ascii", _T.CHOICE, "auto", "Whether only ASCII is drawn.", ("auto", "on", "off")),
    Key("ui.columns", _T.TEXTS, [], "The list's columns, as name:30 with a width; empty: those that fit."),
    Key("ui.line", _T.TEXT, None, "The format of a one-line row; unset: columns."),
    Key("ui.time", _T.CHOICE, "utc", "Which time zone is shown.", ("utc", "local")),
    # index, export, formats
    Key("index.cache_max", _T.SIZE, "2gb", "The cache is kept below this; the oldest goes first."),
    Key("index.workers", _T.WHOLE, 0, "Processes that read; 0: as many as there are cores, up to 4."),
    Key(
        "export.folder", _T.PATH, None, "Where exports go when no place is typed; unset: the working folder."
    ),
    Key("export.stable_tags", _T.FLAG, False, "Whether tags are equal across exports; needs tags:stable."),
    Key("export.endpoints.*.url", _T.TEXT, None, "Where redacted spans may be pushed; https."),
    Key("export.endpoints.*.protocol", _T.CHOICE, "http", "OTLP over HTTP or gRPC.", ("http", "grpc")),
    Key("export.endpoints.*.region", _T.TEXT, None, "Where the receiver keeps data."),
    Key("export.endpoints.*.baa", _T.FLAG, False, "Whether a business associate agreement covers it."),
    Key("export.endpoints.*.tls_min", _T.CHOICE, "1.3", "The lowest TLS version.", ("1.2", "1.3")),
    Key("export.endpoints.*.pin", _T.TEXT, None, "SHA-256 of the receiver's public key."),
    Key("export.endpoints.*.ca", _T.PATH, None, "A file of authorities to trust instead of the system's."),
    Key("export.endpoints.*.cert", _T.PATH, None, "The client's certificate."),
    Key("export.endpoints.*.key", _T.PATH, None, "The client's key file."),
    Key(
        "export.endpoints.*.headers.*", _T.TEXT, None, "The environment variable that holds a header's value."
    ),
    Key("formats.plugins", _T.TEXTS, [], "Entry points of `inspector.formats` to load."),
    Key("formats.mappings", _T.PATHS, [], "Mapping files for the generic JSONL format."),
)
