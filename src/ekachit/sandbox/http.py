"""The Jira Cloud stand-in as an ASGI application: the wait, the control door, and the way to the exchange.

What is answered is in `exchange` and `endpoints`; who may ask is in `auth`.
"""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ekachit.sandbox import control
from ekachit.sandbox.exchange import Exchange
from ekachit.sandbox.replies import TROUBLE, Reply
from ekachit.sandbox.world import World


def create_app(world: World, *, latency_ms: float = 0) -> Starlette:
    """The application over a world. Each request waits `latency_ms` first; the control door can change that.

    `app.state.requests` holds (method, path, status) of every request but those to the control door;
    `app.state.faults` is where faults are armed, `app.state.exchange` what answers.
    """
    world.latency_ms = latency_ms or world.latency_ms
    exchange = Exchange(world)
    routes = [
        Route("/__sandbox__/", Door(control.Control(exchange), exchange)),
        Route("/{path:path}", Door(None, exchange)),
    ]
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    app.state.world, app.state.exchange = world, exchange
    app.state.requests, app.state.faults = exchange.requests, exchange.faults
    return app


class Door:
    """The ASGI side of the exchange, or of the control door."""

    def __init__(self, control_door: control.Control | None, exchange: Exchange) -> None:
        self.control = control_door
        self.exchange = exchange

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        body = await request.body()
        if self.control is not None:
            reply = self.control.answer(request, body)
        else:
            if self.exchange.world.latency_ms:
                await asyncio.sleep(self.exchange.world.latency_ms / 1000)
            query = scope["query_string"].decode("latin-1")
            reply = self.exchange.answer(request.method, scope["path"], query, request.headers, body)
        await _send(reply, send)


async def _send(reply: Reply, send: Send) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()
    ]
    start = {"type": "http.response.start", "status": reply.status, "headers": headers}
    await send(start if reply.trouble is None else {**start, TROUBLE: reply.trouble})
    await send({"type": "http.response.body", "body": reply.body})
