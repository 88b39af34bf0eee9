"""The page from top to bottom. Traces are rendered one by one, so that a big report takes no more memory."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from inspector.reports.html.charts import bars, chart
from inspector.reports.html.packing import Packer
from inspector.reports.html.render import is_empty, markup, value_markup
from inspector.reports.html.waterfall import Scale, tree
from inspector.reports.spool import spooled
from inspector.reports.tally import percentile
from inspector.reports.units import duration, moment, money

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from jinja2 import Environment
    from markupsafe import Markup

    from inspector.reports.chosen import Chosen, Exported
    from inspector.reports.manifest import About
    from inspector.reports.tally import Tally, Use
    from inspector.view import ShownSpan

_HERE = Path(__file__).parent / "templates"
OPEN = 3
"""So many traces are unfolded from the start."""


@cache
def environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"duration": duration, "moment": moment, "money": _money, "shown": markup}
    made.filters |= {"value": value_markup, "count": _count}
    return made


def _count(n: int | None) -> str:
    return "" if n is None else f"{n:,}"


def _money(dollars: float | None) -> str:
    return "<$0.0001" if dollars is not None and 0 < dollars < 0.0001 else money(dollars)


def write(chosen: Chosen, about: About, out: BinaryIO, names: Sequence[str] = ()) -> None:
    with spooled() as body, spooled() as packs:
        packer = Packer(packs)
        for number, each in enumerate(chosen.traces()):
            for piece in _trace(each, number < OPEN, packer):
                body.write(piece.encode("utf-8", "replace"))
        packer.close()
        out.write(_head(chosen.tally, about).encode("utf-8", "replace"))
        for part in (body, packs):
            part.seek(0)
            while data := part.read(1 << 20):
                out.write(data)
        tail = environment().get_template("tail.html").render(about=about, script=_script())
        out.write(tail.encode("utf-8", "replace"))


def _trace(each: Exported, unfolded: bool, packer: Packer) -> Iterator[str]:
    scale = Scale.of(each.trace)
    head, content = (environment().get_template(name) for name in ("trace.html", "content.html"))
    yield head.render(row=each.trace.row, scale=scale, unfolded=unfolded)

    def placed(span: ShownSpan) -> Markup:
        return packer.placed(
            content.render(
                span=span,
                talk=bool(span.conversation),
                has_input=not is_empty(span.input),
                has_output=not is_empty(span.output),
            )
        )

    yield from tree(each.spans, scale, environment().get_template("span.html"), placed)
    yield "</div></details>\n"


class _Usage(TypedDict):
    title: str
    rows: list[tuple[str, Use]]


def _head(tally: Tally, about: About) -> str:
    durations = sorted(tally.durations)
    return (
        environment()
        .get_template("head.html")
        .render(
            about=about,
            tally=tally,
            policy=str(about.policy.get("hash", "")),
            style=_text("style.css"),
            style_hash=_hash(_text("style.css")),
            script_hash=_hash(_script()),
            shares=[(f"p{n}", percentile(durations, n / 100)) for n in (50, 90, 95, 99)],
            slowest=durations[-1] if durations else None,
            latency=chart(durations),
            findings=bars(tally.findings),
            kinds=[(k, sorted(v)) for k, v in sorted(tally.kinds.items(), key=lambda kv: -len(kv[1]))],
            percentile=percentile,
            usage=[_used("Model", tally.models), _used("Service", tally.services)],
        )
    )


def _used(title: str, uses: dict[str, Use]) -> _Usage:
    order = sorted(uses.items(), key=lambda item: (-item[1].cost, -item[1].tokens, item[0]))
    return {"title": title, "rows": order}


@cache
def _text(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _script() -> str:
    return _text("search.js")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
