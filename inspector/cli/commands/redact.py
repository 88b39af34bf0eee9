"""`inspector redact`: a filter."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli.auditing import redaction_applied, role_of
from inspector.cli.common import Command, Common
from inspector.cli.engine import build_engine, effective_policy, read_config
from inspector.cli.output import Out, narrate, one_line
from inspector.cli.streams import reading, writing
from inspector.errors import Exit, UsageError

if TYPE_CHECKING:
    from inspector.redaction import Redactor, Stats

_SHORTEST_KEY = 16


@click.command("redact", cls=Command)
@click.argument("source", metavar="[FILE|-]", default="-", type=click.Path(path_type=str))
@click.option("-o", "--output", metavar="OUT", help="Write here instead of to standard output.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.option("--stats", is_flag=True, help="Say on standard error what was found, and how fast.")
@click.option(
    "--check", is_flag=True, help="Write nothing: name line, path and type of what would be hidden; exit 1."
)
@click.option("--key", metavar="FILE", help="Key of the tags: equal values equal in every run with it.")
@click.pass_obj
def command(
    common: Common, source: str, output: str | None, force: bool, stats: bool, check: bool, key: str | None
) -> int:
    """Redact FILE, or standard input, line by line.

    JSON lines stay JSON, other lines are redacted as text; what holds nothing to hide comes out to the byte.
    gzip and zstd are unpacked; OUT is packed if its name ends in .gz.

    People whom some field names (customer_name, user.name, ...) are hidden wherever else they stand. A FILE is
    read twice for that. Of standard input only what has come so far is known: a name that stands in free text
    lines before the first field that states it is not found there.
    """
    config = read_config(common)
    engine = build_engine(effective_policy(common, config), None if key is None else _key(key))
    if source != "-":
        _learn(source, engine)
    if check:
        return _check(common, source, engine)
    from inspector.redaction import Stats, redact_stream

    counted = Stats()
    with reading(source) as reader, writing(output, force=force) as writer:
        redact_stream(reader, writer, engine, counted, learn=source == "-")
    redaction_applied(config, role_of(common, config), counted.findings)
    if stats:
        _say(counted)
    return int(Exit.DONE)


def _learn(source: str, engine: Redactor) -> None:
    """Whom the whole file names, before its first line is redacted."""
    if not Path(source).is_file():
        return
    from inspector.redaction.stated import OVERLAP
    from inspector.redaction.stream import windows

    with reading(source) as reader:
        engine.with_names(engine.stated(windows(reader, OVERLAP)))


def _check(common: Common, source: str, engine: Redactor) -> int:
    from inspector.redaction import check_stream

    out = Out(no_color=common.no_color)
    found = 0
    with reading(source) as reader:
        for place in check_stream(reader, engine):
            found += 1
            if common.json:
                out.json({"line": place.line, "path": place.path, "type": place.type})
            else:
                out.line(f"{one_line(source)}:{place.line}: {one_line(place.path)} {place.type}".rstrip())
    out.flush()
    return int(Exit.NOTHING if found else Exit.DONE)


def _say(stats: Stats) -> None:
    for kind, n in stats.findings.most_common():
        narrate(f"{n:>10,}  {kind}")
    total = sum(stats.findings.values())
    narrate(
        f"{total:,} values hidden in {stats.changed:,} of {stats.lines:,} lines, "
        f"{stats.bytes / 1e6:,.1f} MB, {stats.speed:,.0f} MB/s"
    )
    sys.stderr.flush()


def _key(name: str) -> bytes:
    """The engine's 32 bytes from a file of any length that is long enough to be no password."""
    try:
        held = Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"The key file can't be read ({error.strerror}).", "Check its name.") from None
    if len(held) < _SHORTEST_KEY:
        raise UsageError("The key file is too short.", f"Make one: head -c 32 /dev/urandom > {name}")
    return hashlib.blake2b(held, digest_size=32, person=b"inspector tags").digest()
