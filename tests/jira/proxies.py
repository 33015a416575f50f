"""A proxy on loopback that joins lines as CONNECT asks, and a site behind it; both remember what they saw."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from tests.jira.hostile import reply

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(serve: Serve, tls: ssl.SSLContext | None) -> AsyncIterator[int]:
    """The port of a server on loopback; what it still does at the end is ended."""
    tasks: set[asyncio.Task[None]] = set()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Between:
    """What a proxy saw: `asked` are the heads of the requests to itself, `passed` every byte that went by it."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    passed: bytearray = field(default_factory=bytearray)


@contextlib.asynccontextmanager
async def proxy(
    leads_to: int, *, status: int = 200, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Between]:
    """A proxy that joins every line with a port of loopback, or answers each CONNECT with another status."""
    state = Between()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                state.passed += data
                writer.write(data)
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(f"HTTP/1.1 {status} X\r\n\r\n".encode())
        if status == 200:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", leads_to)
            await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    async with listening(serve, tls) as state.port:
        yield state


@dataclass
class Far:
    """What a site saw: the heads of the requests."""

    port: int = 0
    asked: list[str] = field(default_factory=list)


@contextlib.asynccontextmanager
async def site(tls: ssl.SSLContext) -> AsyncIterator[Far]:
    """A site that answers everything with an empty object."""
    state = Far()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            state.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(reply(200, {}))

    async with listening(serve, tls) as state.port:
        yield state
