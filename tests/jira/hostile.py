"""A server on loopback that answers as it is told, byte by byte, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ekachit.jira.client import JiraClient
from ekachit.jira.egress import Egress, Site
from ekachit.jira.ledger import Call
from ekachit.jira.limits import Limits
from ekachit.jira.transport import AiohttpTransport, Credentials, Request
from ekachit.vault.secret import Secret

TOKEN = "ATATT3x-canary-7f3a"
ME = "5b10a2844c20165700ede21g"
SIGNED_IN = {"X-AAccountId": ME}


@dataclass
class Asked:
    line: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[Asked], bytes | Awaitable[bytes]]
Writing = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Hostile:
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def site(self) -> Site:
        return Site(self.host, is_sandbox=True)

    @property
    def egress(self) -> Egress:
        return Egress(frozenset({self.host}))

    def request(
        self, path: str = "/rest/api/3/myself", *, method: str = "GET", body: bytes | None = None
    ) -> Request:
        return Request(
            method,
            f"http://{self.host}{path}",
            self.host,
            body,
            Credentials("maya@example.com", Secret(TOKEN)),
        )


def reply(status: int = 200, body: bytes | Any = b"", headers: Mapping[str, str] | None = None) -> bytes:
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = {
        "Content-Type": "application/json;charset=UTF-8",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body


@contextlib.asynccontextmanager
async def hostile(answer: Answer | None = None, *, writing: Writing | None = None) -> AsyncIterator[Hostile]:
    state = Hostile()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
                asked = Asked(
                    head[0], headers, await reader.readexactly(int(headers.get("content-length", 0)))
                )
                state.asked.append(asked)
                state.at_once += 1
                state.most_at_once = max(state.most_at_once, state.at_once)
                try:
                    if writing is not None:
                        await writing(asked, writer)
                    else:
                        assert answer is not None
                        made = answer(asked)
                        writer.write(made if isinstance(made, bytes) else await made)
                        await writer.drain()
                finally:
                    state.at_once -= 1
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Log(list[Call]):
    def record(self, call: Call) -> None:
        self.append(call)


def now() -> datetime:
    return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Bench:
    server: Hostile
    client: JiraClient
    log: Log


@contextlib.asynccontextmanager
async def bench(answers: Mapping[str, Any], *, limits: Limits | None = None) -> AsyncIterator[Bench]:
    """A client against a site that answers by path; /myself is answered well unless told otherwise."""
    known = {"/rest/api/3/myself": reply(200, {"accountId": ME, "displayName": "Maya"}, SIGNED_IN), **answers}

    def answer(asked: Asked) -> bytes:
        made = known[asked.path.partition("?")[0]]
        made = made(asked) if callable(made) else made
        return made if isinstance(made, bytes) else reply(200, made, SIGNED_IN)

    log = Log()
    async with hostile(answer) as server, AiohttpTransport(server.egress, limits=limits) as transport:
        yield Bench(server, client_of(transport, server.site, log), log)


def client_of(transport: AiohttpTransport, site: Site, log: Log) -> JiraClient:
    return JiraClient(
        transport,
        site,
        email="maya@example.com",
        token=Secret(TOKEN),
        cloud_id=None,
        via_gateway=False,
        ledger=log,
        clock=now,
    )
