"""The sandbox as a transport of the product: calls inside the process, with what the wire does as its errors."""

from __future__ import annotations

import base64
import zlib
from typing import Final
from urllib.parse import urlsplit

from ekachit.jira.errors import Unavailable, Unexpected
from ekachit.jira.limits import Limits
from ekachit.jira.transport import Request, Response
from ekachit.sandbox.inprocess import HalfOpen, InProcess, LostResponse, Reset, Timeout, Truncated

FINE: Final = range(200, 300)
REDIRECT: Final = range(300, 400)


class SandboxTransport:
    """Sends the product's requests to a sandbox in this process. The host in a request's address is ignored.

    It has the bounds of the real transport, and neither its lanes nor its obedience to Retry-After.
    """

    def __init__(self, door: InProcess, limits: Limits | None = None) -> None:
        self.door = door
        self.limits = limits or Limits()

    async def send(self, request: Request) -> Response:
        """The answer, whatever its status. Raises what the real transport raises for the same trouble."""
        address = urlsplit(request.url)
        target = f"{address.path}?{address.query}" if address.query else address.path
        sent = {"host": request.site}
        if request.credentials is not None:
            pair = f"{request.credentials.email}:{request.credentials.token.reveal()}".encode()
            sent["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        try:
            status, headers, body = await self.door.answer(request.method, target, sent, request.body or b"")
        except (HalfOpen, Timeout):
            raise Unavailable("timeout") from None
        except (Reset, LostResponse, Truncated):
            raise Unavailable("connection_reset") from None
        return Response(status, headers, self._decoded(status, headers, body))

    def _decoded(self, status: int, headers: dict[str, str], body: bytes) -> bytes:
        """The body unpacked, within the bounds; of an error only what can be read of it."""
        if status in REDIRECT:
            return b""
        limit = self.limits.body_bytes if status in FINE else self.limits.error_body_bytes
        try:
            return _unpacked(headers.get("content-encoding", ""), body, limit)
        except Unexpected:
            if status in FINE:
                raise
            return b""


def _unpacked(encoding: str, body: bytes, limit: int) -> bytes:
    if encoding not in {"", "identity", "gzip"}:
        raise Unexpected("bad_encoding")
    if encoding == "gzip":
        unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            body = unzip.decompress(body, limit + 1)
        except zlib.error:
            raise Unexpected("bad_encoding") from None
    if len(body) > limit:
        raise Unexpected("too_large")
    return body
