"""What stands between the server and Django: bodies are read whole, and in bounds, before a thread is taken for them.

The server (granian) bounds the head of a request, in size and time, and hands over what follows as it comes. Django
reads a body in the thread that answers, so a few slow senders would hold every thread there is. Here the event loop
reads, which can wait for any number of them, and only what is whole goes to a thread.
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ekachit.config import UNREAD_BODY

logger = logging.getLogger(__name__)

THREADS: Final = 8
BODY_SECONDS = 20.0
_MEBIBYTE: Final = 1024 * 1024
_INTERNAL_ERROR: Final = 500

Environment = dict[str, Any]
# It returns an iterable of bytes (PEP 3333), which Django's own type does not say.
Application = Callable[[Environment, Any], Any]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a body may be, how long it may take, and how many bytes of unfinished ones one process holds.

    Of a body that is too large as much as `thrown_away` is still read, so that its sender gets to see the answer.
    """

    bytes: int
    seconds: float
    held: int = 64 * _MEBIBYTE
    thrown_away: int = 32 * _MEBIBYTE


class Headers(Protocol):
    """The headers of a request; names are in lower case."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Return each line, also where a name comes twice."""

    def get(self, key: str, default: str | None = None) -> str | None:
        """Return the value of a name."""


class Scope(Protocol):
    """A request without its body, as RSGI has it."""

    @property
    def headers(self) -> Headers:
        """Return its headers."""

    method: str
    path: str
    query_string: str
    scheme: str
    server: str
    client: str
    http_version: str


class Line(Protocol):
    """Where a body comes from and the answer goes to, as RSGI has it."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the parts of the body."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send the answer; any thread may."""


class _Unread(Exception):  # noqa: N818 # it says what the body is, not that something broke
    """A body was not read to its end. Codes: `too_large`, `too_slow`, `too_many`, `cut`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Front:
    """Serves a WSGI application as RSGI (https://github.com/emmett-framework/granian, docs/spec/RSGI.md)."""

    def __init__(self, application: Application, bounds: Bounds, *, several_processes: bool = False) -> None:
        self._application = application
        self._bounds = bounds
        self._fixed: Environment = {
            "SCRIPT_NAME": "",
            "wsgi.version": (1, 0),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": several_processes,
            "wsgi.run_once": False,
        }
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._held = 0

    async def __rsgi__(self, scope: Scope, line: Line) -> None:
        """Read the body, then answer in a thread; a body that cannot be read is answered for by a page all the same."""
        body = bytearray()
        unread = ""
        try:
            async with asyncio.timeout(self._bounds.seconds):
                await self._read(scope, line, body)
        except TimeoutError:
            unread = "too_slow"
        except _Unread as trouble:
            unread = trouble.code
        if unread:
            self._held -= len(body)
            body = bytearray()
        if unread == "cut":
            # Nobody is there any more.
            line.response_bytes(400, [], b"")
            return
        environment = {**_environment(scope, bytes(body)), **self._fixed}
        if unread:
            environment[UNREAD_BODY] = unread
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, environment, line)
        finally:
            self._held -= len(body)

    async def _read(self, scope: Scope, line: Line, body: bytearray) -> None:
        """Add the body to `body` as it comes.

        Raises:
            _Unread: it is not whole, or out of bounds.
        """
        announced = scope.headers.get("content-length")
        if announced is None and scope.headers.get("transfer-encoding") is None:
            return
        thrown_away = 0
        async for part in line:
            if thrown_away or len(body) + len(part) > self._bounds.bytes:
                thrown_away += len(part)
                if thrown_away > self._bounds.thrown_away:
                    break
            elif self._held + len(part) > self._bounds.held:
                raise _Unread("too_many")
            else:
                body += part
                self._held += len(part)
        if thrown_away:
            raise _Unread("too_large")
        # The server tells a line that broke by nothing but an early end.
        if announced is not None and len(body) != int(announced):
            raise _Unread("cut")

    def _answer(self, environment: Environment, line: Line) -> None:
        """Let the application answer, and send it as one: what is taken slowly then holds no thread either."""
        began: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
            began.append((int(status[:3]), headers))

        try:
            parts = self._application(environment, start)
            try:
                content = b"".join(parts)
            finally:
                close = getattr(parts, "close", None)
                if close is not None:
                    close()
            status, headers = began[-1]
        except Exception:
            # Django answers its own failures; what comes here is a failure of that, or of a part sent later.
            logger.exception("no answer for %s %r", environment["REQUEST_METHOD"], environment["PATH_INFO"])
            status, headers, content = _INTERNAL_ERROR, [], b""
        if UNREAD_BODY in environment:
            headers = [*headers, ("Connection", "close")]
        line.response_bytes(status, headers, content)


def _environment(scope: Scope, body: bytes) -> Environment:
    """The request as WSGI has it (PEP 3333)."""
    server, _, port = scope.server.rpartition(":")
    client, _, _ = scope.client.rpartition(":")
    environment: Environment = {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client.strip("[]"),
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
    }
    for name, value in scope.headers.items():
        # With `_` it would pass for another header, such as one that only the proxy in front may set.
        if "_" in name or name in {"content-length", "transfer-encoding"}:
            continue
        key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
        before = environment.get(key)
        joined = "; " if name == "cookie" else ","
        environment[key] = value if before is None else f"{before}{joined}{value}"
    return environment
