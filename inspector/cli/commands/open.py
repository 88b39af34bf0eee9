"""`inspector STORE…`: the screen."""

from __future__ import annotations

import os
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from inspector.cli.arguments import stores_argument
from inspector.cli.common import Command, Common
from inspector.cli.engine import read_config
from inspector.cli.lazy import LazyView
from inspector.cli.log import LOG
from inspector.cli.terminal import ascii_only, need_terminal
from inspector.cli.who import badge_of, who
from inspector.errors import Exit, InspectorError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.access.identity import Identity
    from inspector.cli.screen_export import ScreenExporter
    from inspector.config import Config
    from inspector.lifecycle.operations import StoreOperations
    from inspector.tui.chooser import Choice
    from inspector.tui.settings import Settings
    from inspector.view import View

    class Kept(TypedDict):
        memory: Path | None
        stores: tuple[Path, ...]


_MAGIC = (b"SQLite format 3\0", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
_HEAD = 1 << 14
_PATIENCE = 5.0
"""Seconds that are given to find out whether retention is overdue."""
_WORDS = (b"resourceSpans", b"resource_spans", b"traceId", b"traceID", b"trace_id", b'"trace', b'"steps"')


class Screen(Command):
    draws = True


@click.command("open", cls=Screen)
@stores_argument("[STORE…]")
@click.option("--theme", metavar="NAME", help="Draw with this theme.")
@click.option(
    "--ascii",
    "plain",
    is_flag=True,
    help="Draw with ASCII characters alone, as is done anyway where the locale isn't UTF-8.",
)
@click.pass_obj
def command(common: Common, words: tuple[str, ...], theme: str | None, plain: bool) -> int:
    """Open each STORE on the screen, redacted; without one, choose among recent stores and samples."""
    if common.json:
        raise UsageError("The screen prints no JSON.", "Use inspector ls STORE --json.")
    need_terminal()
    typed = {"ui.theme": theme, "ui.ascii": "on" if plain else None}
    config = read_config(common, {name: value for name, value in typed.items() if value is not None})
    settings = screen_settings(config)
    names = list(words)
    if not names:
        from inspector.cli.recent import still_there
        from inspector.tui.chooser import run as choose

        chosen = choose(_choices(still_there()), _choices(samples()), settings)
        if chosen is None:
            return int(Exit.DONE)
        names = [str(chosen)]
    identity = who(common, config)
    view = LazyView(
        lambda: opened(names, common, config),
        badge_of(identity),
        lambda: _exporter(names, common, config, identity),
    )
    if not all(map(looks_openable, names)):
        view.summaries()  # opens the stores, or says what they are, before there is a screen
    if "-" in names:
        _keyboard_to_stdin()
    from inspector.tui import run

    with closing(view):
        kept = settings._replace(**kept_of(names))
        overdue = partial(_overdue, common, names) if config.has("retention") and "-" not in names else None
        code = run(view, kept, lambda: _operations(common, names), overdue)
    if view.failure is not None:
        raise view.failure
    return code


# What the first frame doesn't need is imported after it.


def opened(names: Sequence[str], common: Common, config: Config) -> View:
    """Opens the stores, and puts them among the recent ones: what is only listed or searched isn't."""
    from inspector.cli.opening import open_session
    from inspector.cli.recent import remember

    view = open_session(names, common, config)
    remember(_chosen(names))
    return view


def _exporter(names: Sequence[str], common: Common, config: Config, identity: Identity) -> ScreenExporter:
    from inspector.cli.screen_export import ScreenExporter

    return ScreenExporter(names, common, config, identity)


def _chosen(names: Sequence[str]) -> Iterator[Path]:
    """A file or a folder as it was named; a pattern as what it means."""
    for name in names:
        if name == "-" or Path(name).exists():
            yield Path(name)
        else:
            from inspector.stores import expand

            yield from expand([name])[0]


def _overdue(common: Common, names: Sequence[str], stopped: Callable[[], bool]) -> str:
    """For the screen's banner; what can't be told is left out of it."""
    until = time.monotonic() + _PATIENCE
    try:
        return _operations(common, names).overdue(lambda: stopped() or time.monotonic() > until)
    except InspectorError as error:
        LOG.error(error)
        return ""


def _operations(common: Common, names: Sequence[str]) -> StoreOperations:
    """What the screen may do to the stores it shows."""
    from inspector.cli.lifecycle import office, stores_of
    from inspector.lifecycle.operations import StoreOperations

    at = office(common)
    return StoreOperations(at.desk, stores_of(names, at.config), at.config, at.require, at.redacted)


def screen_settings(config: Config) -> Settings:
    """What the config says of the screen; raises UsageError before there is one."""
    from inspector.tui import shut_leaks
    from inspector.tui.keymap import resolve
    from inspector.tui.settings import Settings

    shut_leaks()

    asked = config.text("ui.ascii")
    user = {name: keys for name, keys in config.table("ui.keys").items() if isinstance(keys, str)}
    line = config.text("ui.line") or ""
    if line:
        from inspector.tui.columns import line_of

        line_of(line)  # says now what is wrong with it, without a screen
    return Settings(
        theme=config.text("ui.theme") or "dark",
        ascii=asked == "on" or (asked != "off" and ascii_only(os.environ)),
        keys=resolve(config.text("ui.keymap") or "default", user),
        mouse=config.flag("ui.mouse"),
        columns=config.texts("ui.columns"),
        line=line,
        local=config.text("ui.time") == "local",
    )


def kept_of(names: Sequence[str]) -> Kept:
    """Where what is kept of a look at these stores lies; nowhere for standard input."""
    import hashlib

    from inspector.paths import session_folder

    stores = tuple(Path(name).absolute() for name in names)
    if "-" in names:
        return {"memory": None, "stores": ()}
    mark = hashlib.sha256("\0".join(sorted(map(str, stores))).encode("utf-8", "surrogateescape")).hexdigest()
    return {"memory": session_folder() / f"{mark[:24]}.json", "stores": stores}


def looks_openable(name: str) -> bool:
    """Whether a file begins so much like a store that the screen may come first; what is doubtful is opened
    at once, so that what is no store gets its sentence and no screen."""
    try:
        path = Path(name)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError):
        return False
    if head.startswith(_MAGIC):
        return True
    begins = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    return begins and any(word in head for word in _WORDS)


def _keyboard_to_stdin() -> None:
    """Standard input was the store: the keys come from the terminal itself."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise UsageError(
            "There is no keyboard to read keys from.", "Name the store's file instead."
        ) from None
    os.dup2(terminal, 0)
    os.close(terminal)


def _choices(paths: Sequence[Path]) -> list[Choice]:
    from inspector.reports.units import size
    from inspector.session.store_names import store_name
    from inspector.tui.chooser import Choice

    return [
        Choice(path, store_name(path), size(path.stat().st_size) if path.is_file() else "folder")
        for path in paths
    ]


def samples() -> list[Path]:
    """The sample stores that ship with the program."""
    from inspector.paths import shipped

    folder = shipped("sample_traces")
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".md")
