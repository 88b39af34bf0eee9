"""Which keys do which action: the registry's own, a preset over them, the user's over both."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from inspector.errors import UsageError
from inspector.tui.actions import ACTIONS, Place, at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.tui.actions import Action

Keys: TypeAlias = "Mapping[str, tuple[str, ...]]"
"""Keys by binding id (`spans.fold`); what isn't in it has the registry's keys."""

CHAINS = (
    (Place.TRACES, Place.LIST, Place.BROWSE, Place.APP),
    (Place.SPANS, Place.LIST, Place.BROWSE, Place.APP),
    (Place.DETAIL, Place.LIST, Place.BROWSE, Place.APP),
    (Place.OVERVIEW, Place.MODAL, Place.LIST),
    (Place.COMPARE, Place.MODAL, Place.LIST),
    (Place.COLUMNS, Place.MODAL, Place.LIST),
    (Place.COPY,),
)
"""Places that hear a key at the same time."""

PRESETS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "default": {},
    "lnav": {
        "error.next": ("e",),
        "error.previous": ("E",),
        "export": ("ctrl+s",),
        "overview": ("i",),
        "mark.next": ("]",),
        "trace.next": (")",),
        "trace.previous": ("(",),
        "time.in": ("z",),
        "time.out": ("Z",),
        "zoom.pane": ("ctrl+w",),
        "chart.in": ("z",),
        "chart.out": ("Z",),
        "row.half-down": ("ctrl+d",),
        "row.first": ("g", "home"),
        "row.last": ("G", "end"),
    },
    "arrows": {
        "row.down": ("down",),
        "row.up": ("up",),
        "row.first": ("home",),
        "row.last": ("end",),
        "row.half-down": ("ctrl+down",),
        "row.half-up": ("ctrl+up",),
        "row.page-down": ("pagedown",),
        "row.page-up": ("pageup",),
        "fold": ("left",),
        "unfold": ("right",),
        "sibling.next": ("shift+down",),
        "sibling.previous": ("shift+up",),
        "time.earlier": ("shift+left",),
        "time.later": ("shift+right",),
        "chart.left": ("left",),
        "chart.right": ("right",),
        "column.wider": ("right",),
        "column.narrower": ("left",),
        "chart.earlier": ("shift+left",),
        "chart.later": ("shift+right",),
        "trace.next": ("ctrl+right",),
        "trace.previous": ("ctrl+left",),
    },
}


def binding_id(action: Action) -> str:
    return f"{action.place}.{action.id}"


def keys_of(action: Action, keys: Keys) -> tuple[str, ...]:
    return keys.get(binding_id(action), action.keys)


def resolve(preset: str, user: Mapping[str, str]) -> Keys:
    """Raises UsageError for a preset or an action that isn't there, and where two actions share a key."""
    if preset not in PRESETS:
        raise UsageError(f"There is no keymap {preset}.", f"Choose one of: {', '.join(PRESETS)}.")
    keys: dict[str, tuple[str, ...]] = {}
    for name, wanted in PRESETS[preset].items():
        keys |= {binding_id(action): wanted for action in _named(name)}
    for name, text in user.items():
        actions = _named(name)
        if not actions:
            raise UsageError(f"[ui.keys] names an unknown action {name}.", _near(name))
        wanted = tuple(key.strip() for key in text.split(",") if key.strip())
        if not wanted:
            raise UsageError(f"[ui.keys] gives {name} no key.", "Name one, or leave the line out.")
        keys |= {binding_id(action): wanted for action in actions}
    clash = conflict(keys)
    if clash is not None:
        key, one, other = clash
        raise UsageError(
            f"The key {key} stands for two actions: {binding_id(one)} and {binding_id(other)}.",
            f'Give one of them another key in [ui.keys], as {other.id} = "ctrl+t".',
        )
    return keys


def conflict(keys: Keys) -> tuple[str, Action, Action] | None:
    """The first key by which two actions would be meant at one place."""
    for chain in CHAINS:
        seen: dict[str, Action] = {}
        for action in at(*chain):
            for key in keys_of(action, keys):
                if key in seen and not (action.id == "leave" and seen[key].id == "close"):
                    return key, seen[key], action
                seen[key] = action
    return None


def _named(name: str) -> list[Action]:
    """By the action's id, or by place and id."""
    return [action for action in ACTIONS if name in (action.id, binding_id(action))]


def _near(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, [action.id for action in ACTIONS], 1)
    return f"Did you mean {near[0]}?" if near else "docs/screen.md and ? list them."
