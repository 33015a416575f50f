"""The Jira Cloud stand-in as an ASGI application: paths, doors, authentication, and the answers' outer form.

The REST API is served at the site's own path and at the gateway's, `/ex/jira/{cloudId}`, as versions 2, 3
and latest. What each endpoint answers is in `endpoints`; who may ask is in `auth`.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ekachit.sandbox import control
from ekachit.sandbox.auth import Stop, Visitor, identify, json_response, unauthenticated
from ekachit.sandbox.calls import Call, Endpoint, error
from ekachit.sandbox.endpoints import ENDPOINTS
from ekachit.sandbox.faults import Faults
from ekachit.sandbox.jql import JqlError
from ekachit.sandbox.search import BadTokenError, Searches
from ekachit.sandbox.shapes import Shaper
from ekachit.sandbox.site import AbsentError
from ekachit.sandbox.workflow import Refusal
from ekachit.sandbox.world import World

VERSIONS: Final = frozenset({"2", "3", "latest"})
KEPT_REQUESTS: Final = 20_000
SITE: Final = "/rest/api/{version}"
GATEWAY: Final = "/ex/jira/{cloud_id}/rest/api/{version}"

RequestLog = list[tuple[str, str, int]]


def create_app(world: World, *, latency_ms: float = 0) -> Starlette:
    """The application over a world. Each request waits `latency_ms` first; the control door can change that.

    `app.state.requests` holds (method, path, status) of every request but those to the control door;
    `app.state.faults` is where faults are put in.
    """
    world.latency_ms = latency_ms or world.latency_ms
    requests: RequestLog = []
    searches = Searches(world)
    faults = Faults()
    routes = [Route("/_edge/tenant_info", _tenant_info), Route("/status", _site_status)]
    for endpoint in ENDPOINTS:
        answer = _answerer(endpoint, world, searches, faults)
        routes += [Route(door + endpoint.path, answer, methods=[endpoint.method]) for door in (SITE, GATEWAY)]
    routes.append(Route("/__sandbox__/", control.door(world, requests), methods=["GET", "POST"]))
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Edge, world=world, requests=requests)],
        exception_handlers={HTTPException: _html_error},
    )
    app.router.redirect_slashes = False
    app.state.world, app.state.requests, app.state.faults = world, requests, faults
    return app


class Edge:
    """What stands before every Jira site: its headers on each answer. Also the wait and the log."""

    def __init__(self, app: ASGIApp, world: World, requests: RequestLog) -> None:
        self.app = app
        self.world = world
        self.requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and put the edge's headers on the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        if self.world.latency_ms:
            await asyncio.sleep(self.world.latency_ms / 1000)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(b"server", b"AtlassianEdge"), (b"x-arequestid", uuid.uuid4().hex.encode())]
                message["headers"] = [*message["headers"], *headers]
                if not path.startswith("/__sandbox__"):
                    self.log(scope["method"], path, message["status"])
            await send(message)

        await self.app(scope, receive, sent)

    def log(self, method: str, path: str, status: int) -> None:
        """Note a request; the oldest go when there are very many."""
        self.requests.append((method, path, status))
        if len(self.requests) > KEPT_REQUESTS:
            del self.requests[: KEPT_REQUESTS // 2]


def _answerer(
    endpoint: Endpoint, world: World, searches: Searches, faults: Faults
) -> Callable[[Request], Awaitable[Response]]:
    """The ASGI side of one endpoint."""

    async def answer(request: Request) -> Response:
        if request.path_params["version"] not in VERSIONS:
            raise HTTPException(404)
        fault = faults.answer(request)
        if fault is not None:
            return fault
        body = await request.body()
        try:
            with world.lock:
                visitor = _visitor(request, world, endpoint, has_body=bool(body))
                response = _called(
                    endpoint, Call(world, searches, _shaper(request, world, visitor), visitor, request, body)
                )
        except Stop as stop:
            return stop.response
        response.headers.update(visitor.headers)
        return response

    return answer


def _visitor(request: Request, world: World, endpoint: Endpoint, *, has_body: bool) -> Visitor:
    """Who asks. Raises `Stop` with the answer for those who get no further."""
    gateway = "cloud_id" in request.path_params
    if gateway and request.path_params["cloud_id"] != world.cloud_id:
        raise Stop(json_response({"code": 404, "message": "Not Found"}, 404))
    if request.method == "GET" and has_body:
        raise Stop(unauthenticated())
    visitor = identify(world, request.headers.get("authorization"), gateway=gateway, scope=endpoint.scope)
    if endpoint.signed_in_only and visitor.account is None and visitor.form != "bad-empty":
        raise Stop(unauthenticated())
    return visitor


def _shaper(request: Request, world: World, visitor: Visitor) -> Shaper:
    """What shapes the answer, with links that lead back to the same door."""
    base = f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"
    if visitor.gateway:
        base += f"/ex/jira/{world.cloud_id}"
    return Shaper(world, base, request.path_params["version"], visitor.account)


def _called(endpoint: Endpoint, call: Call) -> Response:
    """The endpoint's answer, or Jira's refusal for what went wrong."""
    try:
        return endpoint.answer(call)
    except (JqlError, BadTokenError) as refused:
        return error(400, str(refused))
    except Refusal as refused:
        return json_response({"errorMessages": refused.messages, "errors": refused.errors}, 400)
    except AbsentError as absent:
        what = "Issue does not exist or you do not have permission to see it."
        return error(404, what if "issue" in str(absent).lower() else str(absent))


async def _tenant_info(request: Request) -> Response:
    """The cloud id of the site, for anybody."""
    return json_response({"cloudId": request.app.state.world.cloud_id})


async def _site_status(_request: Request) -> Response:
    """Whether the site is up, for anybody."""
    return json_response({"state": "RUNNING"})


async def _html_error(_request: Request, exception: Exception) -> Response:
    """A path or method that Jira does not know: an HTML page, not JSON."""
    status = exception.status_code if isinstance(exception, HTTPException) else 500
    if status == 405:  # noqa: PLR2004 - Method Not Allowed, whose body is empty
        return PlainTextResponse("", status)
    title = f"<title>Oops, you've found a dead link. ({status})</title>"
    return HTMLResponse(f"<!DOCTYPE html><html><head>{title}</head><body></body></html>", status)
