"""The selected span in five tabs. Lines are made as they are scrolled to; the cursor shows while focused."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len

from inspector.tui.actions import Place, bindings
from inspector.tui.panes.pane import Pane
from inspector.tui.reasons import hidden, reasons
from inspector.tui.tabs.doc import Folds, LazyLines, Page
from inspector.tui.text import fit, width_of
from inspector.tui.unlocked import foot_of
from inspector.view import State, Unlocked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from textual import events
    from textual.binding import BindingType

    from inspector.tui.look import Look
    from inspector.tui.tabs.doc import Item, Line
    from inspector.tui.text import Run
    from inspector.view import ShownAuditRecord, ShownSpan, ShownTrace, ShownValue

TABS = ("Conversation", "Attributes", "Events", "Raw", "Audit")
AUDIT = 4
_END = 50_000
"""Lines that `G` lays out at most."""


class Detail(Pane):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.DETAIL)]
    HEAD = 1
    PLACE = Place.DETAIL

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tab = 0
        self.trace: ShownTrace | None = None
        self.span: ShownSpan | None = None
        self.counts: dict[State, int] = {}
        self.audit: Sequence[ShownAuditRecord] | None = None
        self.folds = [Folds() for _ in TABS]
        self._lines: LazyLines | None = None
        self._laid: tuple[int, Look | None] = (0, None)
        self.unlocked = Unlocked()
        self._held: tuple[str, str, str] | None = None

    # Content.

    def use(self, trace: ShownTrace | None, span: ShownSpan | None, counts: dict[State, int]) -> None:
        if trace is not self.trace:
            self.audit = None
        self.trace, self.span, self.counts = trace, span, counts
        self._held = None if span is None else (str(span.trace_id), str(span.span_id), str(span.name))
        self.folds = [Folds() for _ in TABS]
        self.cursor = self.top = 0
        self._relay()

    def holds(self, span: ShownSpan) -> bool:
        """Whether this span is shown already, or was until it was closed."""
        return self._held is not None and self._held == (
            str(span.trace_id),
            str(span.span_id),
            str(span.name),
        )

    def swap(self, span: ShownSpan | None, counts: dict[State, int]) -> None:
        """The same span with more or less of it open; the cursor stays. None drops all of it."""
        self.span, self.counts = span, counts
        self._relay()
        self.lines().ensure(self.cursor + self.body)
        self.cursor = max(0, min(self.cursor, self.row_count - 1)) if span is not None else self.cursor

    def use_unlocked(self, state: Unlocked) -> None:
        self.unlocked = state
        self.refresh()

    def use_audit(self, records: Sequence[ShownAuditRecord]) -> None:
        self.audit = records
        if self.tab == AUDIT:
            self._relay()

    def show_tab(self, number: int) -> None:
        if number != self.tab:
            self.tab = number
            self.cursor = self.top = 0
            self._relay()

    def _relay(self) -> None:
        self._lines = None
        self.forget()

    def lines(self) -> LazyLines:
        width = max(self.size.width - 2, 20)
        if self._lines is None or self._laid != (width, self.look):
            self._laid = (width, self.look)
            self._lines = LazyLines(self._build(Page(self.look, width, self.folds[self.tab])))
            self._lines.ensure(self.top + self.body * 2)
        return self._lines

    def _build(self, page: Page) -> Iterator[Line]:
        from inspector.tui.tabs import attributes, audit, conversation, events, raw

        span, trace = self.span, self.trace
        if self.tab == AUDIT:
            return audit.lines(page, self.audit)
        if span is None:
            if trace is None:
                return iter(())
            return raw.lines(trace.raw, page) if self.tab == 3 else attributes.of_trace(trace, page, 24)
        match self.tab:
            case 0:
                return conversation.lines(span, page)
            case 1:
                return attributes.lines(span, trace, page)
            case 2:
                return events.lines(span, page)
            case _:
                return raw.lines(span.raw, page)

    @property
    def row_count(self) -> int:
        if self.span is None and self.trace is None:
            return 0
        lines = self.lines()
        lines.ensure(self.top + self.body * 2)
        return len(lines.known)

    def line(self, index: int) -> Line | None:
        known = self.lines().known
        return known[index] if 0 <= index < len(known) else None

    def item(self) -> Item | None:
        line = self.line(self.cursor)
        return None if line is None else line.item

    def move(self, to: int) -> None:
        if self.span is not None or self.trace is not None:
            self.lines().ensure(to + self.body * 2)
        super().move(to)

    def action_row_last(self) -> None:
        if self.span is not None or self.trace is not None:
            self.lines().ensure(_END)
        super().action_row_last()

    # Folding.

    def toggle(self) -> bool:
        """Unfold or fold the line; show more of a long value. False where there is nothing to do."""
        item = self.item()
        if item is None or not item.folds:
            return False
        if item.more:
            self._more(item)
        else:
            self._set(item, not item.open)
        return True

    def _set(self, item: Item, open_: bool) -> None:
        self.folds[self.tab].by_id[item.id] = open_
        self._relay()
        self.move(self._first_of(item.id, self.cursor))

    def _more(self, item: Item) -> None:
        windows = self.folds[self.tab].windows
        windows[item.id] = windows.get(item.id, 0) + 1
        at, top = self.cursor, self.top
        self._relay()
        self.lines().ensure(at + self.body * 2)
        self.cursor, self.top = at, top

    def _first_of(self, id: str, near: int) -> int:
        """The first line of an item, which may be above where its end was."""
        lines = self.lines()
        lines.ensure(near + 1)
        at = min(near, len(lines.known) - 1)
        while at > 0 and (item := lines.known[at].item) is not None and item.id != id:
            at -= 1
        while at > 0 and (before := lines.known[at - 1].item) is not None and before.id == id:
            at -= 1
        return max(at, 0)

    def action_fold(self) -> None:
        item = self.item()
        if item is not None and item.folds and item.open and not item.more:
            self._set(item, False)
        else:
            self._to_parent()

    def _to_parent(self) -> None:
        line = self.line(self.cursor)
        depth = line.depth if line else 0
        for at in range(self.cursor - 1, -1, -1):
            above = self.line(at)
            if (
                above is not None
                and above.item is not None
                and above.item.folds
                and above.depth < max(depth, 1)
            ):
                self.move(at)
                return

    def action_unfold(self) -> None:
        item = self.item()
        if item is not None and item.folds and (item.more or not item.open):
            self.toggle()

    def action_fold_here(self) -> None:
        if (item := self.item()) is not None and item.folds:
            self._set(item, False)

    def action_unfold_here(self) -> None:
        if (item := self.item()) is not None and item.folds:
            self._set(item, True)

    def action_fold_all(self) -> None:
        self._all(False)

    def action_unfold_all(self) -> None:
        self._all(True)

    def _all(self, open_: bool) -> None:
        folds = self.folds[self.tab]
        folds.all = open_
        folds.by_id.clear()
        self.cursor = self.top = 0
        self._relay()

    def action_why(self) -> None:
        """Say what hid the value of the line under the cursor; never the value."""
        item = self.item()
        found = reasons(item.value) if item is not None else []
        self.notify("\n".join(found) or "Nothing of this line is hidden.", timeout=8, markup=False)

    def action_sibling_next(self) -> None:
        self._sibling(1)

    def action_sibling_previous(self) -> None:
        self._sibling(-1)

    def _sibling(self, step: int) -> None:
        here = self.line(self.cursor)
        depth = here.depth if here else 0
        at = self.cursor + step
        while (line := self.line(at)) is not None or self._extend(at):
            if line is not None and line.item is not None and line.item != (here.item if here else None):
                if line.depth == depth and (
                    here is None or here.item is None or line.item.id != here.item.id
                ):
                    self.move(at)
                    return
                if line.depth < depth:
                    return
            at += step

    def _extend(self, at: int) -> bool:
        lines = self.lines()
        if at < 0 or lines.done:
            return False
        before = len(lines.known)
        lines.ensure(before + 200)
        return len(lines.known) > before

    def to_heading(self, step: int) -> None:
        """The next or previous line that starts a section or an event."""
        at = self.cursor + step
        while (line := self.line(at)) is not None or self._extend(at):
            if line is not None and line.item is not None and line.item.heading:
                self.move(at)
                return
            at += step

    # Drawing.

    @property
    def marks_cursor(self) -> bool:
        return self.has_focus

    def on_resize(self) -> None:
        self._lines = None
        super().on_resize()

    def row(self, index: int, width: int, selected: bool) -> Sequence[Run] | None:
        line = self.line(index)
        if line is None:
            return ()
        return [(" ", self.look.text), *line.runs]

    @property
    def frame_style_alarm(self) -> bool:
        return self.unlocked.values > 0 or self.counts.get(State.REVEALED, 0) > 0

    def _tab_labels(self) -> list[str]:
        room = self.size.width - 8
        full = [f" {i + 1} {name} " for i, name in enumerate(TABS)]
        if sum(len(label) + 1 for label in full) <= room:
            return full
        short = [f" {i + 1} {name[:4]} " for i, name in enumerate(TABS)]
        if sum(len(label) + 1 for label in short) <= room:
            return short
        return [f" {i + 1} {name} " if i == self.tab else f" {i + 1} " for i, name in enumerate(TABS)]

    def title(self) -> Sequence[Run]:
        look = self.look
        edge = self._edge_style()
        out: list[Run] = [(look.glyphs.horizontal, edge)]
        for i, label in enumerate(self._tab_labels()):
            if i:
                out.append((look.glyphs.horizontal, edge))
            out.append((label, look.tab if i == self.tab else look.dim))
        return out

    def info(self) -> Sequence[Run]:
        state = self.unlocked
        if not state.values:
            return ((" UNLOCKED ", self.look.alarm),) if self.counts.get(State.REVEALED) else ()
        word = f" UNLOCKED {self.look.glyphs.dot} reason: {state.reason}"
        room = max(self.size.width // 3, 12)
        return ((*fit([(word, self.look.alarm)], min(width_of([(word, self.look.alarm)]), room), self.look),
                 (" ", self.look.alarm)))  # fmt: skip

    def foot(self) -> tuple[Sequence[Run], Sequence[Run]]:
        look = self.look
        if self.span is None:
            return (), ()
        dot = f" {look.glyphs.dot} "
        if self.unlocked.values:
            return [(foot_of(self.unlocked, dot), look.amber)], ()
        facts = []
        words = {
            State.REDACTED: "redacted",
            State.LOCKED: "locked",
            State.REVEALED: "revealed",
            State.ERASED: "erased",
            State.UNREDACTABLE: "can't be judged",
        }
        for state, word in words.items():
            n = self.counts.get(state, 0)
            if n or state is State.REDACTED:
                unit = "" if state is not State.REDACTED else "value " if n == 1 else "values "
                facts.append(f"{n:,} {unit}{word}")
        facts.append("free-text names are not detected")
        left = [(dot.join(facts), look.dim)]
        legend = [
            f"{look.sign(state)} {words[state]}"
            for state in (State.REDACTED, State.LOCKED, State.REVEALED, State.ERASED)
        ]
        right = [("   ".join(legend), look.dim)]
        if width_of(left) > self.size.width - 4:
            left = [(dot.join(facts[:-1]), look.dim)]
        return left, right

    def empty(self) -> Sequence[Sequence[Run]]:
        return ([("Choose a span above to see it here.", self.look.dim)],)

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            at = 3
            for i, label in enumerate(self._tab_labels()):
                if at <= event.x < at + cell_len(label):
                    event.stop()
                    self.show_tab(i)
                    return
                at += cell_len(label) + 1
        super().on_click(event)


def counts_of(span: ShownSpan) -> dict[State, int]:
    """How many values of a span are in which state: those of the stored object, where each stands once.

    An agent's conversation is told from the spans below it, so that it may hold more than the object.
    """
    found = _counted([span.raw] if span.raw else [span.name, span.status_message])
    if span.redactions:
        found[State.REDACTED] = found.get(State.REDACTED, 0) or len(span.redactions)
    if span.input is not None or span.output is not None:
        return found
    told = _counted(
        text for said in span.conversation for part in said.parts for text in (part.text, part.arguments)
    )
    return {state: max(found.get(state, 0), told.get(state, 0)) for state in {**found, **told}}


def _counted(values: Iterable[ShownValue]) -> Counter[State]:
    return Counter(segment.state for value in values for segment in hidden(value))
