"""Erase a person, or let run out what is due: who, preview, typed phrase, progress, receipt.

Cancel has the focus, nothing happens on Enter in a field, and the id isn't shown to be copied.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from inspector.errors import InspectorError
from inspector.tui.host import Host
from inspector.tui.screens.erase_text import plan_text, receipt_text
from inspector.view_acts import MODES

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from inspector.view_acts import Doing, Kind, Operations, Receipt, ShownPlan


_FRAME = 7
"""Lines around the plan besides the fields: the border, the state, the buttons, and the gaps between."""


class EraseScreen(ModalScreen["bool"], inherit_bindings=False):
    """Dismisses with whether stores were changed."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    EraseScreen { align: center middle; background: $background 60%; }
    EraseScreen > Vertical { width: 90%; max-width: 120; height: auto; max-height: 90%; border: round $error;
        padding: 1 2 0 2; }
    EraseScreen Input { height: 1; border: none; padding: 0 1; background: $panel; margin-bottom: 1; }
    EraseScreen Input:focus { border: none; background-tint: 0%; }
    EraseScreen VerticalScroll { height: auto; scrollbar-size-vertical: 1; }
    EraseScreen #state { height: auto; margin-bottom: 1; }
    EraseScreen Horizontal { height: auto; margin-bottom: 1; }
    EraseScreen Button, EraseScreen #act:ansi:disabled { border: none !important; height: 1; min-width: 10; margin-right: 3; }
    """
    BINDINGS: ClassVar = [("escape", "cancel", "Cancel"), ("tab", "app.focus_next", "Next"),
                          ("shift+tab", "app.focus_previous", "Previous"), ("f2", "mode", "Mode"),
                          ("f3", "samples", "Samples"), ("f4", "write", "Write the plan to a file")]  # fmt: skip

    def __init__(self, operations: Operations, kind: Kind) -> None:
        super().__init__()
        self.operations = operations
        self.kind = kind
        self.mode = MODES[0]
        self.plan: ShownPlan | None = None
        self.receipt: Receipt | None = None
        self.running = False
        self._samples = False
        self._stop = False
        self._changed = False

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Erase a person" if self.kind == "erasure" else "Let run out what is due"
            if self.kind == "erasure":
                yield Input(placeholder="the person's id", id="subject", compact=True, password=True)
                yield Input(placeholder="aliases, separated by ;", id="aliases", compact=True, password=True)
                yield Input(placeholder="reference of the request", id="request", compact=True)
            with VerticalScroll():
                yield Static("", id="body", markup=False)
            yield Static("", id="state", markup=False)
            yield Input(placeholder="", id="phrase", compact=True)
            with Horizontal():
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Preview", id="act", compact=True)

    def on_mount(self) -> None:
        self.query_one("#phrase").display = False
        if self.kind == "erasure":
            self._say("Each id is looked for in every form. F2 changes the mode: delete.")
            self.query_one("#subject").focus()
        else:
            self._focus_cancel()
            self._preview()

    def on_resize(self) -> None:
        """The plan scrolls where it has no room, so that phrase and buttons are always there."""
        rest = _FRAME + 2 * len(self.query(Input))
        self.query_one(VerticalScroll).styles.max_height = max(self.size.height * 9 // 10 - rest, 3)

    def forget(self) -> None:
        """The look changed."""
        self._draw()

    # What people do.

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "cancel":
            self.action_cancel()
        elif self.plan is None:
            self._preview()
        elif self.receipt is None:
            self._perform()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "phrase":
            self._enable()
        elif self.plan is not None and not self.running and self.receipt is None:
            self._forget_plan()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter does nothing in a field."""
        event.stop()

    def action_cancel(self) -> None:
        if self.running:
            self._stop = True
            self._say("Stopping at the next safe point …")
        else:
            self.dismiss(self._changed)

    def action_mode(self) -> None:
        if self.kind == "erasure" and not self.running and self.receipt is None:
            self.mode = MODES[(MODES.index(self.mode) + 1) % len(MODES)]
            self._forget_plan()
            self._say(f"Mode: {self.mode}.")

    def action_samples(self) -> None:
        self._samples = not self._samples
        self._draw()

    def action_write(self) -> None:
        plan = self.plan
        if plan is None or self.running or self.receipt is not None:
            self._say("There is no plan yet: preview it first.")
            return
        try:
            name = self.operations.write_plan(plan.handle)
        except InspectorError as error:
            self._say(f"{error.what} {error.fix}")
        else:
            self._say(f"Written to {name}; only you may read it.")

    # Planning.

    def _preview(self) -> None:
        if self.running:
            return
        operations, mode = self.operations, self.mode
        if self.kind == "erasure":
            subject = self._value("subject").strip()
            if not subject:
                self._say("Type the person's id first.")
                return
            aliases = [alias.strip() for alias in self._value("aliases").split(";") if alias.strip()]
            work = partial(
                operations.plan_erasure, subject, aliases, mode, self._value("request").strip(), self._stopped
            )
        else:
            work = partial(operations.plan_retention, self._stopped)
        self._say("Searching the stores …")
        self._start("plan", lambda: self._planned(work()))

    def _planned(self, plan: ShownPlan) -> None:
        def show() -> None:
            self.plan = plan
            self._draw()
            phrase = self.query_one("#phrase", Input)
            phrase.display = not plan.empty and not plan.blocked
            phrase.placeholder = f"type {plan.phrase}"
            self._label("act", plan.act)
            self._say(
                ""
                if plan.blocked
                else "Nothing to do."
                if plan.empty
                else f"Type {plan.phrase} to go on. F3 shows samples, F4 writes the plan to a file."
            )
            self._enable()
            self._focus_cancel()

        self.app.call_from_thread(show)

    def _forget_plan(self) -> None:
        self.plan = None
        self.query_one("#phrase").display = False
        self.query_one("#phrase", Input).value = ""
        self._label("act", "Preview")
        self.query_one("#act", Button).disabled = False
        self._draw()

    def _enable(self) -> None:
        plan = self.plan
        if plan is not None:
            typed = self._value("phrase")
            good = not plan.empty and not plan.blocked and self.operations.confirms(plan.handle, typed)
            self.query_one("#act", Button).disabled = not good

    # Acting.

    def _perform(self) -> None:
        plan = self.plan
        if plan is None or self.running:
            return
        phrase = self._value("phrase")
        if not self.operations.confirms(plan.handle, phrase):
            return
        self.query_one("#act", Button).disabled = True
        self.query_one("#phrase").display = False
        self._label("cancel", "Stop")
        self._start(
            "act",
            lambda: self._acted(self.operations.perform(plan.handle, phrase, self._step, self._stopped)),
        )

    def _step(self, doing: Doing) -> None:
        share = f"  {doing.done * 100 // doing.total}%" if doing.total else ""
        self.app.call_from_thread(self._say, f"{doing.phase}{share}  (Esc stops at a safe point)")

    def _acted(self, receipt: Receipt) -> None:
        def show() -> None:
            self.receipt, self._changed = receipt, True
            self.query_one("#act").display = False
            self._label("cancel", "Close")
            self._say("")
            self._draw()
            self._focus_cancel()

        self.app.call_from_thread(show)

    # What both share.

    def _stopped(self) -> bool:
        return self._stop

    def _start(self, name: str, work: Callable[[], None]) -> None:
        self.running, self._stop = True, False
        # Without a description Textual takes the repr of the work, and that would be of data.
        self.run_worker(partial(self._run, work), name=name, description=name, group="erase", thread=True)

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except InspectorError as error:
            self.app.call_from_thread(self._failed, error)
        finally:
            self.running = False

    def _failed(self, error: InspectorError) -> None:
        self._forget_plan()
        self._label("cancel", "Cancel")
        self._say(f"{error.what} {error.fix}")
        self._focus_cancel()

    def _draw(self) -> None:
        app = self.app
        if not isinstance(app, Host):
            return
        body = self.query_one("#body", Static)
        if self.receipt is not None:
            body.update(receipt_text(self.receipt, app.look))
        elif self.plan is not None:
            body.update(plan_text(self.plan, app.look, samples=self._samples))
        else:
            body.update("")

    def _say(self, sentence: str) -> None:
        self.query_one("#state", Static).update(sentence)

    def _label(self, id: str, text: str) -> None:
        button = self.query_one(f"#{id}", Button)
        button.label = text
        button.refresh(layout=True)  # Textual leaves it as wide as it was

    def _focus_cancel(self) -> None:
        self.query_one("#cancel").focus()

    def _value(self, id: str) -> str:
        return self.query_one(f"#{id}", Input).value
