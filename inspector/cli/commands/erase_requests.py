"""`inspector erase` request, approve, reject: erasures that take a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inspector.cli.arguments import stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.lifecycle import office, person_of, stores_of, subject_options
from inspector.cli.lifecycle_text import print_requests, request_json
from inspector.cli.output import Out
from inspector.errors import Exit, UsageError

if TYPE_CHECKING:
    from inspector.cli.lifecycle import Office
    from inspector.lifecycle.approvals import Request


@click.command("request", cls=Command)
@stores_argument()
@subject_options()
@click.option("--request", metavar="REF", default="", help="The request's reference.")
@click.option("--basis", metavar="TEXT", default="", help="The legal basis, for the certificate.")
@click.pass_obj
def request_(
    common: Common, words: tuple[str, ...], subject: str, aliases: tuple[str, ...], request: str, basis: str
) -> int:
    """Ask for an erasure that somebody else approves and an operator runs. The id itself isn't kept."""
    from inspector.lifecycle import approvals

    at = office(common, "erasure:propose")
    person = person_of(at.desk, subject, aliases)
    made = approvals.ask(
        at.desk.log,
        person.mark,
        [str(path) for path in stores_of(words, at.config)],
        ref=at.redacted(request),
        basis=at.redacted(basis),
        reason=at.reason,
        by=at.user,
        now=at.desk.now(),
        due=at.config.duration("erasure.due") or 0,
    )
    return _print(common, at, made)


def _print(common: Common, at: Office, made: Request) -> int:
    out = Out(no_color=common.no_color)
    if common.json:
        out.json(request_json(made, at.desk.now()))
    else:
        print_requests(out, [made], at.desk.now())
    out.flush()
    return int(Exit.DONE)


@click.command("approve", cls=Command)
@click.argument("id", metavar="REQUEST")
@click.pass_obj
def approve(common: Common, id: str) -> int:
    """Allow a request that somebody else has made."""
    from inspector.lifecycle import approvals

    at = office(common, "erasure:approve")
    return _print(common, at, approvals.approve(at.desk.log, approvals.one(id), at.user))


@click.command("reject", cls=Command)
@click.argument("id", metavar="REQUEST")
@click.pass_obj
def reject(common: Common, id: str) -> int:
    """Refuse a request. Needs --reason."""
    from inspector.lifecycle import approvals

    at = office(common, "erasure:approve")
    if not at.reason:
        raise UsageError("A refusal needs a reason.", "Add --reason TEXT.")
    return _print(common, at, approvals.reject(at.desk.log, approvals.one(id), at.reason))


REQUESTS = (request_, approve, reject)
