"""The one file that speaks HTTP, and the one that opens a token.

What guards a request is here, not at the callers: the egress check, the resolved addresses, no redirects, no
proxy but the one it was told, bounded bodies, a deadline. No exception that leaves here has a frame of the
HTTP library in it, because those frames hold the Authorization header.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self, TypedDict

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult

from ekachit.jira.egress import Egress, Proxy, is_public
from ekachit.jira.errors import JiraError, Unavailable, Unexpected
from ekachit.jira.limits import Lanes, Limits, retry_after

_CHUNK: Final = 64 * 1024
_FINE: Final = range(200, 300)
_REDIRECT: Final = range(300, 400)
_RATE_LIMITED: Final = 429
_UNAVAILABLE: Final = 503
# The headers of an answer that anything is read from; the others are dropped at once.
_READ_HEADERS: Final = (
    "content-type",
    "date",
    "retry-after",
    "x-aaccountid",
    "x-authentication-denied-reason",
    "x-seraph-loginreason",
)


class TokenSource(Protocol):
    """Something that a token can be read from."""

    def reveal(self) -> str:
        """Return the token."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks: the e-mail address and where the token is."""

    email: str
    token: TokenSource = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. `site` is whose lane it takes; without credentials nothing of the person goes along."""

    method: str
    url: str
    site: str
    body: bytes | None = None
    credentials: Credentials | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. Header names are in lower case, and only those that something is read from."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Transport(Protocol):
    """Sends requests."""

    async def send(self, request: Request) -> Response:
        """Return the answer, whatever its status.

        Raises:
            Unavailable, Unexpected: there is none that can be read.
        """


class AiohttpTransport:
    """Sends requests with aiohttp. Use it as an async context manager; one serves any number of sites."""

    def __init__(self, egress: Egress, *, limits: Limits | None = None) -> None:
        self._egress = egress
        self._limits = limits or Limits()
        self._lanes = Lanes(self._limits.requests_per_site)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        proxy = self._egress.proxy
        connector = aiohttp.TCPConnector(
            resolver=_PublicResolver() if proxy is None else _ProxyResolver(proxy),
            ssl=_tls(self._egress.authorities),
            limit=self._limits.connections,
            keepalive_timeout=self._limits.keepalive_seconds,
            # The families take turns: one of them is dead on many a network.
            happy_eyeballs_delay=self._limits.address_seconds,
            interleave=1,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect_seconds),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, request: Request) -> Response:
        """Return the answer, whatever its status. A GET is sent once more if a kept connection had gone.

        Raises:
            Unavailable: `rate_limited` with nothing sent, while the site has asked to be left alone;
                `timeout`, `network_refused`, `dns_failed`, `tls_failed`, `connection_reset`, `proxy_failed`.
            Unexpected: `address_blocked`, `too_large`, `bad_encoding`, `bad_http`, `client_fault`.
        """
        self._egress.check(request.url)
        async with self._lanes.enter(request.site):
            if wait := self._lanes.held(request.site):
                raise Unavailable("rate_limited", wait, sent=False)
            outcome = await self._outcome(request)
        if isinstance(outcome, BaseException):
            # Raised here and not where it was caught: so it has neither a context nor a frame of the HTTP
            # library.
            raise outcome
        self._obey(request.site, outcome)
        return outcome

    def _obey(self, site: str, response: Response) -> None:
        if response.status in {_RATE_LIMITED, _UNAVAILABLE}:
            self._lanes.hold(site, retry_after(response.headers.get("retry-after")) or 0.0)

    async def _outcome(self, request: Request) -> Response | BaseException:
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                return await self._exchange(request)
        except asyncio.CancelledError as stop:
            return asyncio.CancelledError(*stop.args)
        except _TokenUnreadableError as locked:
            return locked.reason
        except JiraError as trouble:
            return trouble.with_traceback(None)
        except Exception as trouble:  # noqa: BLE001 # its frames hold the token, whatever it is
            return _meaning(trouble)

    async def _exchange(self, request: Request) -> Response:
        if self._session is None:
            raise Unexpected("client_fault", "the transport is not open")
        async with self._session.request(
            request.method,
            yarl.URL(request.url, encoded=True),
            headers=_headers(request),
            data=request.body,
            allow_redirects=False,
            **self._through(request),
        ) as answer:
            try:
                body = await self._body(answer)
            except BaseException:
                # Never drained: what is still to come may have no end.
                answer.close()
                raise
            kept = {name: answer.headers[name] for name in _READ_HEADERS if name in answer.headers}
            return Response(answer.status, kept, body)

    def _through(self, request: Request) -> _Through:
        """How a request goes out: by the proxy, if there is one and it is not a sandbox that is asked.

        Only https goes there, and so by CONNECT: the proxy sees the host, and TLS is spoken with the site
        itself.
        """
        proxy = self._egress.proxy
        if proxy is None or not request.url.startswith("https://"):
            return {}
        if not proxy.login:
            return {"proxy": yarl.URL(proxy.origin)}
        login = base64.b64encode(proxy.login.encode()).decode()
        return {
            "proxy": yarl.URL(proxy.origin),
            "proxy_headers": {"Proxy-Authorization": _Masked(f"Basic {login}")},
        }

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        """The decoded body. Of an error it is a beginning that tells which error; of a redirect nothing."""
        if answer.status in _REDIRECT:
            answer.close()
            return b""
        if answer.status in _FINE:
            return await _decoded(answer, self._limits.body_bytes)
        try:
            return await _decoded(answer, self._limits.error_body_bytes)
        except Unexpected:
            # The status says enough, and whoever made this body shall not choose which error we see.
            answer.close()
            return b""


class _Through(TypedDict, total=False):
    """What the HTTP library is told of a proxy."""

    proxy: yarl.URL
    proxy_headers: dict[str, str]


class _Masked(str):
    """A header's value that shows itself to the socket only."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


class _TokenUnreadableError(Exception):
    """The token source refused; `reason` is its own error, without the frames it came through."""

    def __init__(self, reason: Exception) -> None:
        self.reason = reason.with_traceback(None)
        super().__init__()


def _headers(request: Request) -> dict[str, str]:
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "Ekachit"}
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    return headers if request.credentials is None else headers | _authorization(request.credentials)


def _authorization(credentials: Credentials) -> dict[str, str]:
    """The one place where a token is opened."""
    try:
        pair = f"{credentials.email}:{credentials.token.reveal()}".encode()
        return {"Authorization": _Masked(f"Basic {base64.b64encode(pair).decode()}")}
    except Exception as trouble:  # noqa: BLE001 # a token source refuses with errors of its own
        raise _TokenUnreadableError(trouble) from None


async def _decoded(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """The whole body, decompressed as it comes.

    Raises:
        Unexpected: `too_large` as soon as it is longer than the limit, `bad_encoding`.
        aiohttp.ClientPayloadError: it was cut.
    """
    encodings = ",".join(answer.headers.getall("Content-Encoding", [])).strip().lower()
    if encodings not in {"", "identity", "gzip"}:
        raise Unexpected("bad_encoding")
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16) if encodings == "gzip" else None
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        body += _unzipped(unzip, chunk, limit + 1 - len(body)) if unzip else chunk
        if len(body) > limit:
            raise Unexpected("too_large")
    if unzip and body and not unzip.eof:
        raise aiohttp.ClientPayloadError
    return bytes(body)


def _unzipped(unzip: zlib._Decompress, chunk: bytes, room: int) -> bytes:
    try:
        plain = unzip.decompress(chunk, room)
    except zlib.error:
        raise Unexpected("bad_encoding") from None
    if unzip.unused_data:
        raise Unexpected("bad_encoding", "more after the end")
    return plain


class _BlockedAddressError(OSError):
    """A name leads to an address that is not public."""


class _NoProxyError(OSError):
    """The proxy's name leads nowhere."""


class _PublicResolver(AbstractResolver):
    """Resolves a name once; the connection goes to the checked addresses, so none can be swapped in."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name.

        Raises:
            OSError: it has none, or one of them is not public: a name with a mixed set is an attack or a
                mistake.
        """
        results = await _addresses(host, port, family)
        if not results or not all(is_public(each["host"]) for each in results):
            raise _BlockedAddressError(0, "address blocked")
        return results

    async def close(self) -> None:
        """Nothing is held."""


class _ProxyResolver(AbstractResolver):
    """Resolves the proxy's name, which may lead inside, and no other: the proxy resolves those of sites."""

    def __init__(self, proxy: Proxy) -> None:
        self._name = yarl.URL(proxy.origin).host

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of the proxy.

        Raises:
            OSError: it has none, or it is not the proxy's name.
        """
        if host != self._name:
            raise _BlockedAddressError(0, "address blocked")
        try:
            return await _addresses(host, port, family)
        except OSError:
            raise _NoProxyError(0, "no proxy of this name") from None

    async def close(self) -> None:
        """Nothing is held."""


async def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
    return [_result(host, family, proto, address) for family, _, proto, _, address in found]


def _result(host: str, family: int, proto: int, address: tuple[Any, ...]) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=str(address[0]),
        port=int(address[1]),
        family=family,
        proto=proto,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


def _tls(authorities: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities is not None:
        try:
            context.load_verify_locations(authorities)
        except OSError:
            # It was there at the start, where the settings were read; nothing is sent without it.
            raise Unavailable("tls_failed", sent=False) from None
    return context


# The first that fits decides: some kinds are kinds of others.
_MEANINGS: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    ((TimeoutError,), "timeout"),
    ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), "proxy_failed"),
    ((aiohttp.ClientConnectorDNSError,), "dns_failed"),
    ((aiohttp.ClientSSLError, ssl.SSLError, ssl.CertificateError), "tls_failed"),
    ((aiohttp.ClientConnectorError,), "network_refused"),
    ((aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, OSError), "connection_reset"),
)


def _meaning(trouble: Exception) -> JiraError:
    """The error that an exception of the HTTP library means. It repeats none of its text."""
    cause = trouble.os_error if isinstance(trouble, aiohttp.ClientConnectorError) else None
    if isinstance(cause, _BlockedAddressError):
        return Unexpected("address_blocked")
    if isinstance(cause, _NoProxyError):
        return Unavailable("proxy_failed")
    for kinds, code in _MEANINGS:
        if isinstance(trouble, kinds):
            return Unavailable(code)
    if isinstance(trouble, aiohttp.ClientError):
        return Unexpected("bad_http", type(trouble).__name__)
    return Unexpected("client_fault", type(trouble).__name__)
