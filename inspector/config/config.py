"""The values in force and where each came from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.config import check, environment
from inspector.config.keys import Key, Type, Value
from inspector.config.layer import Layer, Names, flatten, merge, nest
from inspector.config.profiles import PROFILES
from inspector.config.units import duration, size
from inspector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME = "inspector.toml"
SYSTEM_FILE = Path("/etc/inspector") / FILE_NAME
POLICY_SECTIONS = ("redaction", "retention")
SETTLED = ("audit", "alerts")
"""Sections where a key that the machine or its user set holds: else a run could turn its own records aside."""


class Config:
    """Immutable. Names are dotted, as `ui.theme`; one that the registry doesn't know is a KeyError."""

    __slots__ = ("_merged", "layers")

    def __init__(self, layers: tuple[Layer, ...] = ()) -> None:
        self.layers = layers
        self._merged = merge(layers) if layers else {}

    def source(self, name: str) -> str:
        """`default`, `profile NAME`, `file PATH:LINE`, `environment NAME` or `option`."""
        for names, (_, layer) in self._merged.items():
            if ".".join(names) == name:
                return layer.source(names)
        self._key(name)
        return "default"

    def installed(self) -> Config:
        """What the machine and its user set, without what was given for this run alone."""
        return _with_profile(tuple(la for la in self.layers if la.installed and la.kind != "profile"))

    def has(self, section: str) -> bool:
        """Whether anything set this section or a key in it, be it empty."""
        names = tuple(section.split("."))
        return any(path[: len(names)] == names for path in self._merged)

    def table(self, section: str) -> dict[str, Value]:
        """A section as set, nested, without defaults. The caller may change it."""
        names = tuple(section.split("."))
        inner = {
            p[len(names) :]: v
            for p, (v, _) in self._merged.items()
            if p[: len(names)] == names and len(p) > len(names)
        }
        return nest(inner)

    def rows(self, name: str) -> list[dict[str, Value]]:
        """The tables of a list, as `retention.rule`, with the defaults of keys that a table leaves out."""
        node = check.find(tuple(name.split(".")))
        row = node.below.get("[]") if node else None
        if row is None:
            raise KeyError(name)
        found = self._merged.get(tuple(name.split(".")))
        defaults: dict[str, Value] = {
            n: b.key.default for n, b in row.below.items() if b.key and b.key.default is not None
        }
        tables = found[0] if found else []
        return [{**defaults, **t} for t in tables if isinstance(t, dict)] if isinstance(tables, list) else []

    def value(self, name: str) -> Value | None:
        """What is set, else the default."""
        key = self._key(name)
        for names, (value, _) in self._merged.items():
            if ".".join(names) == name:
                return value
        return key.default

    def text(self, name: str) -> str | None:
        value = self.value(name)
        return value if isinstance(value, str) else None

    def flag(self, name: str) -> bool:
        return self.value(name) is True

    def number(self, name: str) -> float:
        value = self.value(name)
        return value if isinstance(value, int | float) else 0

    def whole(self, name: str) -> int:
        value = self.value(name)
        return value if isinstance(value, int) else 0

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.value(name)
        return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()

    def duration(self, name: str) -> int | None:
        """Nanoseconds, or none where nothing is set."""
        value = self.text(name)
        return None if value is None else duration(value)

    def size(self, name: str) -> int | None:
        """Bytes, or none where nothing is set."""
        value = self.value(name)
        return value if isinstance(value, int) else size(value) if isinstance(value, str) else None

    def path(self, name: str) -> Path | None:
        value = self.text(name)
        return Path(value) if value else None

    def paths(self, name: str) -> tuple[Path, ...]:
        return tuple(Path(t) for t in self.texts(name))

    def __iter__(self) -> _Values:
        """Every key that is set, dotted, with its value; for `inspector config show`."""
        return iter([(".".join(names), value) for names, (value, _) in sorted(self._merged.items())])

    @staticmethod
    def _key(name: str) -> Key:
        node = check.find(tuple(name.split(".")))
        if node is None or node.key is None:
            raise KeyError(name)
        return node.key


if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    _Values: TypeAlias = Iterator[tuple[str, Value]]


def load(
    folder: Path | None = None,
    config: Path | None = None,
    policy: Path | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    options: Mapping[str, object] | None = None,
    system: Path = SYSTEM_FILE,
) -> Config:
    """The config in force: profile, system file, the user's (in `folder`), $INSPECTOR_CONFIG, `config`,
    environment, `policy`, `options` (dotted names, only those that were typed); each beats those before it.

    What a layer says under SETTLED, those after it can't say otherwise. Raises UsageError that names file, line
    and key, and the nearest known key; never a value.
    """
    read = [
        _read_standard(system),
        _read_standard(folder / FILE_NAME) if folder else None,
        _read_named(environ),
        _read_given(config) if config else None,
        environment.read(environ),
        _read_given(policy, POLICY_SECTIONS) if policy else None,
        _options(options) if options else None,
    ]
    layers = tuple(layer for layer in read if layer is not None)
    _check_settled(layers)
    return _with_profile(layers)


def _check_settled(layers: tuple[Layer, ...]) -> None:
    settled: dict[Names, Layer] = {}
    for layer in layers:
        for names, value in layer.values.items():
            if names[0] not in SETTLED:
                continue
            before = settled.setdefault(names, layer)
            if before.values[names] != value and before.installed:
                raise UsageError(
                    f"{'.'.join(names)} is settled by {before.source(names)}; {layer.source(names)} can't set it.",
                    "Take it out there, or change it where it is settled.",
                )


def _read_standard(path: Path) -> Layer | None:
    """A relative place would depend on the working folder, which is never asked."""
    try:
        if not path.is_absolute() or not path.stat():
            return None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        pass  # it may hold a policy: reading it says why it can't be read
    from inspector.config import toml_file

    return toml_file.read(path, required=False, installed=True)


def _read_given(path: Path, sections: tuple[str, ...] = ()) -> Layer | None:
    from inspector.config import toml_file

    return toml_file.read(path, required=True, installed=False, sections=sections)


def _read_named(environ: Mapping[str, str]) -> Layer | None:
    named = environ.get(environment.FILE_VARIABLE)
    if not named:
        return None
    path = Path(named)
    if not path.is_absolute():
        raise UsageError(
            f"{environment.FILE_VARIABLE} isn't an absolute path.",
            "Config is never read from the working folder.",
        )
    return _read_given(path)


def _options(options: Mapping[str, object]) -> Layer:
    def complain(names: Names, what: str, fix: str) -> UsageError:
        return UsageError(f"The option for {check.shown('.'.join(names))} {what}.", fix)

    values: dict[Names, Value] = {}
    for name, given in options.items():
        path = tuple(name.split("."))
        node = check.find(path)
        if node is None or node.key is None:
            raise complain(path, "is no key of inspector's", check.hint(path))
        table: dict[str, object] = {path[-1]: _typed(node.key, given, complain, path)}
        for part in reversed(path[:-1]):
            table = {part: table}
        values |= flatten(table, Path.cwd() if node.key.type in (Type.PATH, Type.PATHS) else None, complain)
    return Layer("option", "", False, values)


def _typed(key: Key, given: object, complain: _Complain, path: Names) -> object:
    if isinstance(given, Path):
        return str(given)
    if isinstance(given, tuple):
        return list(given)
    if not isinstance(given, str):
        return given
    try:
        return check.from_text(key, given)
    except check.BadValue as error:
        raise complain(path, str(error), key.help) from None


if TYPE_CHECKING:
    from inspector.config.layer import Complain as _Complain


def _with_profile(layers: tuple[Layer, ...]) -> Config:
    """The layers, with the values of the profile they name beneath them all."""
    chosen = next((la for la in reversed(layers) if ("profile",) in la.values), None)
    if chosen is None:
        return Config(layers)
    name = str(chosen.values["profile",])
    values = {tuple(key.split(".")): value for key, value in PROFILES[name].items()}
    return Config((Layer("profile", name, chosen.installed, values), *layers))
