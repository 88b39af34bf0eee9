"""The spans of a trace: tree on the left, waterfall on the right, one row a span."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len

from inspector.tui import format as fmt
from inspector.tui.actions import Place, bindings
from inspector.tui.panes.pane import Pane
from inspector.tui.text import fit, runs_of
from inspector.tui.waterfall import Axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.binding import BindingType

    from inspector.tui.text import Run
    from inspector.tui.tree import Tree
    from inspector.view import ShownTrace, SpanNode

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


class Spans(Pane):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.SPANS)]
    HEAD = 1
    PLACE = Place.SPANS

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.trace: ShownTrace | None = None
        self.span_tree: Tree | None = None
        self.reading = False
        self._zoom = 0
        """How often the time was halved."""
        self._longest = 0
        self._notes = False

    def use(self, trace: ShownTrace, tree: Tree, at: int) -> None:
        """Show another trace with the span at position `at` selected."""
        self.trace, self.span_tree = trace, tree
        self._zoom = 0
        self.reading = False
        self.top = 0
        self._longest = max(
            (2 * min(n.depth, 12) + 9 + len(str(n.name)) for n in trace.nodes[:500]), default=0
        )
        self._notes = any(n.note or n.status == "error" for n in trace.nodes[:2000])
        if at:
            tree.show(at)
        self.cursor = tree.row_of(at)
        self._scroll_to_cursor()
        self.forget()
        self.post_message(self.Moved(self, self.cursor))

    def clear(self) -> None:
        self.trace = self.span_tree = None
        self.cursor = self.top = 0
        self.forget()

    @property
    def row_count(self) -> int:
        return 0 if self.span_tree is None else len(self.span_tree.rows)

    @property
    def at(self) -> int | None:
        """The position of the selected span in the trace's nodes."""
        if self.span_tree is None or not self.span_tree.rows:
            return None
        return self.span_tree.rows[min(self.cursor, len(self.span_tree.rows) - 1)]

    def node(self) -> SpanNode | None:
        at = self.at
        return None if at is None or self.span_tree is None else self.span_tree.nodes[at]

    def select(self, at: int) -> None:
        """Put the cursor on a position, unfolded into view."""
        if self.span_tree is not None:
            self.span_tree.show(at)
            self.forget()
            self.move(self.span_tree.row_of(at))

    # Time.

    def axis(self, width: int) -> Axis:
        tree = self.span_tree
        if tree is None:
            return Axis(0, 1, 0, width)
        start, end = tree.start, tree.end
        if tree.root >= 0:
            top = tree.nodes[tree.root]
            start = top.start if top.start is not None else start
            end = top.end if top.end is not None else end
        origin = start
        if self._zoom and (node := self.node()) is not None and node.start is not None:
            size = max((end - start) >> self._zoom, 1000)
            middle = node.start + ((node.end or node.start) - node.start) // 2
            start = max(start, min(middle - size // 2, end - size))
            end = start + size
        return Axis(start, end, origin, width)

    def action_time_in(self) -> None:
        self._zoom = min(self._zoom + 1, 24)
        self.forget()

    def action_time_out(self) -> None:
        self._zoom = max(self._zoom - 1, 0)
        self.forget()

    def action_time_all(self) -> None:
        self._zoom = 0
        self.forget()

    def move(self, to: int) -> None:
        super().move(to)
        if self._zoom:
            self.forget()

    # Folding.

    def action_fold(self) -> None:
        at, tree = self.at, self.span_tree
        if at is None or tree is None:
            return
        if tree.after[at] > at + 1 and at not in tree.folded:
            tree.fold(at)
            self._rearranged(at)
        elif tree.parent[at] >= 0:
            self.move(tree.row_of(tree.parent[at]))

    def action_unfold(self) -> None:
        at, tree = self.at, self.span_tree
        if at is None or tree is None:
            return
        if at in tree.folded:
            tree.unfold(at)
            self._rearranged(at)
        elif tree.after[at] > at + 1:
            self.move(self.cursor + 1)

    def action_fold_here(self) -> None:
        if (at := self.at) is not None and self.span_tree is not None:
            self.span_tree.fold(at)
            self._rearranged(at)

    def action_unfold_here(self) -> None:
        if (at := self.at) is not None and self.span_tree is not None:
            self.span_tree.unfold(at, deep=True)
            self._rearranged(at)

    def action_fold_all(self) -> None:
        if (at := self.at) is not None and self.span_tree is not None:
            self.span_tree.fold_all()
            self._rearranged(at)

    def action_unfold_all(self) -> None:
        if (at := self.at) is not None and self.span_tree is not None:
            self.span_tree.unfold_all()
            self._rearranged(at)

    def action_subtree(self) -> None:
        at, tree = self.at, self.span_tree
        if at is not None and tree is not None:
            tree.focus(-1 if tree.root >= 0 else at)
            self._rearranged(at)

    def action_sibling_next(self) -> None:
        self._sibling(1)

    def action_sibling_previous(self) -> None:
        self._sibling(-1)

    def _sibling(self, step: int) -> None:
        if (at := self.at) is not None and self.span_tree is not None:
            self.move(self.span_tree.row_of(self.span_tree.sibling(at, step)))

    def _rearranged(self, at: int) -> None:
        if self.span_tree is not None:
            self.forget()
            self.move(self.span_tree.row_of(at))

    # Drawing.

    def _parts(self, width: int) -> tuple[int, int, int]:
        """Cells of tree and name, of the note, of the bars."""
        if width < 56:
            return max(width * 5 // 9, 12), 0, width - max(width * 5 // 9, 12) - 3
        name = min(max(self._longest, 26), width * 42 // 100)
        note = 18 if width >= 72 and self._notes else 0
        return name, note, width - name - note - 4

    def head(self, line: int, width: int) -> Sequence[Run]:
        look = self.look
        if self.span_tree is None or not self.span_tree.nodes:
            return ()
        name, note, bars = self._parts(width)
        out = [" "] * (width + 1)
        offset = 1 + name + note + (1 if note else 0)
        for cell, label in self.axis(bars).ticks():
            for i, letter in enumerate(label):
                if offset + cell + i < width:
                    out[offset + cell + i] = letter
        return (("".join(out)[:width], look.dim),)

    def row(self, index: int, width: int, selected: bool) -> Sequence[Run] | None:
        tree, look = self.span_tree, self.look
        if tree is None:
            return None
        at = tree.rows[index]
        node = tree.nodes[at]
        name, note, bars = self._parts(width)
        bad = node.status == "error"
        kind = look.kind(node.kind)
        out: list[Run] = [(" ", look.text)]
        style = look.error if bad else look.text
        label = [*self._guides(at, name), (f"{self._label(node):<5} ", kind + look.strong)]
        words = runs_of(node.name, look, style + look.strong if selected else style)
        out += fit([*label, *words], name, look)
        if note:
            sign = [(f"{look.glyphs.error} ", look.error)] if bad else []
            text = runs_of(node.note, look, look.error if bad else look.dim)
            if not text and bad:
                text = [("error", look.error)]
            out.append((" ", look.text))
            out += fit([*sign, *text], note - 1, look)
        out.append((" ", look.text))
        out += self._bar(node, bars, look.error if bad else kind)
        return out

    def _label(self, node: SpanNode) -> str:
        return _LABELS.get(node.kind, node.kind[:5])

    def _guides(self, at: int, room: int) -> list[Run]:
        tree, look = self.span_tree, self.look
        if tree is None:
            return []
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

    def _bar(self, node: SpanNode, width: int, style: Style) -> list[Run]:
        look = self.look
        place = self.axis(width).bar(node.start, node.end)
        if place is None:
            return []
        low, size = place
        signs = look.glyphs
        sign = (
            signs.unfinished
            if node.end is None
            else signs.thin
            if node.kind in ("agent", "chain")
            else signs.bar
        )
        return [(" " * low, look.text), (sign * size, style)]

    def title(self) -> Sequence[Run]:
        look = self.look
        out: list[Run] = [(" Spans ", look.accent_bold if self.has_focus else look.strong)]
        if self.span_tree is not None and self.span_tree.root >= 0:
            out.append(("subtree ", look.dim))
        if self._zoom:
            out.append((f"x{1 << self._zoom} ", look.dim))
        return out

    def info(self) -> Sequence[Run]:
        look = self.look
        if self.reading:
            return ((f" reading{look.glyphs.more} ", look.dim),)
        if self.trace is None:
            return ()
        row = self.trace.row
        facts = [
            fmt.duration(row.duration),
            f"{row.spans:,} span{'' if row.spans == 1 else 's'}",
            f"{row.errors:,} error{'' if row.errors == 1 else 's'}" if row.errors else "",
            fmt.cost(row.cost) if row.cost else "",
        ]
        text = f" {look.glyphs.dot} ".join(fact for fact in facts if fact)
        return ((f" {text} ", look.dim),) if cell_len(text) + 12 < self.size.width else ()

    def empty(self) -> Sequence[Sequence[Run]]:
        look = self.look
        if self.trace is not None:
            return (
                [("This trace has no spans.", look.text)],
                [("What the store holds of it is below.", look.dim)],
            )
        return ([("Reading…" if self.reading else "No trace selected.", look.dim)],)
