"""The kinds of report: name, ending of the file, module, and the line that help prints."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from inspector.reports.chosen import Chosen
    from inspector.reports.manifest import About


class Writer(Protocol):
    def __call__(self, chosen: Chosen, about: About, out: BinaryIO, names: Sequence[str] = ()) -> None: ...


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    ending: str
    module: str
    help: str
    columns: bool = False
    """Whether the columns can be chosen."""

    def writer(self) -> Writer:
        module = import_module(f"inspector.reports.{self.module}")
        return cast("Writer", module.write)


STORE = "store"
"""The kind that isn't written from shown spans; its ending is the store's."""

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("html", ".html", "html", "One page that needs nothing else: summary, waterfalls, messages."),
        Kind("md", ".md", "markdown", "Markdown for tickets and pull requests."),
        Kind("otlp", ".otlp.jsonl", "otlp", "OTLP, an export request a line, for the OpenTelemetry tools."),
        Kind("jsonl", ".jsonl", "jsonl", "A trace a line, as `inspector show --json` prints it."),
        Kind("csv", ".csv", "csv_rows", "A row a span, safe to open in a spreadsheet.", columns=True),
        Kind("parquet", ".parquet", "parquet", "Typed columns for notebooks; needs pyarrow.", columns=True),
        Kind(STORE, "", "", "The whole store in its own format, masked, for its own tool."),
    )
}
