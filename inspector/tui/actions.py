"""The one registry of actions: footer, help, palette, command line and key bindings all come from it.

An action's id is also the name of the method that does it (`trace.next` -> `action_trace_next`), on the
widget or screen that its place names.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from textual.binding import Binding


class Place(StrEnum):
    """Where an action applies."""

    APP = "app"
    BROWSE = "browse"
    LIST = "list"
    TRACES = "traces"
    SPANS = "spans"
    DETAIL = "detail"
    OVERVIEW = "overview"
    COMPARE = "compare"
    COLUMNS = "columns"
    """In the choice of columns."""
    COPY = "copy"
    """After `y`."""
    MODAL = "modal"


class Action(NamedTuple):
    id: str
    name: str
    """Two or three words, as the footer and the palette show them."""
    keys: tuple[str, ...]
    """In Textual's spelling; the first is the one that is shown."""
    help: str
    place: Place
    permission: str = ""
    """What the role must hold; empty for reading."""
    footer: int = 0
    """Rank in the footer, lower first; 0 stays out of it."""
    palette: bool = True

    @property
    def method(self) -> str:
        return self.id.replace(".", "_").replace("-", "_")


_A = Action
_L, _B, _T, _S, _D, _C = Place.LIST, Place.BROWSE, Place.TRACES, Place.SPANS, Place.DETAIL, Place.COPY
_O, _K = Place.OVERVIEW, Place.COLUMNS

ACTIONS: tuple[Action, ...] = (
    # Moving, the same in every pane.
    _A("row.down", "down", ("j", "down"), "Next line.", _L, palette=False),
    _A("row.up", "up", ("k", "up"), "Previous line.", _L, palette=False),
    _A("row.first", "first", ("g", "home"), "First line.", _L, palette=False),
    _A("row.last", "last", ("G", "end"), "Last line.", _L, palette=False),
    _A("row.half-down", "half page down", ("ctrl+d",), "Half a page down.", _L, palette=False),
    _A("row.half-up", "half page up", ("ctrl+u",), "Half a page up.", _L, palette=False),
    _A("row.page-down", "page down", ("space", "pagedown"), "A page down.", _L, palette=False),
    _A("row.page-up", "page up", ("b", "pageup"), "A page up.", _L, palette=False),
    # Everywhere on the main screen.
    _A(
        "search",
        "search",
        ("/",),
        "Find spans whose redacted text holds all words; n and N go on.",
        _B,
        footer=1,
    ),
    _A("filter", "filter", ("&",), "Keep only the traces that match a query.", _B, footer=2),
    _A("clear", "clear", ("\\",), "Drop filter, search and focus.", _B, footer=3),
    _A("enter", "open", ("enter",), "Go one step in: traces, spans, detail; unfold a line.", _B, footer=4),
    _A("back", "back", ("escape",), "Go one step out.", _B),
    _A("pane.next", "next pane", ("tab",), "Next pane.", _B),
    _A("pane.previous", "previous pane", ("shift+tab",), "Previous pane.", _B),
    _A("tab.conversation", "conversation", ("1",), "Messages, or input and output.", _B),
    _A("tab.attributes", "attributes", ("2",), "Every field, as a folding tree.", _B),
    _A("tab.events", "events", ("3",), "Events and exceptions.", _B),
    _A("tab.raw", "raw", ("4",), "The stored object as JSON, redacted.", _B),
    _A("tab.audit", "audit", ("5",), "What was done with this trace.", _B),
    _A("trace.previous", "previous trace", ("[",), "Previous trace of the list.", _B),
    _A("trace.next", "next trace", ("]",), "Next trace of the list.", _B),
    _A("event.previous", "previous event", ("{",), "Previous event of the span.", _B),
    _A("event.next", "next event", ("}",), "Next event of the span.", _B),
    _A(
        "error.next",
        "next error",
        ("E",),
        "Next span with an error, over all traces of the list.",
        _B,
        footer=5,
    ),
    _A("error.previous", "previous error", ("ctrl+e",), "Previous span with an error.", _B),
    _A("hit.next", "next hit", ("n",), "Next span that the search found.", _B),
    _A("hit.previous", "previous hit", ("N",), "Previous span that the search found.", _B),
    _A("sort", "sort", ("s",), "Sort by the next field.", _B, footer=6),
    _A("sort.reverse", "reverse order", ("S",), "Turn the order round.", _B),
    _A(
        "overview",
        "overview",
        ("i",),
        "Traces over time; latency, errors, tokens, cost, hidden values.",
        _B,
        footer=6,
    ),
    _A("go", "go to", ("#", "ctrl+g"), "Go to a trace by its id, or to a time.", _B),
    _A("bookmark", "bookmark", ("B",), "Keep this trace under a name.", _B),
    _A("bookmarks", "bookmarks", ("'",), "Go to a bookmark.", _B),
    _A("mark", "mark", ("m",), "Mark the trace, or take its mark away.", _B),
    _A("mark.next", "next mark", ("M",), "Next marked trace of the list.", _B),
    _A("marks.clear", "clear marks", (), "Take all marks away.", _B),
    _A("compare", "compare", ("=",), "Compare the two traces that were marked last.", _B, footer=9),
    _A("columns", "columns", ("x",), "Choose the columns of the list.", _B),
    _A("zoom.pane", "maximise", ("z",), "Give the focused pane the whole screen, and back.", _B, footer=7),
    _A("copy", "copy", ("y",), "Copy redacted text: y span, v value, k key, p path, j JSON.", _B, footer=8),
    _A(
        "unlock.field",
        "open field",
        ("u",),
        "Open the hidden value of the line for a while; asks for a reason.",
        _B,
        permission="pii:reveal",
    ),
    _A(
        "unlock.span",
        "open span",
        ("U",),
        "Open what is hidden in the span, as far as the role may; asks for a reason.",
        _B,
        permission="pii:reveal",
        footer=9,
    ),
    _A("lock", "lock now", ("ctrl+l",), "Close everything that is open.", _B),
    _A(
        "copy.plaintext",
        "copy plaintext",
        ("Y",),
        "Copy a value that is open; recorded, and gone from the clipboard after 30 s.",
        _B,
        permission="clipboard:plaintext",
    ),
    _A(
        "erase",
        "erase a person",
        (),
        "Find what the stores hold of a person, and erase it with a proof.",
        _B,
        permission="erasure:execute",
    ),
    _A(
        "retention",
        "retention",
        (),
        "See what has run out and let it go.",
        _B,
        permission="retention:apply",
    ),
    _A(
        "export",
        "export",
        ("e",),
        "Write the trace, the marked ones or the list into a redacted file, after a look at what will be in it.",
        _B,
        permission="reports:export",
        footer=10,
    ),
    _A("follow", "follow", ("f",), "Take in what is written to the store from now on; again to stop.", _B),
    _A("reload", "reload", ("R",), "Read the store again.", _B),
    # The list of traces: nothing of its own yet. The tree of spans:
    _A("fold", "fold", ("h", "left"), "Fold, or go to the parent.", _S),
    _A("unfold", "unfold", ("l", "right"), "Unfold, or go to the first child.", _S),
    _A("sibling.next", "next sibling", ("J",), "Next span of the same parent.", _S),
    _A("sibling.previous", "previous sibling", ("K",), "Previous span of the same parent.", _S),
    _A("fold.here", "fold below", ("c",), "Fold the span's children.", _S),
    _A("fold.all", "fold all", ("C",), "Fold every span.", _S),
    _A("unfold.here", "unfold below", ("o",), "Unfold everything below the span.", _S),
    _A("unfold.all", "unfold all", ("O",), "Unfold every span.", _S),
    _A("level.less", "one level less", ("<",), "Fold the deepest level that is open.", _S),
    _A("level.more", "one level more", (">",), "Unfold one more level.", _S),
    _A("short", "leave out short", ("D",), "Leave out spans under 1%, 5%, 20% of the trace; then none.", _S),
    _A(
        "agents",
        "agents",
        ("a",),
        "What agents did, step by step: hand-offs, loops, retries, cost.",
        _S,
        footer=3,
    ),
    _A("hue", "hue by service", ("v",), "Colour bars by service instead of by kind, and back.", _S),
    _A("time.in", "zoom in", ("+",), "Show half the time, around the span.", _S),
    _A("time.out", "zoom out", ("-",), "Show twice the time.", _S),
    _A("time.earlier", "earlier", ("H",), "Move the part of the time that is shown to the left.", _S),
    _A("time.later", "later", ("L",), "Move the part of the time that is shown to the right.", _S),
    _A("time.all", "whole time", ("0",), "Show the whole time.", _S),
    _A("subtree", "focus subtree", (".",), "Show only this span and what is below it, and back.", _S),
    # The overview.
    _A("chart.left", "left", ("h", "left"), "One part of the time to the left.", _O, palette=False),
    _A("chart.right", "right", ("l", "right"), "One part of the time to the right.", _O, palette=False),
    _A("chart.in", "zoom in", ("+",), "Show half the time, around the cursor.", _O, footer=2),
    _A("chart.out", "zoom out", ("-",), "Show twice the time.", _O, footer=3),
    _A("chart.all", "whole time", ("0",), "Show the whole time.", _O, footer=4),
    _A("chart.earlier", "earlier", ("H",), "Move what is shown to the left.", _O),
    _A("chart.later", "later", ("L",), "Move what is shown to the right.", _O),
    _A(
        "findings",
        "count hidden",
        ("p",),
        "Count what is hidden, by type and place; stop.",
        _O,
        footer=5,
    ),
    _A(
        "due",
        "what runs out",
        ("r",),
        "What retention takes now and next, by rule; changes nothing.",
        _O,
        permission="retention:apply",
        footer=6,
    ),
    # Comparing two traces.
    _A("difference.next", "next difference", ("n",), "Next span that differs.", Place.COMPARE, footer=1),
    _A("difference.previous", "previous differ.", ("N",), "Previous span that differs.", Place.COMPARE),
    _A(
        "other.pane",
        "other pane",
        ("tab",),
        "From the spans to their texts, and back.",
        Place.COMPARE,
        footer=2,
    ),
    # Choosing the columns of the list.
    _A("column.wider", "wider", ("l", "right", "+"), "Make the column wider.", _K, palette=False),
    _A("column.narrower", "narrower", ("h", "left", "-"), "Make it narrower.", _K, palette=False),
    _A("column.own", "own width", ("0",), "Give it the width it had at first.", _K, palette=False),
    # The detail.
    _A("fold", "fold", ("h", "left"), "Fold, or go to the line above it.", _D),
    _A("unfold", "unfold", ("l", "right"), "Unfold; show more of a long value.", _D),
    _A("sibling.next", "next sibling", ("J",), "Next line of the same depth.", _D),
    _A("sibling.previous", "previous sibling", ("K",), "Previous line of the same depth.", _D),
    _A("fold.here", "fold below", ("c",), "Fold what is below the line.", _D),
    _A("fold.all", "fold all", ("C",), "Fold everything.", _D),
    _A("unfold.here", "unfold below", ("o",), "Unfold what is below the line.", _D),
    _A("unfold.all", "unfold all", ("O",), "Unfold everything.", _D),
    _A("why", "why hidden", ("w",), "Why this line's value is hidden: type, level, rule and operator.", _D),
    # After y.
    _A("copy.span", "span", ("y",), "Copy the span as text.", _C, footer=1),
    _A("copy.value", "value", ("v",), "Copy the value of the line.", _C, footer=2),
    _A("copy.key", "key", ("k",), "Copy the key of the line.", _C, footer=3),
    _A("copy.path", "path", ("p",), "Copy the path of the line.", _C, footer=4),
    _A("copy.json", "JSON", ("j",), "Copy the span's JSON.", _C, footer=5),
    _A("copy.id", "trace id", ("i",), "Copy the trace's id.", _C, footer=6),
    _A(
        "copy.print",
        "print",
        ("o",),
        "Print the span as text, for terminals that take no copy.",
        _C,
        footer=7,
    ),
    # The program.
    _A("command", "command", (":",), "Run an action by its name.", Place.APP, footer=20),
    _A("palette", "palette", ("ctrl+p",), "Find an action.", Place.APP),
    _A("help", "help", ("?", "f1"), "Keys of what has the focus.", Place.APP, footer=21),
    _A("theme", "next theme", (), "Change to the next theme.", Place.APP),
    _A("mouse", "mouse on or off", ("f2",), "Leave the mouse to the terminal, and back.", Place.APP),
    _A("leave", "quit", ("q",), "Close what is open on top, or quit.", Place.APP, footer=22),
    _A("stop", "quit", ("ctrl+q", "ctrl+c"), "Quit at once.", Place.APP, palette=False),
    # Dialogs and lists on top.
    _A("close", "close", ("escape", "q"), "Close.", Place.MODAL, footer=19, palette=False),
    _A("choose", "choose", ("enter",), "Take the line.", Place.MODAL, footer=1, palette=False),
)

_SHOWN = {
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "S-Tab",
    "space": "Space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "Down",
    "up": "Up",
    "left": "Left",
    "right": "Right",
    "home": "Home",
    "end": "End",
    "f1": "F1",
    "f2": "F2",
}


def shown_key(key: str) -> str:
    """A key as people read it."""
    return _SHOWN.get(key, key)


def at(*places: Place) -> list[Action]:
    """The actions of these places, in the registry's order."""
    return [action for action in ACTIONS if action.place in places]


def footer_of(*places: Place) -> list[Action]:
    """What the footer shows where these places apply, best first."""
    return sorted((a for a in at(*places) if a.footer and a.keys), key=lambda a: a.footer)


def bindings(place: Place) -> list[Binding]:
    """Textual's bindings of a place."""
    from textual.binding import Binding
    from textual.keys import _character_to_key

    def spelled(key: str) -> str:
        return _character_to_key(key) if len(key) == 1 else key

    def call(action: Action) -> str:
        # The main screen has helpers that do its actions; it finds out which.
        return f"perform('{action.id}')" if place is Place.BROWSE else action.method

    return [
        Binding(spelled(key), call(action), action.name, show=False, id=f"{place}.{action.id}")
        for action in at(place)
        for key in action.keys
    ]
