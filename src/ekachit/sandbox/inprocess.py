"""The sandbox inside a process: requests are calls, without sockets, for histories by the thousand.

`InProcess(world).answer(...)` gives what the HTTP server would send. What would happen on the wire instead of
an answer is raised: `Reset`, `LostResponse`, `HalfOpen`, `Timeout`, `Truncated`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import unquote

from ekachit.sandbox.exchange import Exchange, RequestLog
from ekachit.sandbox.faults import Faults
from ekachit.sandbox.replies import Reply
from ekachit.sandbox.world import World

Wait = Callable[[float], Awaitable[None]]
Answer = tuple[int, dict[str, str], bytes]


class NetworkFault(Exception):  # noqa: N818 - a thing that happens, named as such
    """What happened on the wire instead of an answer."""


class Reset(NetworkFault):
    """The connection was reset."""


class LostResponse(NetworkFault):
    """The connection was closed without an answer."""


class HalfOpen(NetworkFault):
    """Nothing came until the deadline; the connection still stood."""


class Timeout(NetworkFault):
    """The answer had not come as a whole by the deadline."""


class Truncated(NetworkFault):
    """The connection was closed in the middle of the body."""


class InProcess:
    """A world that is asked by calls. Several of them over one `exchange` are one site.

    `deadline` is how many seconds a caller waits for an answer; `wait` is awaited where a caller would have
    waited (the world's latency, a slow answer, until the deadline), so that a simulated clock can move on.
    """

    def __init__(
        self,
        world: World,
        *,
        exchange: Exchange | None = None,
        deadline: float = 30.0,
        wait: Wait | None = None,
    ) -> None:
        self.world = world
        self.exchange = exchange or Exchange(world)
        self.deadline = deadline
        self._wait = wait

    @property
    def faults(self) -> Faults:
        """Where faults are armed."""
        return self.exchange.faults

    @property
    def requests(self) -> RequestLog:
        """(method, path, status) of every request so far; status 0 where no answer came."""
        return self.exchange.requests

    async def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """The status, the headers (names in lower case) and the body as sent, packed if it says so.

        `target` is the path with its query, `/rest/api/3/myself`. Raises a `NetworkFault`.
        """
        path, _, query = target.partition("?")
        if self.world.latency_ms:
            await self._waited(self.world.latency_ms / 1000)
        lower = {name.lower(): value for name, value in headers.items()}
        reply = self.exchange.answer(method, unquote(path) if "%" in path else path, query, lower, body)
        if reply.trouble is not None:
            await self._troubled(reply)
        sent = {name.lower(): value for name, value in reply.headers.items()}
        return reply.status, sent, reply.body

    async def _waited(self, seconds: float) -> None:
        if self._wait is not None:
            await self._wait(seconds)

    async def _troubled(self, reply: Reply) -> None:
        """Raise what the trouble means for a caller with this deadline; return where it comes through."""
        trouble = reply.trouble
        if trouble is None:
            return
        if trouble.kind == "reset":
            raise Reset
        if trouble.kind == "lost":
            raise LostResponse
        if trouble.kind == "cut":
            raise Truncated
        if trouble.kind == "flood":
            reply.body = b" " * trouble.size + reply.body
            return
        if trouble.kind == "half_open":
            await self._waited(min(trouble.seconds, self.deadline))
            raise HalfOpen if trouble.seconds >= self.deadline else LostResponse
        needed = trouble.seconds * (len(reply.body) // trouble.piece)
        await self._waited(min(needed, self.deadline))
        if trouble.in_headers or needed >= self.deadline:
            raise Timeout
