"""Markdown: nothing of a store becomes a link, an image, a heading or HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from inspector.reports.markdown import code, fence
from tests.reports.support import HOSTILE, report
from tests.reports.test_csv import scanned
from tests.tui.fake import FakeView

OURS = {"h1", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "strong"}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(text: str) -> Tags:
    made = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
    tags = Tags()
    tags.feed(made.render(text))
    return tags


@pytest.mark.parametrize("name", HOSTILE)
def test_the_same_elements_whatever_the_store_says(name: str) -> None:
    tags = rendered(report(scanned(FakeView(traces=2, say=HOSTILE[name])), "md"))
    calm = rendered(report(scanned(FakeView(traces=2, say="x")), "md"))
    assert set(tags.seen) <= OURS
    assert tags.seen == calm.seen


@pytest.mark.parametrize("text", ["`", "``", "a`b``c", "` x `", "|a|", "*b*", "a\nb", " x"])
def test_a_code_span_says_what_it_holds(text: str) -> None:
    tags = rendered(code(text))
    assert tags.seen == ["p", "code"]
    assert tags.text.strip().replace("\\|", "|") == text.replace("\n", "␤ ").strip()


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert next(fence("a ```` b")) == "`````text"
    assert rendered("\n".join(fence("```\n# no heading"))).seen == ["pre", "code"]


def test_summary_and_conversation_are_there() -> None:
    text = report(scanned(FakeView(traces=3)), "md")
    assert "# Traces: 3 with 24 spans" in text
    assert "lookup_customer" in text
    assert "[email:9f3a5c01d2e47b60]" in text
