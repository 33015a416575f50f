"""An egress proxy and an authority of a company's own: what goes by them, and what does not."""

# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import asyncio
import base64
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import uvloop

from ekachit.jira.egress import Egress, Proxy
from ekachit.jira.errors import JiraError
from ekachit.jira.limits import Limits
from ekachit.jira.transport import AiohttpTransport, Credentials, Request
from ekachit.vault.secret import Secret
from tests.jira.authority import Authority
from tests.jira.hostile import TOKEN, hostile, reply
from tests.jira.proxies import proxy, site

HOST = "yourteam.atlassian.net"
GATEWAY = "api.atlassian.com"
LOGIN = "ekachit:s3cret-of-the-proxy"
LOOPS = (asyncio.new_event_loop, uvloop.new_event_loop)
QUICK = Limits(total_seconds=5, connect_seconds=2)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def request(host: str = HOST) -> Request:
    credentials = Credentials("maya@example.com", Secret(TOKEN))
    return Request("GET", f"https://{host}/rest/api/3/myself", host, credentials=credentials)


async def ask(way: Egress, host: str = HOST) -> int:
    async with AiohttpTransport(way, limits=QUICK) as transport:
        return (await transport.send(request(host))).status


async def trouble_of(way: Egress) -> JiraError:
    async with AiohttpTransport(way, limits=QUICK) as transport:
        with pytest.raises(JiraError) as caught:
            await transport.send(request())
    return caught.value


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_U07_requests_go_by_the_proxy_and_tls_is_spoken_with_the_site(
    scheme: str, loop: Callable[[], asyncio.AbstractEventLoop], authority: Authority
) -> None:
    async def play() -> None:
        own = authority.serving("localhost") if scheme == "https" else None
        async with site(authority.serving(HOST, GATEWAY)) as far, proxy(far.port, tls=own) as near:
            way = Egress(proxy=Proxy(f"{scheme}://localhost:{near.port}", LOGIN), authorities=authority.file)
            async with AiohttpTransport(way, limits=QUICK) as transport:
                for host in (HOST, HOST, GATEWAY):
                    assert (await transport.send(request(host))).status == 200
            assert [each.split("\r\n")[0] for each in near.asked] == [
                f"CONNECT {HOST}:443 HTTP/1.1",
                f"CONNECT {GATEWAY}:443 HTTP/1.1",
            ], "a line that was kept is used again"
            login = base64.b64encode(LOGIN.encode()).decode()
            assert all(f"Proxy-Authorization: Basic {login}" in each for each in near.asked)
            pair = base64.b64encode(f"maya@example.com:{TOKEN}".encode()).decode()
            assert not any(pair in each for each in near.asked)
            assert pair.encode() not in near.passed, "what passes the proxy is sealed"
            assert len(far.asked) == 3
            assert all(f"Authorization: Basic {pair}" in each for each in far.asked)
            assert not any("Proxy-Authorization" in each for each in far.asked)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(play())


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/rest/api/3/myself",
        f"https://{HOST}:8443/rest/api/3/myself",
        f"https://{HOST}.evil.example/rest/api/3/myself",
        f"http://{HOST}/rest/api/3/myself",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
async def test_U07_a_proxy_opens_no_other_host(url: str, authority: Authority) -> None:
    async with site(authority.serving(HOST)) as far, proxy(far.port) as near:
        way = Egress(proxy=Proxy(f"http://127.0.0.1:{near.port}"), authorities=authority.file)
        async with AiohttpTransport(way, limits=QUICK) as transport:
            with pytest.raises(JiraError, match="address_blocked"):
                await transport.send(Request("GET", url, "x"))
        assert near.asked == []


async def test_U07_the_proxy_resolves_names_and_may_be_inside(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing but the proxy's name is looked up, and nothing but its address is connected to."""
    asked, connected = [], []
    lookup = asyncio.base_events.BaseEventLoop.getaddrinfo
    connect = asyncio.selector_events.BaseSelectorEventLoop.sock_connect

    async def looked_up(self: Any, host: str, port: int, **more: Any) -> Any:
        asked.append(host)
        return await lookup(self, "127.0.0.1", port, **more)

    async def connecting(self: Any, sock: Any, address: Any) -> None:
        connected.append(address)
        await connect(self, sock, address)

    async with site(authority.serving(HOST)) as far, proxy(far.port) as near:
        way = Egress(proxy=Proxy(f"http://proxy.company.example:{near.port}"), authorities=authority.file)
        monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", looked_up)
        monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", connecting)
        assert await ask(way) == 200
        ours = [each for each in connected if each[1] != far.port]
        assert asked[0] == "proxy.company.example"
        assert HOST not in asked
        assert ours == [("127.0.0.1", near.port)]


async def test_U07_a_proxy_that_reads_along_gets_in_only_by_an_authority_that_is_named(
    authority: Authority, tmp_path: Path
) -> None:
    reading = tmp_path / "reading"
    reading.mkdir()
    strange = Authority(reading)
    async with site(strange.serving(HOST)) as far, proxy(far.port) as near:
        way = Proxy(f"http://127.0.0.1:{near.port}")
        for trusted in (None, authority.file):
            assert (await trouble_of(Egress(proxy=way, authorities=trusted))).code == "tls_failed"
        assert far.asked == []
        assert await ask(Egress(proxy=way, authorities=strange.file)) == 200


async def test_U07_a_named_authority_vouches_for_a_site_by_its_name_only(authority: Authority) -> None:
    async with site(authority.serving("other.atlassian.net")) as far, proxy(far.port) as near:
        way = Egress(proxy=Proxy(f"http://127.0.0.1:{near.port}"), authorities=authority.file)
        assert (await trouble_of(way)).code == "tls_failed"
    assert far.asked == []


async def test_U07_the_authorities_of_the_machine_are_trusted_beside_those_named(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    async with site(authority.serving(HOST)) as far, proxy(far.port) as near:
        named = Authority(own).file
        assert await ask(Egress(proxy=Proxy(f"http://127.0.0.1:{near.port}"), authorities=named)) == 200


@pytest.mark.parametrize("status", [403, 407, 502])
async def test_U07_a_proxy_that_refuses_has_its_code_and_shows_no_password(
    status: int, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with proxy(1, status=status) as near:
        trouble = await trouble_of(Egress(proxy=Proxy(f"http://127.0.0.1:{near.port}", LOGIN)))
        assert len(near.asked) == 1
    assert trouble.code == "proxy_failed"
    told = "".join(traceback.TracebackException.from_exception(trouble, capture_locals=True).format())
    login = base64.b64encode(LOGIN.encode()).decode()
    for hidden in ("s3cret", login, TOKEN):
        assert hidden not in told + caplog.text


async def test_U07_a_proxy_that_is_not_there_has_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await trouble_of(Egress(proxy=Proxy("http://127.0.0.1:1", LOGIN)))).code == "proxy_failed"

    async def unknown(self: Any, host: str, port: int, **_: Any) -> Any:
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", unknown)
    nowhere = Egress(proxy=Proxy("http://proxy.company.example:3128", LOGIN))
    assert (await trouble_of(nowhere)).code == "proxy_failed"


async def test_U07_a_sandbox_is_never_asked_by_the_proxy() -> None:
    async with hostile(lambda _: reply(200, {})) as sandbox, proxy(1) as near:
        way = Egress(frozenset({sandbox.host}), proxy=Proxy(f"http://127.0.0.1:{near.port}"))
        async with AiohttpTransport(way) as transport:
            assert (await transport.send(sandbox.request())).status == 200
    assert near.asked == []


async def test_U07_a_file_of_authorities_that_went_away_sends_nothing(tmp_path: Path) -> None:
    transport = AiohttpTransport(Egress(authorities=tmp_path / "gone.pem"))
    with pytest.raises(JiraError, match="tls_failed") as caught:
        await transport.__aenter__()
    assert not getattr(caught.value, "sent", True)


def test_no_way_of_showing_a_proxy_shows_its_password() -> None:
    own = Proxy("http://proxy:3128", LOGIN)
    assert "s3cret" not in f"{own} {own!r}"
