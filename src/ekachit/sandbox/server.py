"""The HTTP server under the stand-in: aiohttp's, with a bridge to the ASGI application.

Granian's embedded server (2.8) answers well from a thread, but on stopping it returns before its own threads
have ended; an interpreter that finishes in that moment panics in one run of ten. aiohttp's server is plain
asyncio: it stops when it says so, runs on any thread, and is a dependency of the product already.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Final
from urllib.parse import unquote

from aiohttp import web
from starlette.types import ASGIApp, Message, Scope

from ekachit.sandbox.replies import TROUBLE
from ekachit.sandbox.wire import Wire

LOG: Final = logging.getLogger("ekachit.sandbox")
SHUTDOWN_SECONDS: Final = 0.2


class PortBusyError(Exception):
    """Something else listens on the port already, or the address is not this machine's."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises `PortBusyError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(128)
    except OSError as error:
        opened.close()
        raise PortBusyError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    return opened


async def serve_on(
    listening: socket.socket, app: ASGIApp, stop: asyncio.Event, *, verbose: bool = False
) -> None:
    """Serve an application on a listening socket until `stop` is set, then close every connection."""
    server = web.Server(Bridge(app).answer, access_log=LOG if verbose else None)
    runner = web.ServerRunner(server, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        await stop.wait()
    finally:
        await runner.cleanup()


class Bridge:
    """Hands aiohttp's requests to an ASGI application, each with its whole body, and its answers back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The application's answer to one request, or what comes in its place on the wire."""
        body = await request.read()
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        await self.app(_scope(request), receive, send)
        start, *parts = messages
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in start["headers"]
            if name != b"content-length"
        ]
        answer = web.Response(
            status=start["status"] or 200,
            headers=headers,
            body=b"".join(part.get("body", b"") for part in parts),
        )
        if TROUBLE not in start:
            return answer
        return await Wire(request, answer).play(start[TROUBLE])


def _scope(request: web.BaseRequest) -> Scope:
    """The ASGI description of a request."""
    raw_path, _, query = request.path_qs.partition("?")
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
        "client": tuple(peer[:2]) if peer else None,
        "server": None,
    }
