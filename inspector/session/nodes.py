"""The rows of a trace's tree: the texts of all spans judged together, so that a large trace opens at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from inspector.collector import uncollected
from inspector.model import Kind, Status
from inspector.redaction.result import Piece, RedactedText
from inspector.session.screening import screen
from inspector.session.show import label
from inspector.session.veil import shown_text
from inspector.view import EMPTY, ShownText, SpanNode, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.model import Span
    from inspector.session.tree import Branch
    from inspector.session.veil import Veil

_MANY: Final = 20_000
"""So many different texts are screened together; the scanner takes as long to make as fewer do one by one."""
_NOTE_KEYS: Final = ("http.response.status_code", "http.status_code")
_NOTE_LENGTH: Final = 80


class _Judge(Protocol):
    def __call__(self, text: str) -> ShownText: ...


def show_nodes(spans: Sequence[Span], branches: Sequence[Branch], veil: Veil) -> tuple[SpanNode, ...]:
    """In the order of the branches."""
    texts = _Texts(veil)
    texts.take("name", (span.name for span in spans))
    texts.take("service", (span.service for span in spans if span.service is not None))
    ids = _Ids(spans, veil)
    with uncollected(len(spans)):
        return tuple(_node(spans[branch.index], branch, texts, ids) for branch in branches)


class _Ids:
    """Ids of spans as they are shown, judged when asked for: no row of a tree shows them."""

    def __init__(self, spans: Sequence[Span], veil: Veil) -> None:
        self._spans = spans
        self._veil = veil

    def __repr__(self) -> str:
        return f"ids of {len(self._spans)} spans"

    def of(self, index: int) -> ShownText:
        return self._veil.text(self._spans[index].span_id, ("span_id",), "span")


class _Texts:
    """Shown texts of one trace by field; equal ones are judged once."""

    def __init__(self, veil: Veil) -> None:
        self._veil = veil
        self._known: dict[str, dict[str, ShownText]] = {}

    def take(self, field: str, texts: Iterable[str]) -> None:
        """Judge many at once: what the stream's scan finds clean is, the rest is judged when asked for."""
        distinct = list(dict.fromkeys(texts))
        if len(distinct) < _MANY:
            return
        known = self._known.setdefault(field, {})
        for at in screen(self._veil)(field, distinct, range(len(distinct))):
            known[distinct[at]] = shown_text(RedactedText((Piece(distinct[at]),)))

    def of(self, field: str, text: str) -> ShownText:
        return self._once(field, text, lambda text: shown_text(label(field, text, self._veil)))

    def message(self, text: str) -> ShownText:
        return self._once(
            "status_message", text, lambda text: self._veil.text(text, ("status_message",), "span")
        )

    def attribute(self, key: str, text: str) -> ShownText:
        return self._once(f"={key}", text, lambda text: self._veil.text(text, (key,), "attributes"))

    def _once(self, field: str, text: str, judge: _Judge) -> ShownText:
        if not text:
            return EMPTY
        known = self._known.setdefault(field, {})
        shown = known.get(text)
        if shown is None:
            shown = known[text] = judge(text)
        return shown


def _node(span: Span, branch: Branch, texts: _Texts, ids: _Ids) -> SpanNode:
    return SpanNode(
        index=branch.index,
        depth=branch.depth,
        last=branch.last,
        children=branch.children,
        name=texts.of("name", span.name),
        kind=span.kind.value,
        start=span.start,
        end=span.end,
        status=span.status.value,
        note=_note(span, texts),
        tokens_input=span.tokens.input,
        tokens_output=span.tokens.output,
        cost=span.cost,
        service=None if span.service is None else texts.of("service", span.service),
        ids=ids,
    )


def _note(span: Span, texts: _Texts) -> ShownText:
    if span.status is Status.ERROR and span.status_message:
        return first_line(texts.message(span.status_message), _NOTE_LENGTH)
    if span.model and span.kind in (Kind.LLM, Kind.EMBEDDING, Kind.RERANKER):
        return texts.of("model", span.model)
    for attribute in span.attributes:
        if attribute.key in _NOTE_KEYS and isinstance(attribute.value, int | str):
            return texts.attribute(attribute.key, str(attribute.value))
    return EMPTY


def first_line(text: ShownText, most: int) -> ShownText:
    """The first `most` characters of the first line; a hidden value is kept whole or left out."""
    out = []
    left = most
    for segment in text.segments:
        line, newline, _ = segment.text.partition("\n")
        if segment.state is not State.PLAIN:
            if len(segment.text) > left:
                break
            out.append(segment)
        else:
            out.append(type(segment)(line[:left]))
        left -= len(line)
        if newline or left <= 0:
            break
    return ShownText(tuple(s for s in out if s.text))
