# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import asyncio
import random
import re
import socket
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ekachit.jira.egress import Egress, Site, SiteError, is_public, parse_site
from ekachit.jira.errors import JiraError, Unavailable, Unexpected
from ekachit.jira.transport import AiohttpTransport, Request

SANDBOXES = frozenset({"127.0.0.1:8077", "localhost:8078"})


@pytest.mark.parametrize(
    "text",
    [
        "yourteam",
        "YourTeam",
        " yourteam \n",
        "yourteam.atlassian.net",
        "yourteam.atlassian.net/",
        "YOURTEAM.ATLASSIAN.NET",
        "https://YourTeam.atlassian.net/jira/your-work/",
        "http://yourteam.atlassian.net",
        "http://yourteam.atlassian.net:80/",
        "https://yourteam.atlassian.net:443/browse/APP-1?focusedId=3#x",
        "<https://yourteam.atlassian.net/jira/software/projects/APP/boards/1>",
        "\u00a0https://yourteam.atlassian.net\u200b",
        "yourteam.atlassian.net?x=@evil.example",
        "yourteam.atlassian.net/@evil.example",
    ],
)
def test_every_pasted_form_means_the_site(text: str) -> None:
    site = parse_site(text)
    assert site == Site("yourteam.atlassian.net")
    assert site.origin == "https://yourteam.atlassian.net"
    assert site.browse("APP-1") == "https://yourteam.atlassian.net/browse/APP-1"
    assert parse_site(site.host) == site


CONFUSING = [
    "https://yourteam.atlassian.net@evil.example",
    "https://evil.example@yourteam.atlassian.net",
    "https://user:pw@yourteam.atlassian.net",
    "https://yourteam.atlassian.net.evil.example",
    "https://yourteam.atlassian.net.",
    "https://yourteam.atlassian.nett",
    "https://yourteam-atlassian.net",
    "https://evilatlassian.net",
    "https://atlassian.net",
    "https://.atlassian.net",
    "https://evil.example/yourteam.atlassian.net",
    "https://evil.example?yourteam.atlassian.net",
    "https://evil.example#.atlassian.net",
    "https://evil.example\\.atlassian.net",
    "https://yourteam.atlassian.net\\@evil.example",
    "https://yourteam.atlassian.net:22",
    "https://yourteam.atlassian.net:8443",
    "yourteam.atlassian.net:80",
    "https://yourteam。atlassian。net",
    "https://yourteam\uff0eatlassian\uff0enet",
    "https://yourteam%2eatlassian.net",
    "https://yourteam.atlassian.net%00.evil.example",
    "https://your\tteam.atlassian.net",
    "https://yourteam.atlassian.net\r\nHost: evil.example",
    "https://\u0443ourteam.atlassian.net",
    "https://\u212airk.atlassian.net",
    "https://a.b.atlassian.net",
    "https://-a.atlassian.net",
    "https://a_b.atlassian.net",
    f"https://{'a' * 64}.atlassian.net",
    "file:///etc/passwd",
    "gopher://yourteam.atlassian.net",
    "ftp://yourteam.atlassian.net",
    "//yourteam.atlassian.net",
    "https:yourteam.atlassian.net",
    "https://0x7f.1/",
    "https://0177.0.0.1",
    "https://10.0.0.1",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "http://127.0.0.1",
    "http://127.0.0.1:9999",
    "http://127.1:8077",
    "https://127.0.0.1:8077@evil.example",
    "http://localhost",
    "http://localhost:65536",
    "http://localhost.evil.example:8077",
    "unix:/var/run/docker.sock",
    "id.atlassian.com",
    "api.atlassian.com",
    "x" * 5000,
]


@pytest.mark.parametrize("text", CONFUSING)
def test_U01_a_confusing_text_leads_nowhere_else(text: str) -> None:
    with pytest.raises(SiteError) as caught:
        parse_site(text, SANDBOXES)
    assert caught.value.code in {"not_jira_cloud", "bad_slug", "sandbox_not_allowed"}
    assert text not in caught.value.message


def test_U01_a_number_is_a_name_and_not_an_address() -> None:
    assert parse_site("https://2130706433/", SANDBOXES).host == "2130706433.atlassian.net"


@settings(max_examples=5000)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                [
                    "https://",
                    "http://",
                    "yourteam",
                    ".atlassian.net",
                    "@",
                    ":",
                    "443",
                    "/",
                    "\\",
                    "#",
                    "?",
                    "%2e",
                    ".",
                    "evil.example",
                    "127.0.0.1",
                    "localhost",
                    "8077",
                    "[::1]",
                    "\t",
                    "\r\n",
                    "\0",
                    "。",
                    "-",
                    "xn--",
                    "K",
                ]
            ),
            max_size=7,
        ).map("".join),
    )
)
def test_U01_any_text_is_a_site_of_atlassian_or_nothing(text: str) -> None:
    try:
        site = parse_site(text, SANDBOXES)
    except SiteError:
        return
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}\.atlassian\.net|127\.0\.0\.1:807[78]", site.host)
    assert Egress(SANDBOXES).check(f"{site.origin}/rest/api/3/myself") == site.host


def test_U06_a_local_address_needs_to_be_named() -> None:
    for text in ("127.0.0.1:8077", "http://127.0.0.1:8077/", "localhost:8077", "http://LOCALHOST:8078/jira"):
        assert parse_site(text, SANDBOXES).is_sandbox
        with pytest.raises(SiteError) as caught:
            parse_site(text)
        assert caught.value.code == "sandbox_not_allowed"
    site = parse_site("localhost:8078", SANDBOXES)
    assert site.origin == site.gateway == "http://127.0.0.1:8078"


def test_each_trouble_with_a_site_has_its_code() -> None:
    for text, code in (
        (" ", "empty"),
        ("your team", "bad_slug"),
        ("a_b", "bad_slug"),
        ("example.com", "not_jira_cloud"),
    ):
        with pytest.raises(SiteError) as caught:
            parse_site(text)
        assert caught.value.code == code


@pytest.mark.parametrize(
    "url",
    [
        "http://yourteam.atlassian.net/",
        "https://yourteam.atlassian.net",
        "https://yourteam.atlassian.net:443/",
        "https://yourteam.atlassian.net:22/",
        "https://yourteam.atlassian.net/\\@evil.example",
        "https://yourteam.atlassian.net/#@evil.example",
        "https://yourteam.atlassian.net/ x",
        "https://yourteam.atlassian.net/\r\nX: y",
        "https://yourteam.atlassian.net@evil.example/",
        "https://API.ATLASSIAN.COM/",
        "https://api.atlassian.com.evil.example/",
        "https://api.atlassian.net.evil/",
        "http://127.0.0.1:8079/",
        "http://localhost:8077/",
        "https://127.0.0.1:8077/",
        "https://example.com/",
        "",
    ],
)
def test_U02_the_guard_lets_nothing_else_out(url: str) -> None:
    with pytest.raises(Unexpected, match=r"^address_blocked$"):
        Egress(SANDBOXES).check(url)


INSIDE = """
127.0.0.1 10.1.2.3 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 240.0.0.1
255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 fec0::1
ff02::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::808:808
2002:7f00:1:: 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 ::7f00:1 x
"""


@pytest.mark.parametrize("address", ["", *INSIDE.split()])
def test_U01_no_address_inside_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["104.192.136.1", "8.8.8.8", "2401:1d80::1", "64:ff9b::808:808"])
def test_addresses_on_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def spied(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connect that the event loop is asked for."""
    seen: list[Any] = []

    async def connect(self: asyncio.AbstractEventLoop, sock: socket.socket, address: Any) -> None:
        seen.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", connect)
    return seen


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to one list of addresses after another; returns the names asked for."""
    asked: list[str] = []
    queue = list(answers)

    async def lookup(self: asyncio.AbstractEventLoop, host: str, port: int, **_: Any) -> list[Any]:
        if re.fullmatch(r"[0-9.]+", host):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        asked.append(host)
        found = queue.pop(0) if len(queue) > 1 else queue[0]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", lookup)
    return asked


async def ask() -> JiraError:
    async with AiohttpTransport(Egress(SANDBOXES)) as transport:
        with pytest.raises(JiraError) as caught:
            await transport.send(Request("GET", "https://yourteam.atlassian.net/rest/api/3/myself", "x"))
    return caught.value


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["169.254.169.254"], ["104.192.136.1", "10.0.0.1"], ["100.64.0.1"]]
)
async def test_U01_a_name_that_leads_inside_is_not_connected_to(
    addresses: list[str], spied: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, addresses)
    assert (await ask()).code == "address_blocked"
    assert spied == []


async def test_U01_the_address_that_was_checked_is_the_one_connected_to(
    spied: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolving(monkeypatch, ["104.192.136.1"], ["127.0.0.1"])
    trouble = await ask()
    assert isinstance(trouble, Unavailable)
    assert trouble.code == "network_refused"
    assert asked == ["yourteam.atlassian.net"]
    assert spied == [("104.192.136.1", 443)]


async def test_N04_an_unknown_name_has_its_code(spied: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, [])
    assert (await ask()).code == "dns_failed"
    assert spied == []


async def test_N04_a_line_that_does_not_speak_tls_fails_and_is_sent_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    received = bytearray()

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.read(4096))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    resolving(monkeypatch, ["104.192.136.1"])
    real = asyncio.selector_events.BaseSelectorEventLoop.sock_connect

    async def connect(self: Any, sock: socket.socket, address: Any) -> None:
        await real(self, sock, ("127.0.0.1", port))

    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", connect)
    assert (await ask()).code == "tls_failed"
    assert b"GET" not in received
    server.close()
    await server.wait_closed()


PRIVATE = (
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "192.168.0.1",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 # not bound to
    "224.0.0.1",
    "172.16.9.9",
)
PUBLIC = ("104.192.136.1", "185.166.143.48", "13.35.248.60", "8.8.4.4")
URLS = (
    "https://yourteam.atlassian.net/rest/api/3/myself",
    "https://api.atlassian.com/ex/jira/5f1e9c1a/rest/api/3/myself",
    "https://yourteam.atlassian.net:8443/rest/api/3/myself",
    "http://yourteam.atlassian.net/rest/api/3/myself",
    "https://yourteam.atlassian.net.evil.example/rest/api/3/myself",
    "https://evil.example/rest/api/3/myself",
    "https://127.0.0.1/rest/api/3/myself",
    "http://169.254.169.254/latest/meta-data/",
)
ALLOWED = frozenset({"yourteam.atlassian.net", "api.atlassian.com"})


@pytest.mark.parametrize("seed", range(20))
async def test_I13_every_connection_goes_to_a_checked_address_of_an_allowed_host(
    seed: int, spied: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names resolve to anything, and to something else the next time; nothing else is connected to, and on 443 alone."""
    dice = random.Random(seed)  # noqa: S311 # chance in a test
    answers = [[dice.choice(PRIVATE + PUBLIC * 3) for _ in range(dice.randint(0, 3))] for _ in range(6)]
    asked = resolving(monkeypatch, *answers)
    async with AiohttpTransport(Egress(SANDBOXES)) as transport:
        for _ in range(5):
            names, connected, url = len(asked), len(spied), dice.choice(URLS)
            with pytest.raises(JiraError):
                await transport.send(Request("GET", url, "x"))
            assert set(asked) <= ALLOWED
            assert len(asked) - names <= 1, "a name is asked for once"
            # An answer that was checked is good for some seconds.
            known = [answer for name, answer in zip(asked, answers, strict=False) if f"//{name}/" in url]
            now = spied[connected:]
            assert not now or {address for address, _ in now} <= set(known[-1])
            assert not now or not set(known[-1]) & set(PRIVATE), (
                "one address inside, and none is connected to"
            )
            assert {port for _, port in now} <= {443}
    assert len(asked) < len(answers), "each answer was given once"
