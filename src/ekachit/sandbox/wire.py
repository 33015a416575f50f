"""What goes wrong on the wire, played on the server's own sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Final

from aiohttp import web

from ekachit.sandbox.replies import Trouble

LOOK_SECONDS: Final = 0.02
BLOCK: Final = 64 * 1024


class Wire:
    """One request's connection, and the answer that would be sent on it."""

    def __init__(self, request: web.BaseRequest, answer: web.Response) -> None:
        self.request = request
        self.answer = answer

    async def play(self, trouble: Trouble) -> web.StreamResponse:
        """Let the trouble happen. What is returned is of no account where the connection has ended."""
        if trouble.kind == "reset":
            self._reset()
        elif trouble.kind == "half_open":
            await self._stand(trouble.seconds)
        elif trouble.kind == "flood":
            return await self._flood(trouble.size)
        elif trouble.kind == "cut":
            await self._send(self._head() + self._part(trouble.keep))
        elif trouble.kind == "slow":
            with contextlib.suppress(ConnectionError):
                await self._drip(trouble)
        self._close()
        return self.answer

    def _head(self) -> bytes:
        """The start of the answer, as raw bytes, with the length that the whole body has."""
        answer = self.answer
        lines = [f"HTTP/1.1 {answer.status} {answer.reason}", f"Content-Length: {len(self._body())}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items() if name != "Content-Length"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _body(self) -> bytes:
        return self.answer.body if isinstance(self.answer.body, bytes) else b""

    def _part(self, keep: float) -> bytes:
        body = self._body()
        return body[: int(len(body) * keep)]

    async def _send(self, raw: bytes) -> None:
        """Write raw bytes, past the HTTP library. Raises ConnectionError where nobody is left to read them."""
        transport = self.request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError
        transport.write(raw)
        await asyncio.sleep(0)

    async def _drip(self, trouble: Trouble) -> None:
        if trouble.in_headers:
            await self._send(b"HTTP/1.1 200 OK\r\n")
            while True:
                await self._send(b"X-More: yes\r\n")
                await asyncio.sleep(trouble.seconds)
        await self._send(self._head())
        body = self._body()
        for start in range(0, len(body), trouble.piece):
            await self._send(body[start : start + trouble.piece])
            await asyncio.sleep(trouble.seconds)

    async def _flood(self, size: int) -> web.StreamResponse:
        """The headers, then `size` blanks and the body in pieces, their length not announced."""
        stream = web.StreamResponse(status=self.answer.status, headers=self.answer.headers)
        stream.headers.popall("Content-Length", None)
        stream.enable_chunked_encoding()
        with contextlib.suppress(ConnectionError):
            await stream.prepare(self.request)
            for _ in range(max(1, size // BLOCK)):
                await stream.write(b" " * BLOCK)
            await stream.write(self._body())
            await stream.write_eof()
        return stream

    async def _stand(self, seconds: float) -> None:
        """Stay connected and say nothing, until the time is over or the other side has gone."""
        waited = 0.0
        while waited < seconds and self.request.transport and not self.request.transport.is_closing():
            await asyncio.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS

    def _reset(self) -> None:
        """Close so that the other side gets a reset instead of an orderly end."""
        transport = self.request.transport
        if transport is None:
            return
        opened = transport.get_extra_info("socket")
        if opened is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    def _close(self) -> None:
        if self.request.transport is not None:
            self.request.transport.close()
