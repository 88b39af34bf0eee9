"""Leaving content out: structure, timings and cost stay, what people and models wrote goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from inspector.query.fieldpath import parse
from inspector.reports.pruning import EXCLUDED, hidden_under, kept_of
from inspector.view import EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from inspector.query.fieldpath import FieldPath
    from inspector.view import (
        ShownAttribute,
        ShownEvent,
        ShownLink,
        ShownMessage,
        ShownSpan,
        ShownText,
        ShownTrace,
        ShownValue,
    )

_INPUTS = frozenset(
    "input inputs prompt prompts input_messages messages arguments parameters args kwargs question query"
    " system_instructions spaninputs system_prompt user_prompt documents tool_call_arguments".split()
)
"""Words of attribute keys under which formats keep what went into a span."""
_STRUCTURE = frozenset(
    "mime_type count tokens token total cost price details cache reasoning audio role temperature top_p".split()
)
"""Last words of such keys that say something about the input rather than hold it."""


@dataclass(frozen=True, slots=True)
class Minimise:
    """`fields`: the only paths whose content stays; none means all. `names`: what is excluded by name."""

    inputs: bool = False
    """Exclude all that went into spans."""
    names: tuple[FieldPath, ...] = ()
    fields: tuple[FieldPath, ...] | None = None

    def __bool__(self) -> bool:
        return self.inputs or bool(self.names) or self.fields is not None

    def trace(self, trace: ShownTrace) -> ShownTrace:
        if not self:
            return trace
        row = trace.row
        if self.fields is not None:
            row = replace(
                row,
                user=self._label(row.user, "user.id"),
                session=self._label(row.session, "session.id"),
                tags=row.tags if self._stays(("tags",), "attributes") else (),
            )
        return replace(
            trace,
            row=row,
            nodes=tuple(replace(n, note=EMPTY) for n in trace.nodes)
            if self.fields is not None
            else trace.nodes,
            attributes=self._attributes(trace.attributes, "attributes"),
            input=self._input(trace.input),
            output=self._value(trace.output, (), "output"),
            annotations=self._attributes(trace.annotations, "annotation"),
            raw=EMPTY,
        )

    def span(self, span: ShownSpan) -> ShownSpan:
        if not self:
            return span
        out = replace(
            span,
            attributes=self._attributes(span.attributes, "attributes"),
            events=tuple(self._event(e) for e in span.events),
            links=tuple(self._link(x) for x in span.links),
            resource=self._attributes(span.resource, "resource"),
            scope_attributes=self._attributes(span.scope_attributes, "scope"),
            input=self._input(span.input),
            output=self._value(span.output, (), "output"),
            conversation=self._conversation(span.conversation),
            annotations=self._attributes(span.annotations, "annotation"),
            raw=EMPTY,
        )
        if self.fields is None:
            return out
        return replace(
            out,
            status_message=span.status_message if self._stays(("status_message",), "span") else EMPTY,
            user=self._label(span.user, "user.id"),
            session=self._label(span.session, "session.id"),
            tags=span.tags if self._stays(("tags",), "attributes") else (),
            redactions=tuple(r for r in span.redactions if r.path.startswith("span.")),
        )

    def _label(self, text: ShownText | None, key: str) -> ShownText | None:
        return text if self._stays((key,), "attributes") else None

    def _stays(self, keys: tuple[str | int, ...], section: str) -> bool:
        return self.fields is None or any(f.covers(keys, section) for f in self.fields)

    def _goes(self, keys: tuple[str | int, ...], section: str) -> bool:
        return any(name.matches(keys, section) for name in self.names)

    def _attributes(self, items: Iterable[ShownAttribute], section: str) -> tuple[ShownAttribute, ...]:
        out = []
        for item in items:
            keys = (str(item.key),)
            if self.inputs and holds_input(keys[0]):
                out.append(replace(item, value=EXCLUDED))
                continue
            value = self._value(item.value, keys, section)
            if value is not None or item.value is None:
                out.append(replace(item, value=value))
        return tuple(out)

    def _input(self, value: ShownValue) -> ShownValue:
        if value is None:
            return None
        return EXCLUDED if self.inputs else self._value(value, (), "input")

    def _value(self, value: ShownValue, keys: tuple[str | int, ...], section: str) -> ShownValue:
        if self.fields is not None:
            value = kept_of(value, keys, _at(self._stays, section))
        if self.names and value is not None:
            value = hidden_under(value, keys, _at(self._goes, section))
        return value

    def _event(self, event: ShownEvent) -> ShownEvent:
        if self.inputs and str(event.name).startswith("gen_ai."):
            hidden = tuple(replace(a, value=EXCLUDED) for a in event.attributes)
            return replace(event, attributes=hidden)
        return replace(event, attributes=self._attributes(event.attributes, "event"))

    def _link(self, link: ShownLink) -> ShownLink:
        return replace(link, attributes=self._attributes(link.attributes, "link"))

    def _conversation(self, messages: tuple[ShownMessage, ...]) -> tuple[ShownMessage, ...]:
        """It repeats attributes, so by name or field alone it can't be told what of it may stay."""
        if self.fields is not None or self.names:
            return ()
        return tuple(
            replace(
                m,
                parts=tuple(replace(p, text=EXCLUDED if p.text else p.text, arguments=None) for p in m.parts),
            )
            if m.direction == "input"
            else m
            for m in messages
        )


EVERYTHING = Minimise()


def holds_input(key: str) -> bool:
    """Whether an attribute's key says that it holds what went into the span."""
    words = key.lower().replace("-", "_").split(".")
    if words[-1] in _STRUCTURE or any(part in ("usage", "token_count") for part in words):
        return False
    return not _INPUTS.isdisjoint(words)


def _at(
    test: Callable[[tuple[str | int, ...], str], bool], section: str
) -> Callable[[tuple[str | int, ...]], bool]:
    return lambda keys: test(keys, section)


def paths(text: str) -> tuple[FieldPath, ...]:
    """Paths separated by commas; `none` is no path. Raises QueryError."""
    words = [word.strip() for word in text.split(",")]
    return tuple(parse(word) for word in words if word and word != "none")
