"""`inspector serve STORE…`: the screen in a browser on this machine."""

from __future__ import annotations

from importlib.util import find_spec

import click

from inspector.cli.arguments import stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.engine import read_config
from inspector.cli.output import Out, narrate
from inspector.errors import Exit, UsageError

_SECOND = 1_000_000_000


@click.command("serve", cls=Command)
@stores_argument("STORE…")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port on 127.0.0.1; 0 takes a free one."
)
@click.option(
    "--as", "shown_as", metavar="ROLE", help="The role of whoever looks; viewer unless this says other."
)
@click.option("--sessions", type=click.IntRange(1, 16), default=1, help="How many windows at a time.")
@click.option(
    "--idle", metavar="DURATION", help="A screen without a key for so long ends; access.idle unless given."
)
@click.pass_obj
def command(
    common: Common, words: tuple[str, ...], port: int, shown_as: str | None, sessions: int, idle: str | None
) -> int:
    """Show each STORE in a browser on this machine, for one person.

    Prints an address with a token that is good for one time; nothing is started before it is shown. Other
    machines can't reach it. Needs the role admin (serve:start); whoever looks is a viewer unless --as says
    other. Needs the extra: pip install 'trace-inspector[serve]'.
    """
    from inspector.cli.auditing import demand, open_log
    from inspector.cli.who import who
    from inspector.config.units import duration

    if find_spec("textual_serve") is None:
        raise UsageError("The part for browsers isn't installed.", "pip install 'trace-inspector[serve]'")
    config = read_config(common)
    identity = who(common, config)
    demand(config, identity, "serve:start")
    if not words or "-" in words:
        raise UsageError("A browser can't read standard input.", "Name a file or a folder.")
    quiet = duration(idle) if idle else config.duration("access.idle")
    if not quiet:
        raise UsageError("--idle is no duration.", 'Write it as "5m".')
    from inspector.audit.record import Entry
    from inspector.cli.web.server import GuardedServer, argv_of

    try:
        server = GuardedServer(argv_of(words, shown_as), port, sessions=sessions, idle=quiet / _SECOND)
    except OSError:
        raise UsageError(f"Port {port} is taken.", "Leave --port out: a free one is taken.") from None
    log = open_log(config, identity).log
    log.event(Entry("serve.started", counts={"sessions": sessions}))
    log.checkpoint(anchored=False)
    out = Out(no_color=common.no_color)
    out.line(server.gate.url)
    out.flush()
    narrate("Open this address in a browser on this machine; it works once. Ctrl+C ends it.")
    server.run()
    return int(Exit.DONE)
