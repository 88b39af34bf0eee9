"""From the arguments to an exit code; the outermost edge, where every exception ends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from inspector.cli.process import crash_sentence, harden
from inspector.errors import Exit, InspectorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

REPORT = "Run it again with --log FILE --log-level debug and report it with that file, which holds no data."


def run(arguments: Sequence[str]) -> int:
    """Run one command line; prints what went wrong as one sentence and one fix."""
    harden()
    import click

    from inspector.cli.group import program
    from inspector.cli.log import LOG
    from inspector.cli.output import StdoutClosed, stop_stdout

    try:
        code = program.main(args=list(arguments), prog_name="inspector", standalone_mode=False)
    except InspectorError as error:
        LOG.error(error)
        _say(error.what, error.fix, error.sketch)
        return int(error.exit_code)
    except click.ClickException as error:
        LOG.error(error)
        _say(*_usage(error))
        return int(Exit.USAGE)
    except (KeyboardInterrupt, click.Abort):
        return int(Exit.STOPPED)
    except StdoutClosed:
        stop_stdout()
        return int(Exit.DONE)
    except Exception as error:  # noqa: BLE001  the outermost edge
        LOG.error(error)
        _say(crash_sentence(type(error), error.__traceback__), REPORT)
        return int(Exit.STORE)
    finally:
        LOG.close()
    return code if isinstance(code, int) else int(Exit.DONE)


def _usage(error: click.ClickException) -> tuple[str, str]:
    import click

    what = " ".join(error.format_message().split())
    fix = "See inspector --help."
    if isinstance(error, click.UsageError) and error.ctx is not None:
        fix = f"See {error.ctx.command_path} --help."
    if isinstance(error, click.NoSuchOption):
        what = f"There is no option {error.option_name}."
        if error.possibilities:
            fix = f"Did you mean {' or '.join(sorted(error.possibilities))}?"
    return what if what.endswith((".", "?")) else f"{what}.", fix


def _say(what: str, fix: str, sketch: str = "") -> None:
    from inspector.cli.output import one_line

    line = f"inspector: {one_line(what)}"
    for drawn in sketch.splitlines():
        line += f"\n{one_line(drawn)}"
    if fix:
        line += f"{chr(10) if sketch else ' '}{one_line(fix)}"
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
