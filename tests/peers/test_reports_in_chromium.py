"""Pages in a real browser: nothing of a store comes alive, and what is offered works, with and without scripts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.reports.chosen import ALL
from inspector.reports.html import packing
from tests.peers.chromium import Chromium
from tests.reports.support import HOSTILE, report
from tests.reports.test_csv import scanned
from tests.tui.fake import FakeView, deep_nodes

LIVE = """(() => {
  const tags = new Set('IMG IFRAME OBJECT EMBED A FORM LINK BASE VIDEO AUDIO FOREIGNOBJECT'.split(' '));
  const names = new Set('href xlink:href src srcset action formaction style data'.split(' '));
  return [...document.querySelectorAll('*')].filter(e => tags.has(e.tagName.toUpperCase())
    || [...e.attributes].some(a => a.name.startsWith('on') || names.has(a.name))).length;
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    made = Chromium(tmp_path_factory.mktemp("chromium"))
    yield made
    made.close()


def page(tmp_path: Path, view: FakeView) -> Path:
    file = tmp_path / "report.html"
    file.write_text(report(scanned(view), "html", ALL), "utf-8")
    return file


UNFOLD = """(async () => {
  document.querySelectorAll('details').forEach(e => (e.open = true));
  for (let n = 0; n < 500 && document.querySelector('.body:empty'); n++) await new Promise(r => setTimeout(r, 10));
  document.querySelectorAll('details').forEach(e => (e.open = true));
  return document.querySelectorAll('.body:empty').length;
})()"""


@pytest.mark.parametrize("inline", [packing.INLINE, 0])
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_a_store_comes_alive(
    name: str, inline: int, browser: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "INLINE", inline)
    browser.open(page(tmp_path, FakeView(traces=1, say=HOSTILE[name])))
    assert browser.ask(UNFOLD) == 0
    assert browser.ask("document.title") == "Traces · redacted report"
    assert browser.ask(LIVE) == 0
    assert browser.ask("document.scripts.length") == 1
    assert len(browser.requests) == 1
    assert browser.errors == []


def test_search_folding_and_errors(browser: Chromium, tmp_path: Path) -> None:
    browser.open(page(tmp_path, FakeView(traces=8)))
    assert browser.ask("document.getElementById('tools').hidden") is False
    browser.ask(
        "q.value = 'lookup_customer'; q.dispatchEvent(new Event('input')); new Promise(r => setTimeout(r, 300))"
    )
    hits = browser.ask("document.querySelectorAll('.hit').length")
    assert hits >= 8
    browser.ask("document.getElementById('next').click()")
    assert browser.ask("document.querySelector('.now').checkVisibility()") is True
    browser.ask("document.getElementById('fold').click()")
    assert browser.ask("document.querySelectorAll('details[open]').length") == 0
    browser.ask("document.getElementById('errors').click()")
    assert browser.ask("document.querySelector('.now').parentElement.hasAttribute('data-error')") is True
    assert browser.errors == []


def test_packed_contents_are_found_and_opened(
    browser: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "INLINE", 0)
    monkeypatch.setattr(packing, "_PACK", 5000)
    browser.open(page(tmp_path, FakeView(traces=8)))
    assert browser.ask("document.querySelectorAll('.body:not(:empty)').length") == 0
    browser.ask(
        "q.value = 'could not be issued'; q.dispatchEvent(new Event('input'));"
        " new Promise(r => setTimeout(r, 800))"
    )
    assert browser.ask("document.querySelectorAll('.hit').length") >= 8
    browser.ask("document.getElementById('next').click(); new Promise(r => setTimeout(r, 300))")
    assert "could not be issued" in browser.ask("document.querySelector('.now').textContent")
    assert browser.ask("document.querySelector('.now .message').checkVisibility()") is True
    assert browser.errors == []


def test_it_folds_without_scripts(browser: Chromium, tmp_path: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(page(tmp_path, FakeView(traces=1)))
        assert browser.ask("document.getElementById('tools').hidden") is True
        assert browser.ask("document.querySelector('.kids').checkVisibility()") is True
        browser.ask("document.querySelector('.fold').checked = false")
        assert browser.ask("document.querySelector('.kids').checkVisibility()") is False
        assert "The refund could not be issued" in browser.ask("document.body.textContent")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_light_and_dark(browser: Chromium, tmp_path: Path) -> None:
    browser.open(page(tmp_path, FakeView(traces=1)))
    seen = set()
    for scheme in ("light", "dark"):
        browser.call(
            "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
        )
        seen.add(browser.ask("getComputedStyle(document.body).backgroundColor"))
        browser.ask("document.getElementById('flip').click()")
        seen.add(browser.ask("getComputedStyle(document.body).backgroundColor"))
        browser.ask("document.getElementById('flip').click()")
    assert len(seen) == 2
    browser.call("Emulation.setEmulatedMedia", features=[])


def test_ten_thousand_spans_open_and_scroll(browser: Chromium, tmp_path: Path) -> None:
    file = page(tmp_path, FakeView(traces=1, nodes=deep_nodes(10_000, 40)))
    took = browser.open(file, 120)
    assert browser.ask("document.querySelectorAll('.span').length") == 10_000
    started = time.monotonic()
    reached = browser.ask(
        """(async () => {
        for (let i = 1; i <= 20; i++) {
          scrollTo(0, document.documentElement.scrollHeight * i / 20);
          await new Promise(r => requestAnimationFrame(() => setTimeout(r)));
        }
        return scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
        })()"""
    )
    scrolled = time.monotonic() - started
    print(f"{file.stat().st_size / 1e6:.1f} MB, open {took:.2f} s, 20 jumps {scrolled:.2f} s")
    assert reached is True
    assert file.stat().st_size < 10_000_000
    assert took < 60
    assert scrolled < 40
