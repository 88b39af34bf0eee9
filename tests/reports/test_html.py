"""The page: self-contained, escaped, balanced, complete without a script."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from inspector.reports.html import packing
from tests.reports.support import HOSTILE, report, unpacked
from tests.reports.test_csv import scanned
from tests.tui.fake import FakeView, deep_nodes

VOID = {"meta", "input"}


class Page(HTMLParser):
    """Counts elements, notes attributes, and demands that every element ends where it should."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.deepest = 0
        self.text: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)
            self.deepest = max(self.deepest, len(self.open))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_same_elements_whatever_the_store_says(name: str) -> None:
    page = Page(report(scanned(FakeView(traces=2, say=HOSTILE[name])), "html"))
    calm = Page(report(scanned(FakeView(traces=2, say="x")), "html"))
    assert page.tags == calm.tags
    assert page.attributes == calm.attributes
    assert not {a for a in page.attributes if a.startswith("on") or a in ("src", "href", "style", "action")}
    assert page.tags.count("script") == 1


def test_the_policy_allows_its_own_style_and_script_alone() -> None:
    text = report(scanned(FakeView(traces=1)), "html")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        body = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert body is not None
        digest = base64.b64encode(hashlib.sha256(body[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert "unsafe" not in policy[1]
    assert "http://" not in text and "https://" not in text


def test_hidden_values_say_what_they_were() -> None:
    text = report(scanned(FakeView(traces=1)), "html")
    assert "▒ email #9f3a5c01" in text
    assert "▣ encrypted" in text
    assert "∅ erased 2026-11-02 req#12" in text


def test_what_a_screen_revealed_is_in_no_page() -> None:
    assert "Example Name" not in report(scanned(FakeView(traces=1, revealed=True)), "html")


def test_deep_traces_nest_as_far_as_browsers_do() -> None:
    page = Page(report(scanned(FakeView(traces=1, nodes=deep_nodes(700, 600))), "html"))
    assert page.deepest < 400
    assert page.tags.count("details") >= 700


def test_everything_can_be_read_without_a_script() -> None:
    text = report(scanned(FakeView(traces=2)), "html")
    page = Page(text.replace(re.findall(r"<script>.*?</script>", text, re.DOTALL)[0], ""))
    words = " ".join(page.text)
    assert "The refund could not be issued to the card." in words
    assert "hidden" in page.attributes  # the search box, which the script shows


def test_a_packed_page_holds_what_a_plain_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    view = scanned(FakeView(traces=3))
    plain = report(view, "html")
    monkeypatch.setattr(packing, "_PACK", 5000)
    monkeypatch.setattr(packing, "INLINE", 20_000)
    packed = report(view, "html")
    assert len(Page(packed).tags) < len(Page(plain).tags)
    assert packed.count('class="pack"') > 2
    assert "data-at" not in plain
    assert unpacked(packed) == plain


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_packed_has_the_same_elements_whatever_the_store_says(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "INLINE", 0)
    packed = report(scanned(FakeView(traces=1, say=HOSTILE[name])), "html")
    page, calm = Page(unpacked(packed)), Page(unpacked(report(scanned(FakeView(traces=1, say="x")), "html")))
    assert page.tags == calm.tags
    assert page.attributes == calm.attributes


def test_big_traces_make_small_pages() -> None:
    view = scanned(FakeView(traces=1, nodes=deep_nodes(2_000, 40)))
    assert len(report(view, "html")) < 2_000 * 750 + packing.INLINE
