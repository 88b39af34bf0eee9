"""`inspector serve`: the gate, by plain requests, and the screen, by a real headless Chromium."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from inspector.paths import shipped

ROOT = Path(__file__).parents[2]
SAMPLE = shipped("sample_traces") / "support_agent.otlp.jsonl"
CHROMIUM = (
    shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
    or "chromium"
)


class Served:
    def __init__(self, *options: str, **more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "inspector", "--role", "admin", "serve", str(SAMPLE), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SECRET_OF_ANOTHER": "hunter2", **more},
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        self.origin = self.url.partition("/?")[0]

    def children(self) -> list[int]:
        """Processes that it started."""
        told = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in told.split()]

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)


@pytest.fixture
def served() -> Iterator[Served]:
    one = Served()
    try:
        yield one
    finally:
        one.end()


async def status(session: aiohttp.ClientSession, url: str, **headers: str) -> int:
    async with session.get(url, headers=headers) as answer:
        return answer.status


async def test_nothing_without_the_token_and_no_process_before_it(served: Served) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/?token=wrong", "/ws", "/static/js/textual.js", "/download/x"):
            assert await status(session, served.origin + path) == 403, path
        assert await status(session, served.url, Host="evil.example") == 403
        assert await status(session, served.url, Host=f"localhost:{served.origin.rpartition(':')[2]}") == 403
        assert await status(session, served.url, Origin="http://evil.example") == 403
        assert await status(session, served.url, Origin="null") == 403
    assert served.children() == []


async def test_the_token_is_good_once_and_the_socket_wants_our_origin(served: Served) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(served.url) as answer:
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert (
                "HttpOnly" in answer.headers["Set-Cookie"]
                and "SameSite=Strict" in answer.headers["Set-Cookie"]
            )
            page = await answer.text()
            assert "https://" not in page and served.url.partition("token=")[2] not in page
        assert await status(session, served.origin + "/") == 200
        for headers in ({}, {"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1:1"}):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(served.origin + "/ws", headers=headers)
        assert served.children() == []
        ours = {"Origin": served.origin}
        async with session.ws_connect(served.origin + "/ws?width=120&height=30", headers=ours) as socket:
            await until_text(socket, b"37 traces")
            (child,) = served.children()
            environment = Path(f"/proc/{child}/environ").read_bytes()
            assert b"hunter2" not in environment and b"TEXTUAL_DRIVER" in environment
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(served.origin + "/ws", headers=ours)
        end = time.monotonic() + 20
        while served.children() and time.monotonic() < end:
            await asyncio.sleep(0.1)
        assert served.children() == []
    async with aiohttp.ClientSession() as other:
        assert await status(other, served.url) == 403


async def until_text(socket: aiohttp.ClientWebSocketResponse, wanted: bytes) -> None:
    seen = b""
    while wanted not in seen:
        message = await socket.receive(timeout=60)
        assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), message
        seen += message.data if isinstance(message.data, bytes) else b""


async def test_a_screen_without_a_key_ends() -> None:
    served = Served("--idle", "3s")
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            assert await status(session, served.url) == 200
            async with session.ws_connect(served.origin + "/ws", headers={"Origin": served.origin}) as socket:
                began = time.monotonic()
                async for _ in socket:
                    await socket.send_json(["ping", "1"])
                assert time.monotonic() - began < 30
            assert socket.closed
    finally:
        served.end()


async def test_it_is_shown_and_typed_at_in_chromium(served: Served) -> None:
    async with browser() as page:
        await page.call("Page.navigate", url=served.url)
        await page.until("document.body && document.body.classList.contains('-first-byte')")
        await page.until("document.querySelector('.xterm-screen') !== null")
        await asyncio.sleep(2)
        first = await page.picture()
        await page.typed_until_changed("?", first)
        assert len(served.children()) == 1
        asked = set(page.hosts)
        assert asked <= {served.origin.partition("//")[2]}, asked


class Page:
    """A tab of Chromium, by its debugging protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.hosts: list[str] = []

    async def call(self, method: str, **params: object) -> dict:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            said = json.loads((await self._socket.receive(timeout=60)).data)
            if said.get("method") == "Network.requestWillBeSent":
                url = said["params"]["request"]["url"]
                if "//" in url:
                    self.hosts.append(url.partition("//")[2].partition("/")[0])
            if said.get("id") == self._number:
                assert "error" not in said, said
                return said["result"]

    async def until(self, expression: str) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            told = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
            if told["result"].get("value"):
                return
            await asyncio.sleep(0.2)
        raise AssertionError(expression)

    async def picture(self) -> bytes:
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])

    async def type(self, text: str) -> None:
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if kind == "keyDown" else {}
            await self.call("Input.dispatchKeyEvent", type=kind, key=text, **more)

    async def typed_until_changed(self, key: str, before: bytes) -> None:
        """A page that doesn't hold the focus yet loses a key: it is typed again, as a person would."""
        await self.call("Page.bringToFront")
        for _ in range(12):
            await self.call(
                "Runtime.evaluate", expression="document.querySelector('.xterm-helper-textarea').focus()"
            )
            await self.type(key)
            for _ in range(10):
                if await self.picture() != before:
                    return
                await asyncio.sleep(0.5)
        raise AssertionError("no key reached the screen")


@asynccontextmanager
async def browser() -> AsyncIterator[Page]:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
             f"--user-data-dir={folder}", "--window-size=1200,800", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port_file = Path(folder) / "DevToolsActivePort"
            end = time.monotonic() + 60
            while not port_file.exists() and time.monotonic() < end:
                await asyncio.sleep(0.1)
            port = port_file.read_text().split()[0]
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                    tab = next(t for t in await answer.json() if t["type"] == "page")
                async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=1 << 26) as socket:
                    page = Page(socket)
                    await page.call("Network.enable")
                    await page.call("Page.enable")
                    yield page
        finally:
            process.terminate()
            process.wait(20)
