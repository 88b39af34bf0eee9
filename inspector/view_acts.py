"""What the screen may know of acts that change stores: plans and receipts in words, and the protocol behind
which the stores, the person's id and the audit stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Overdue: TypeAlias = Callable[[Callable[[], bool]], str]

Tone: TypeAlias = "Literal['plain', 'good', 'warn', 'bad', 'dim', 'head']"
Kind: TypeAlias = "Literal['erasure', 'retention']"
MODES = ("delete", "delete-spans", "pseudonymise")


class Line(NamedTuple):
    """A label and what is said of it; sanitised and redacted when it is made."""

    label: str
    text: str
    tone: Tone = "plain"


class FoundAs(NamedTuple):
    """One line of the preview's table."""

    name: str
    traces: int
    spans: int
    rows: int
    where: str


class ShownPlan(NamedTuple):
    """`handle` names the plan towards `Operations`; `phrase` is what has to be typed, without the person's id."""

    handle: int
    title: str
    facts: Sequence[Line]
    found: Sequence[FoundAs]
    not_covered: Sequence[str]
    samples: Sequence[str]
    act: str
    """The words on the button: what it will do."""
    phrase: str
    blocked: str
    """Why it can't be carried out, or nothing."""
    empty: bool


class Receipt(NamedTuple):
    complete: bool
    lines: Sequence[Line]


class Doing(NamedTuple):
    """How far an act is."""

    phase: str
    done: int
    total: int


class Operations(Protocol):
    """Called from worker threads. Every method raises InspectorError with what is in the way."""

    def may(self, permission: str) -> bool:
        """Asked when somebody begins: a refusal is recorded."""

    def plan_erasure(
        self, subject: str, aliases: Sequence[str], mode: str, request: str, stopped: Callable[[], bool]
    ) -> ShownPlan:
        """Searches the open stores; recorded as a search for a person."""

    def plan_retention(self, stopped: Callable[[], bool]) -> ShownPlan: ...

    def confirms(self, handle: int, phrase: str) -> bool:
        """Whether the phrase is the one that this plan asks for."""

    def write_plan(self, handle: int) -> str:
        """Puts the plan, redacted as it is shown, into a new private file in the working folder; says which."""

    def perform(
        self, handle: int, phrase: str, report: Callable[[Doing], None], stopped: Callable[[], bool]
    ) -> Receipt:
        """The act. `stopped` is heeded at safe points: what was begun can be resumed."""
