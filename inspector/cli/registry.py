"""Every command: its module in `inspector.cli.commands`, and the line that help prints of it."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    name: str
    module: str
    help: str


COMMANDS = (
    Entry("open", "open", "Open stores on the screen; the word may be left out."),
    Entry("info", "info", "Say what a store is and count what it holds."),
    Entry("ls", "ls", "List traces, newest first."),
    Entry("show", "show", "Print one trace with its spans."),
    Entry("search", "search", "Find words in the redacted text of every span."),
    Entry("export", "export", "Write a redacted report or copy, with a manifest."),
    Entry("redact", "redact", "Redact JSONL or text as a filter."),
    Entry("policy", "policy", "Try the redaction policy on a text."),
    Entry("erase", "erase", "Erase a person, or what a query selects, and prove it."),
    Entry("retention", "retention", "Let traces go when they have run out."),
    Entry("subject", "subject", "Find and correct what stores hold of a person."),
    Entry("hold", "hold", "Keep what a query or a person names from being erased."),
    Entry("audit", "audit", "Verify, read and hand out the audit log."),
    Entry("seal", "seal", "Encrypt fields of a store in place."),
    Entry("unseal", "unseal", "Put the plain values back into a store."),
    Entry("roles", "roles", "List who may do what."),
    Entry("keys", "keys", "Make, grant, rotate and end keys."),
    Entry("whoami", "whoami", "Say which role is in use and what vouches for it."),
    Entry("serve", "serve", "Show stores in a browser on this machine."),
    Entry("doctor", "doctor", "Go through the production checklist."),
    Entry("cache", "cache", "List or remove the indexes kept of big stores."),
    Entry("config", "config", "Show, change and describe the config."),
    Entry("formats", "formats", "List the formats that can be opened."),
    Entry("completion", "completion", "Print the completion script of a shell."),
)
