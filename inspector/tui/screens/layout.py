"""Which panes are on the screen, and where: by width, by how far the user has drilled in, by `z`."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Stage(IntEnum):
    """How far in the focus is."""

    TRACES = 0
    SPANS = 1
    DETAIL = 2


WIDE = 140
MIDDLE = 100


class Plan(NamedTuple):
    """A grid under the header and above the footer: tracks in Textual's units, and the panes shown in it."""

    columns: str
    rows: str
    shown: frozenset[Stage]


def plan(width: int, stage: Stage, *, zoomed: bool) -> Plan:
    if zoomed or width < MIDDLE:
        return Plan("1fr", "2 1fr 1", frozenset({stage}))
    if width >= WIDE:
        return Plan("34fr 66fr", "2 42% 1fr 1", frozenset(Stage))
    if stage is Stage.TRACES:
        return Plan("45fr 55fr", "2 1fr 1", frozenset({Stage.TRACES, Stage.SPANS}))
    return Plan("1fr", "2 42% 1fr 1", frozenset({Stage.SPANS, Stage.DETAIL}))
