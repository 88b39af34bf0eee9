"""textual-serve behind a gate: loopback, one token, foreign Host and Origin refused, no process before the
token, an environment of named variables, a cap on sessions, an end for idle ones."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from importlib.metadata import version
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from inspector.cli.terminal import WEB_DRIVER
from inspector.cli.web.gate import LOOPBACK, Gate
from inspector.cli.web.page import HEADERS, PAGE

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ALLOWED = ("HOME", "LANG", "PATH", "TMPDIR", "TZ", "USER", "SYSTEMROOT", "APPDATA", "LOCALAPPDATA")
ALLOWED_STARTS = ("LC_", "XDG_", "INSPECTOR_")
"""Variables that the screen's process gets; tokens and keys of other programs stay here."""
_LARGEST = 1 << 16
"""Bytes of one message from the browser."""
_GRACE = 5.0
"""Seconds that a screen has to leave by itself."""


def environment(environ: Mapping[str, str], width: int, height: int) -> dict[str, str]:
    kept = {k: v for k, v in environ.items() if k in ALLOWED or k.startswith(ALLOWED_STARTS)}
    return kept | {
        "TEXTUAL_DRIVER": WEB_DRIVER,
        "TEXTUAL_FPS": "60",
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TERM_PROGRAM": "textual",
        "TERM_PROGRAM_VERSION": version("textual-serve"),
        "COLUMNS": str(width),
        "ROWS": str(height),
    }


class Screen(AppService):
    """One screen's process, started without a shell."""

    argv: Sequence[str] = ()

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        return environment(os.environ, width, height)

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        pipe = asyncio.subprocess.PIPE
        self._process = process = await asyncio.create_subprocess_exec(
            *self.argv, stdin=pipe, stdout=pipe, stderr=pipe, env=self._build_environment(width, height)
        )
        self._stdin = process.stdin
        return process

    async def end(self) -> None:
        """Ask the screen to leave, then make it."""
        try:
            await asyncio.wait_for(self.stop(), _GRACE)
        except (TimeoutError, ConnectionError):
            pass
        finally:
            if self._process is not None and self._process.returncode is None:
                self._process.kill()


class GuardedServer(Server):
    def __init__(self, argv: Sequence[str], port: int, *, sessions: int, idle: float) -> None:
        """`argv`: what each session runs. `port` 0 takes a free one. `idle`: seconds without a key."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((LOOPBACK, port))
        self._socket.listen()  # before the address is said, so that nobody comes too early
        super().__init__("inspector", host=LOOPBACK, port=self._socket.getsockname()[1], title="inspector")
        self.gate = Gate(self.port)
        self._argv = tuple(argv)
        self._sessions = sessions
        self._idle = idle
        self.open = 0
        """Screens that run now."""

    def initialize_logging(self) -> None:
        """None: requests hold the token."""

    async def on_startup(self, app: web.Application) -> None:
        """Nothing is printed: the command says where to go."""

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/", self.handle_index),
                web.get("/ws", self.handle_websocket),
                web.static("/static", self.statics_path),
            ]
        )
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        gate = self.gate
        live = request.path == "/ws"
        if not gate.is_ours(request.headers.get("Host"), request.headers.get("Origin"), needs_origin=live):
            raise web.HTTPForbidden(text="Not from here.")
        entering = request.path == "/" and not gate.knows(request.cookies.get(gate.cookie))
        if not entering and not gate.knows(request.cookies.get(gate.cookie)):
            raise web.HTTPForbidden(text="Open the address that the terminal shows.")
        response = await handler(request)
        if not live:
            response.headers.update(HEADERS)
        return response

    async def handle_index(self, request: web.Request) -> web.Response:  # type: ignore[override]
        gate = self.gate
        cookie = None
        if not gate.knows(request.cookies.get(gate.cookie)):
            cookie = gate.enter(request.query.get("token"))
            if cookie is None:
                raise web.HTTPForbidden(
                    text="Open the address that the terminal shows; it is good for one time."
                )
        response = web.Response(
            text=PAGE.replace("{socket}", f"ws://{LOOPBACK}:{self.port}/ws"), content_type="text/html"
        )
        if cookie is not None:
            response.set_cookie(gate.cookie, cookie, httponly=True, samesite="Strict", path="/")
        return response

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        if self.open >= self._sessions:
            raise web.HTTPServiceUnavailable(text="Another window shows the screen already.")
        self.open += 1
        try:
            return await self._session(request)
        finally:
            self.open -= 1

    async def _session(self, request: web.Request) -> web.WebSocketResponse:
        websocket = web.WebSocketResponse(heartbeat=15, max_msg_size=_LARGEST)
        await websocket.prepare(request)

        async def close() -> None:
            await websocket.close()

        screen = Screen(
            "inspector",
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=close,
            download_manager=self.download_manager,
        )
        screen.argv = self._argv
        try:
            await screen.start(
                _cells(request.query.get("width"), 80), _cells(request.query.get("height"), 24)
            )
            await self._talk(websocket, screen)
        except (ConnectionError, ValueError, KeyError, TypeError):
            pass  # a message that no page of ours sends, or a browser that is gone
        finally:
            await screen.end()
            await websocket.close()
        return websocket

    async def _talk(self, websocket: web.WebSocketResponse, screen: Screen) -> None:
        """Until either side leaves, or no key came for too long."""
        last = time.monotonic()
        while True:
            left = last + self._idle - time.monotonic()
            try:
                message = await websocket.receive(timeout=max(left, 0.01))
            except TimeoutError:
                return
            if message.type is not WSMsgType.TEXT:
                return
            kind, said = (*message.json(), None)[:2]
            if kind == "stdin":
                last = time.monotonic()
                await screen.send_bytes(str(said).encode())
            elif kind == "resize":
                await screen.set_terminal_size(_cells(said["width"], 80), _cells(said["height"], 24))
            elif kind == "ping":
                await websocket.send_json(["pong", said])
            elif kind in ("blur", "focus"):
                await (screen.blur() if kind == "blur" else screen.focus())
            if time.monotonic() - last >= self._idle:
                return

    def run(self) -> None:
        """Serve until Ctrl+C."""
        web.run_app(self._make_app(), sock=self._socket, print=lambda *args: None, access_log=None)


def _cells(given: object, otherwise: int) -> int:
    try:
        return max(20, min(int(str(given)), 500))
    except ValueError:
        return otherwise


def argv_of(stores: Sequence[str], role: str | None) -> list[str]:
    """The program itself, as this one was started."""
    return [sys.executable, "-m", "inspector", *(["--role", role] if role else []), "open", "--", *stores]
