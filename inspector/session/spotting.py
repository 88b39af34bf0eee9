"""Whether a span is hit: words are looked for in its redacted text, outside of what is hidden.

Only texts that hold a word as stored are redacted: a hidden run never adds a plain character. Each is judged
where it stands, with the keys beside it, as `show_span` does; equal ones once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from inspector.model import Attribute, Multimap
from inspector.session.redactions import attribute_texts, value_texts
from inspector.session.show import label
from inspector.session.snippet import snippet
from inspector.session.veil import shown_text
from inspector.view import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from inspector.model import Attributes, Value
    from inspector.session.veil import Veil
    from inspector.session.wanted import Sought
    from inspector.stores.formats.base import SpanTexts
    from inspector.view import ShownAttribute, ShownText, ShownValue

Texts: TypeAlias = "Iterable[tuple[str, ShownText]]"

_REMEMBERED: Final = 50_000
_SHORT: Final = 2_000
"""Longest text whose result is remembered."""
_NAME: Final = 100
"""Longest text that may state a person's name."""
_LABELS: Final = ("service", "project", "environment", "session", "user", "model")


class Spotter:
    """One search over one view; for one thread."""

    def __init__(self, veil: Veil, words: Sequence[Sought]) -> None:
        self._veil = veil
        self._words = words
        self._folded = [w.text for w in words if not w.case]
        self._exact = [w.text for w in words if w.case]
        self._known: dict[object, list[tuple[str, ShownText]]] = {}

    def spot(self, span: SpanTexts) -> tuple[str, ShownText] | None:
        """Path and snippet of the first word in the order of the span, if all words stand in plain text."""
        return match(self._texts(span), self._words)

    # texts that hold a word as stored, in the order in which a span is shown

    def _texts(self, span: SpanTexts) -> Iterator[tuple[str, ShownText]]:
        veil = self._veil
        for name, text in (
            ("trace_id", span.trace_id),
            ("span_id", span.span_id),
            ("parent_id", span.parent_id),
        ):
            if text and self.holds(text):
                yield f"span.{name}", veil.text(text, (name,), "span")
        if self.holds(span.name):
            yield "span.name", self._label("name", span.name)
        if self.holds(span.status_message):
            yield "span.status_message", veil.text(span.status_message, ("status_message",), "span")
        for name in _LABELS:
            text = getattr(span, name)
            if text is not None and self.holds(text):
                yield f"span.{name}", self._label(name, text)
        if self.holds(span.scope.name):
            yield "span.scope_name", veil.text(span.scope.name, ("name",), "scope")
        if self.holds(span.scope.version):
            yield "span.scope_version", veil.text(span.scope.version, ("version",), "scope")
        held = self._held(span.attributes, "attributes", "")
        yield from held
        yield from self._rest(span)

    def _rest(self, span: SpanTexts) -> Iterator[tuple[str, ShownText]]:
        veil = self._veil
        for i, event in enumerate(span.events):
            if self.holds(event.name):
                yield f"event[{i}].name", veil.text(event.name, ("name",), "event")
            yield from self._held(event.attributes, "event", f"event[{i}].")
        for i, link in enumerate(span.links):
            for name, text in (("trace_id", link.trace_id), ("span_id", link.span_id)):
                if self.holds(text):
                    yield f"link[{i}].{name}", veil.text(text, (name,), "link")
            yield from self._held(link.attributes, "link", f"link[{i}].")
        yield from self._held(span.resource, "resource", "resource.")
        yield from self._held(span.scope.attributes, "scope", "scope.")
        yield from self._body(span.input, "input", span.attributes)
        yield from self._body(span.output, "output", span.attributes)
        for i, tag in enumerate(span.tags):
            if self.holds(tag):
                yield f"span.tags[{i}]", self._label("tag", tag)
        notes = tuple(Attribute(a.name, a.value) for a in span.annotations)
        yield from self._held(notes, "annotation", "annotation.")

    def _label(self, field: str, text: str) -> ShownText:
        key = (field, text)
        if key not in self._known:
            self._remember(key, [("", shown_text(label(field, text, self._veil)))])
        return self._known[key][0][1]

    def _held(self, attributes: Attributes, section: str, prefix: str) -> Texts:
        kept = [i for i, a in enumerate(attributes) if self.holds(a.key) or self._below(a.value)]
        if not kept:
            return ()
        pairs = tuple((attributes[i].key, attributes[i].value) for i in kept)
        key = None
        if all(isinstance(value, str) and len(value) <= _SHORT for _, value in pairs):
            key = (section, prefix, pairs, tuple(a.key for a in attributes))
            if key in self._known:
                return self._known[key]
        shown = self._shown(attributes, kept, section)
        texts = [t for one in shown for t in attribute_texts((one,), prefix)]
        return self._remember(key, texts)

    def _shown(self, attributes: Attributes, kept: Sequence[int], section: str) -> list[ShownAttribute]:
        """The kept ones, each redacted beside the keys of all."""
        self._learn(attributes[i] for i in kept)
        wanted = set(kept)
        pruned = tuple(a if i in wanted else Attribute(a.key, None) for i, a in enumerate(attributes))
        shown = self._veil.attributes(pruned, section)
        return [shown[i] for i in kept] if len(shown) == len(pruned) else []

    def _body(self, value: Value, section: str, attributes: Attributes) -> Texts:
        if value is None or not self._below(value):
            return ()
        if isinstance(value, str):
            # A copy of an attribute that a rule hides whole is hidden like it.
            same = [i for i, a in enumerate(attributes) if a.value == value]
            for shown in self._shown(attributes, same, "attributes") if same else ():
                if all_hidden(shown.value):
                    return ()
        return list(value_texts(self._veil.value(value, (), section), section))

    def _remember(self, key: object, texts: list[tuple[str, ShownText]]) -> list[tuple[str, ShownText]]:
        if key is not None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = texts
        return texts

    def _learn(self, attributes: Iterable[Attribute]) -> None:
        """A name that one of these states is hidden in all that follows."""
        before = self._veil.known
        self._veil.learn_from(
            tuple(
                a
                for a in attributes
                if not isinstance(a.value, str) or len(a.value) <= _NAME or a.value[:1] in "{["
            )
        )
        if self._veil.known != before:
            self._known.clear()

    # as stored

    def holds(self, text: str) -> bool:
        """Whether some word is in it."""
        for word in self._exact:
            if word in text:
                return True
        if self._folded:
            folded = text.casefold()
            for word in self._folded:
                if word in folded:
                    return True
        return False

    def _below(self, value: Value) -> bool:
        if isinstance(value, str):
            return self.holds(value)
        stack: list[Value] = [value]
        while stack:
            one = stack.pop()
            if isinstance(one, str):
                if self.holds(one):
                    return True
            elif isinstance(one, bytes):
                return True
            elif isinstance(one, list):
                stack += one
            elif isinstance(one, dict):
                if any(map(self.holds, one)):
                    return True
                stack += one.values()
            elif isinstance(one, Multimap):
                if any(self.holds(key) for key, _ in one.pairs):
                    return True
                stack += [below for _, below in one.pairs]
        return False


def all_hidden(value: ShownValue) -> bool:
    from inspector.view import ShownText as Text

    return isinstance(value, Text) and all(s.state is not State.PLAIN for s in value.segments if s.text)


def match(texts: Texts, words: Sequence[Sought]) -> tuple[str, ShownText] | None:
    """Path and snippet of the first word, if every word stands in a plain run of some text."""
    missing = set(words)
    first: tuple[str, ShownText] | None = None
    for path, text in texts:
        for i, segment in enumerate(text.segments):
            if segment.state is not State.PLAIN or not segment.text:
                continue
            folded = segment.text.casefold()
            for word in words:
                at = word.where(segment.text, folded)
                if at >= 0:
                    if first is None:
                        first = (path, snippet(text, i, at, len(word.text)))
                    missing.discard(word)
        if not missing and first is not None:
            return first
    return None
