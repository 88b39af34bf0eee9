"""`show --unlock`: the rules of the screen for scripts, and where plaintext may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from inspector.cli.output import narrate
from inspector.errors import Denied, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.cli.common import Common
    from inspector.session.audited import AuditedView
    from inspector.view import SpanNode, TraceKey


class Channel(NamedTuple):
    """Where what is printed goes."""

    terminal: bool
    allowed: bool
    """Whether `--plaintext-to-pipe` was given."""


def open_spans(
    view: AuditedView, key: TraceKey, nodes: Sequence[SpanNode], common: Common, channel: Channel
) -> None:
    """Open each span as far as the role may. Raises Denied where it may see nothing of what is hidden, UsageError
    for plaintext into a pipe that wasn't asked for."""
    reason, purpose = common.reason or "", common.purpose or ""
    opened, refused = 0, None
    for node in nodes:
        try:
            opened = view.reveal(
                key, node.index, "", reason, purpose, piped=not channel.terminal, to_pipe=channel.allowed
            ).values
        except NotFound:
            continue
        except Denied as error:
            refused = error
    if refused is not None and not opened:
        raise refused
    if not opened:
        narrate("Nothing was hidden, or nothing of it opens.")
