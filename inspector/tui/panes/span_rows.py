"""How one row of the waterfall is drawn: guides, kind, name, note, marks, bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from inspector.tui import format as fmt
from inspector.tui.text import fit, runs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

    from inspector.tui.agents import Step
    from inspector.tui.look import Look
    from inspector.tui.text import Run
    from inspector.tui.tree import Tree
    from inspector.tui.waterfall import Axis
    from inspector.view import SpanNode

_LABELS = {
    "retrieval": "retr",
    "embedding": "embed",
    "reranker": "rank",
    "guardrail": "guard",
    "evaluation": "eval",
    "prompt": "prmpt",
    "memory": "mem",
    "client": "call",
    "server": "serve",
    "producer": "send",
    "consumer": "recv",
    "internal": "span",
    "unknown": "span",
}


class Parts(NamedTuple):
    """Cells of tree and name, of the note, of the bars; a blank and two marks stand before the bars."""

    name: int
    note: int
    bars: int

    @property
    def offset(self) -> int:
        """Where the bars begin."""
        return 1 + self.name + self.note + 3


def parts(width: int, longest: int, *, notes: bool) -> Parts:
    if width < 56:
        name = max(width * 5 // 9, 12)
        return Parts(name, 0, width - name - 5)
    name = min(max(longest, 26), width * 42 // 100)
    note = 18 if width >= 72 and notes else 0
    return Parts(name, note, width - name - note - 5)


def label(kind: str) -> str:
    return _LABELS.get(kind, kind[:5])


class RowPen(NamedTuple):
    """What a row of the waterfall needs to know of the whole."""

    tree: Tree
    look: Look
    by_service: bool

    def waterfall(self, at: int, parts: Parts, axis: Axis, *, selected: bool) -> list[Run]:
        tree, look = self.tree, self.look
        node = tree.nodes[at]
        bad = node.status == "error"
        out: list[Run] = [(" ", look.text), *self._name(at, parts.name, selected=selected)]
        if parts.note:
            out += self._note(node, parts.note)
        out += self._marks(at, bad=bad)
        return [*out, *self._bar(at, axis, look.error if bad else self._hue(node))]

    def _hue(self, node: SpanNode) -> Style:
        look = self.look
        if not self.by_service or node.service is None:
            return look.kind(node.kind)
        names = [str(service) for service in self.tree.services]
        return look.service(names.index(str(node.service)))

    def _name(self, at: int, room: int, *, selected: bool) -> list[Run]:
        look, node = self.look, self.tree.nodes[at]
        style = look.error if node.status == "error" else look.text
        words = runs_of(node.name, look, style + look.strong if selected else style)
        kind = (f"{label(node.kind):<5} ", look.kind(node.kind) + look.strong)
        return fit([*self._guides(at, room), kind, *words, *self._service(at)], room, look)

    def _service(self, at: int) -> list[Run]:
        """The service's name where it is another than the parent's."""
        tree, look = self.tree, self.look
        service, up = tree.nodes[at].service, tree.parent[at]
        if service is None or len(tree.services) < 2:
            return []
        above = tree.nodes[up].service if up >= 0 else None
        if above is not None and str(above) == str(service):
            return []
        style = self._hue(tree.nodes[at]) if self.by_service else look.dim
        return [(f" {look.glyphs.dot} ", look.dim), *runs_of(service, look, style)]

    def _note(self, node: SpanNode, room: int) -> list[Run]:
        look = self.look
        bad = node.status == "error"
        text = runs_of(node.note, look, look.error if bad else look.dim)
        if not text and bad:
            text = [("error", look.error)]
        return [(" ", look.text), *fit(text, room - 1, look)]

    def _marks(self, at: int, *, bad: bool) -> list[Run]:
        look = self.look
        path = look.glyphs.path if at in self.tree.timing.critical else " "
        return [(f" {look.glyphs.error}" if bad else "  ", look.error), (path, look.accent)]

    def _guides(self, at: int, room: int) -> list[Run]:
        tree, look = self.tree, self.look
        signs = look.glyphs
        depth = tree.depth(at)
        has_children = tree.after[at] > at + 1
        fold = (signs.shut if at in tree.folded else signs.open) if has_children else " "
        if depth <= 0:
            return [(f"{fold} ", look.dim)]
        most = max(2, (room - 20) // 2)
        if depth - 1 > most:
            most = max(2, (room - 30) // 2)
        ways = tree.guides(at, most)
        skipped = depth - 1 - len(ways)
        text = f"{signs.deep}{skipped} " if skipped > 0 else ""
        text += "".join(f"{signs.pipe} " if goes_on else "  " for goes_on in ways)
        text += signs.elbow if tree.nodes[at].last else signs.tee
        return [(f"{text}{fold} ", look.dim)]

    def _bar(self, at: int, axis: Axis, style: Style) -> list[Run]:
        """Full where the span works itself, thin where it waits for its children."""
        node, signs = self.tree.nodes[at], self.look.glyphs
        place = axis.bar(node.start, node.end)
        if place is None:
            return []
        low, size = place
        if node.end is None:
            return [(" " * low, self.look.text), (signs.unfinished * size, style)]
        cells = [signs.bar] * size
        for start, end in self.tree.timing.covered.get(at, ()):
            inner = axis.inside(start, end)
            if inner is not None:
                for cell in range(inner[0], inner[0] + inner[1]):
                    if 0 <= cell - low < size:
                        cells[cell - low] = signs.thin
        return [(" " * low, self.look.text), ("".join(cells), style)]

    # The agents' steps.

    def step(self, at: int, width: int, axis: Axis, *, selected: bool) -> list[Run]:
        tree, look = self.tree, self.look
        step, node = tree.steps[at], tree.nodes[at]
        bad = node.status == "error"
        columns = step_columns(width)
        facts = _facts(step, node, look)
        room = width - sum(size + 2 for _, size in columns) - axis.width - 5
        number = f"{step.number:>2} " if step.number else f"{look.glyphs.open}  "
        indent = "  " * min(step.level, 8)
        kind = (f"{label(node.kind):<5} ", look.kind(node.kind) + look.strong)
        style = look.error if bad else look.strong if selected or not step.number else look.text
        words = [(indent, look.text), (number, look.dim), kind, *runs_of(node.name, look, style)]
        out: list[Run] = [(" ", look.text), *fit([*words, *self._giver(step)], room, look)]
        for name, size in columns:
            style = look.accent if name == "repeats" else look.dim
            out += [("  ", look.text), *fit([(facts[name], style)], size, look, right=name != "repeats")]
        out += self._marks(at, bad=bad)
        return [*out, *self._bar(at, axis, look.error if bad else self._hue(node))]

    def _giver(self, step: Step) -> list[Run]:
        """Who handed over to an agent."""
        look = self.look
        if step.from_agent is None:
            return []
        return [(f"  {look.glyphs.result} from ", look.dim), *runs_of(step.from_agent, look, look.dim)]


def step_columns(width: int) -> tuple[tuple[str, int], ...]:
    """Names and cells of the facts beside an agent's step, as many as a pane of `width` has room for."""
    shown = [("repeats", 14), ("tokens", 11), ("cost", 8), ("dur", 7)]
    while len(shown) > 2 and sum(size + 2 for _, size in shown) > width * 55 // 100:
        shown.remove(shown[-2])
    return tuple(shown)


def _facts(step: Step, node: SpanNode, look: Look) -> dict[str, str]:
    tokens = ""
    if step.tokens_input or step.tokens_output:
        tokens = f"{fmt.count(step.tokens_input)}{look.glyphs.call}{fmt.count(step.tokens_output)}"
    length = None if node.start is None or node.end is None else node.end - node.start
    return {
        "repeats": f"{look.glyphs.again} {step.mark}" if step.mark else "",
        "tokens": tokens,
        "cost": fmt.cost(step.cost) if step.cost else "",
        "dur": fmt.duration(length),
    }


def minimap(busy: Sequence[int], whole: Axis, shown: Axis, room: int, look: Look) -> list[Run]:
    """The whole trace in `room` cells, the part that is shown set off."""
    levels = look.glyphs.levels
    most, top = max(busy, default=0) or 1, len(levels) - 1
    low = (shown.start - whole.start) * room // whole.span
    high = max(low + 1, -(-(shown.end - whole.start) * room // whole.span))
    cells = []
    for cell in range(room):
        count = max(busy[cell * len(busy) // room : (cell + 1) * len(busy) // room] or [0])
        cells.append(levels[-(-count * top // most)] if count else look.glyphs.horizontal)
    text = "".join(cells)
    return [
        (text[:low], look.frame),
        ("[", look.accent_bold),
        (text[low:high], look.accent),
        ("]", look.accent_bold),
        (text[high:], look.frame),
    ]
