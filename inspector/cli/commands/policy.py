"""`inspector policy test`: which rule fires where in a text, and why another doesn't."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from inspector.cli.auditing import demand
from inspector.cli.common import Command, Common
from inspector.cli.engine import build_engine, effective_policy, read_config
from inspector.cli.output import Out, block, narrate
from inspector.cli.streams import reading
from inspector.cli.table import Column, table
from inspector.cli.who import who
from inspector.errors import Exit

if TYPE_CHECKING:
    from inspector.cli.output import Json
    from inspector.redaction import Explanation

_MOST = 16 << 20


@click.group("policy")
def command() -> None:
    """Try the redaction policy."""


@command.command("test", cls=Command)
@click.argument("source", metavar="[FILE|-]", default="-", type=click.Path(path_type=str))
@click.option("--path", metavar="PATH", help="Judge the text as the value of this field: user.email.")
@click.pass_obj
def test(common: Common, source: str, path: str | None) -> int:
    """Say which rules fire in a text and why others don't, without printing what is hidden.

    The text comes from FILE, or is typed or piped in: as an argument it would stay in the shell's history.
    Exit 1 when nothing is hidden.
    """
    from inspector.redaction import explain

    config = read_config(common)
    identity = who(common, config)
    demand(config, identity, "policy:test")
    engine = build_engine(effective_policy(common, config, identity))
    if source == "-" and sys.stdin.isatty():
        narrate("Paste the text, then press Ctrl-D.")
    with reading(source) as reader:
        text = _all(reader.read).decode("utf-8", "replace").removesuffix("\n")
    keys = tuple(path.split(".")) if path else ()
    made = explain(engine, text, keys)
    out = Out(no_color=common.no_color)
    if common.json:
        out.json(_json(made))
    else:
        _print(out, made)
    out.flush()
    hidden = bool(made.fired) or not made.text.clean
    return int(Exit.DONE if hidden else Exit.NOTHING)


def _all(read: _Read) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while size < _MOST and (piece := read(_MOST - size)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _json(made: Explanation) -> Json:
    return {
        "text": str(made.text),
        "fired": [
            {
                "start": f.start,
                "end": f.end,
                "type": f.type,
                "level": f.level,
                "operator": f.operator,
                "rule": f.rule,
            }
            for f in made.fired
        ],
        "missed": [
            {"start": m.start, "end": m.end, "type": m.type, "rule": m.rule, "reason": m.reason}
            for m in made.missed
        ],
    }


def _print(out: Out, made: Explanation) -> None:
    out.line(block(str(made.text)))
    columns = [
        Column("WHERE", right=True),
        Column("WHAT"),
        Column("TYPE", paint=out.bold),
        Column("RULE"),
        Column("LEVEL"),
        Column("WHY"),
    ]
    rows = [[f"{f.start}-{f.end}", "hidden", f.type, f.rule, f.level, f.operator] for f in made.fired]
    rows += [[f"{m.start}-{m.end}", "left", m.type, m.rule, "", m.reason] for m in made.missed]
    if not rows and not made.text.clean:
        rows = [
            ["all", "hidden", p.finding.type, p.finding.rule, p.finding.level, p.finding.operator]
            for p in made.text.pieces
            if p.finding
        ]
    out.line()
    for line in table(out, columns, rows, within=True):
        out.line(line)
    if not rows:
        out.line("Nothing is hidden, and nothing came near.")


if TYPE_CHECKING:
    from collections.abc import Callable

    _Read = Callable[[int], bytes]
