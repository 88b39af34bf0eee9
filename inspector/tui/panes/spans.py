"""The spans of a trace: tree on the left, waterfall on the right, one row a span."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len

from inspector.tui import format as fmt
from inspector.tui.actions import Place, bindings
from inspector.tui.panes.pane import Pane
from inspector.tui.panes.span_rows import RowPen, minimap, parts, step_columns
from inspector.tui.waterfall import Axis
from inspector.tui.window import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from inspector.tui.panes.span_rows import Parts
    from inspector.tui.text import Run
    from inspector.tui.tree import Tree
    from inspector.view import ShownTrace, SpanNode

_SHARES = (0, 100, 20, 5)
"""What `D` goes through: nothing left out, then spans under a hundredth, a twentieth, a fifth of the trace."""


class Spans(Pane):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.SPANS)]
    HEAD = 1
    PLACE = Place.SPANS

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.trace: ShownTrace | None = None
        self.span_tree: Tree | None = None
        self.reading = False
        self.window = Window()
        self.by_service = False
        self._before: Tree | None = None
        """The tree before this one: its way of telling is kept."""
        self._longest = 0
        self._notes = False

    def use(self, trace: ShownTrace, tree: Tree, at: int) -> None:
        """Show another trace with the span at position `at` selected."""
        self.trace, self.span_tree = trace, tree
        self.window.reset()
        self.reading = False
        self.top = 0
        self._longest = max(
            (2 * min(n.depth, 12) + 9 + len(str(n.name)) for n in trace.nodes[:500]), default=0
        )
        self._notes = any(n.note or n.status == "error" for n in trace.nodes[:2000])
        if at:
            tree.show(at)
        if self._before is not None and self._before.telling and tree.steps:
            tree.tell(True)
        self._before = tree
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

    def whole(self, width: int) -> Axis:
        """All of the time: of the trace, or of the subtree that has the focus."""
        tree = self.span_tree
        if tree is None:
            return Axis(0, 1, 0, width)
        start, end = tree.start, tree.end
        if tree.root >= 0:
            top = tree.nodes[tree.root]
            start = top.start if top.start is not None else start
            end = top.end if top.end is not None else end
        return Axis(start, end, start, width)

    def axis(self, width: int) -> Axis:
        return self.window.axis(self.whole(width))

    def action_time_in(self) -> None:
        self._zoom(1)

    def action_time_out(self) -> None:
        self._zoom(-1)

    def _zoom(self, step: int) -> None:
        self.window.zoom(step, self.node())
        self.forget()

    def action_time_all(self) -> None:
        self.window.reset()
        self.forget()

    def action_time_earlier(self) -> None:
        self._pan(-1)

    def action_time_later(self) -> None:
        self._pan(1)

    def _pan(self, step: int) -> None:
        self.window.pan(step, self.whole(1))
        self.forget()

    def move(self, to: int) -> None:
        super().move(to)
        if self.window.halvings:
            self.window.follow(self.node(), self.whole(1))
            self.forget()

    # What is shown, and how.

    def action_hue(self) -> None:
        self.by_service = not self.by_service
        self.forget()

    def action_agents(self) -> None:
        """The steps of agents instead of every span, and back."""
        at, tree = self.at, self.span_tree
        if at is None or tree is None:
            return
        tree.tell(not tree.telling and bool(tree.steps))
        self._rearranged(at)

    def action_short(self) -> None:
        """Leave out spans that are short beside the whole: another share at each press."""
        at, tree = self.at, self.span_tree
        if at is None or tree is None:
            return
        whole = self.whole(1).span
        steps = [whole // share if share else 0 for share in _SHARES]
        tree.leave_out(next((step for step in steps if step > tree.short), 0))
        self._rearranged(at)

    def action_level_less(self) -> None:
        self._level(-1)

    def action_level_more(self) -> None:
        self._level(1)

    def _level(self, step: int) -> None:
        at, tree = self.at, self.span_tree
        if at is not None and tree is not None and not tree.telling:
            tree.to_level(step)
            self._rearranged(at)

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

    def _parts(self, width: int) -> Parts:
        return parts(width, self._longest, notes=self._notes)

    def _step_axis(self, width: int) -> Axis:
        return self.axis(max(width * 18 // 100, 8) if width >= 72 else 0)

    def head(self, line: int, width: int) -> Sequence[Run]:
        look, tree = self.look, self.span_tree
        if tree is None or not tree.nodes:
            return ()
        if tree.telling:
            axis = self._step_axis(width)
            columns = step_columns(width)
            labels = "".join(f"  {n:>{size}}" if n != "repeats" else f"  {n:<{size}}" for n, size in columns)
            return ((" " * (width - axis.width - 4 - len(labels)) + labels, look.dim),)
        shape = self._parts(width)
        out = [" "] * (width + 1)
        for cell, label in self.axis(shape.bars).ticks():
            for i, letter in enumerate(label):
                if shape.offset + cell + i < width:
                    out[shape.offset + cell + i] = letter
        return (("".join(out)[:width], look.dim),)

    def row(self, index: int, width: int, selected: bool) -> Sequence[Run] | None:
        tree = self.span_tree
        if tree is None:
            return None
        pen = RowPen(tree, self.look, self.by_service)
        if tree.telling:
            return pen.step(tree.rows[index], width, self._step_axis(width), selected=selected)
        shape = self._parts(width)
        return pen.waterfall(tree.rows[index], shape, self.axis(shape.bars), selected=selected)

    def foot(self) -> tuple[Sequence[Run], Sequence[Run]]:
        """What the selected span took itself; and the map of the whole while a part of it is shown."""
        look, tree, at = self.look, self.span_tree, self.at
        if tree is None or at is None:
            return (), ()
        node, dot = tree.nodes[at], f" {look.glyphs.dot} "
        facts = []
        if node.start is not None and node.end is not None:
            own = tree.timing.self_time[at]
            facts.append(f"self {fmt.duration(own)} of {fmt.duration(node.end - node.start)}")
            facts.append(f"from +{fmt.duration(node.start - tree.start)}")
        left: list[Run] = [(f" {dot.join(facts)} ", look.dim)] if facts else []
        if self.window.halvings and self.size.width >= 70:
            whole = self.whole(1)
            return left, minimap(tree.timing.busy, self._map_axis(), self.window.axis(whole), 32, look)
        shares = tree.timing.share(tree.nodes)
        total = sum(own for _, own in shares)
        if not total or self.size.width < 70:
            return left, ()
        words = "  ".join(f"{kind} {own * 100 // total}%" for kind, own in shares[:4] if own * 100 >= total)
        return left, ((f" {look.glyphs.path} ", look.accent), (f"critical path: {words} ", look.dim))

    def _map_axis(self) -> Axis:
        tree = self.span_tree
        return Axis(0, 1, 0, 1) if tree is None else Axis(tree.start, tree.end, tree.start, 1)

    def title(self) -> Sequence[Run]:
        look = self.look
        telling = self.span_tree is not None and self.span_tree.telling
        name = " Steps of agents " if telling else " Spans "
        out: list[Run] = [(name, look.accent_bold if self.has_focus else look.strong)]
        if self.span_tree is not None and self.span_tree.root >= 0:
            out.append(("subtree ", look.dim))
        if self.window.halvings:
            out.append((f"x{1 << self.window.halvings} ", look.dim))
        if self.span_tree is not None and self.span_tree.short:
            left_out = f"{self.span_tree.left_out:,} under {fmt.duration(self.span_tree.short)} left out "
            out.append((left_out, look.dim))
        if self.by_service:
            out.append(("by service ", look.dim))
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
        return ([(f"Reading{look.glyphs.more}" if self.reading else "No trace selected.", look.dim)],)
