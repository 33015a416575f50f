"""Names with several addresses, of which some are dead. The dead ones need no IPv6 on the machine that tests."""

# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiohttp.abc import ResolveResult

from ekachit.jira import transport as transport_module
from ekachit.jira.egress import Egress
from ekachit.jira.errors import JiraError
from ekachit.jira.limits import Limits
from ekachit.jira.transport import AiohttpTransport, Request, Response
from tests.jira.authority import Authority
from tests.jira.proxies import site

HOST = "yourteam.atlassian.net"
DEAD_6, OTHER_6, LIVING_4, OTHER_4 = "2401:1d80::1", "2401:1d80::2", "104.192.136.1", "104.192.136.2"
QUICK = Limits(total_seconds=5, connect_seconds=2, address_seconds=0.05)
Connect = Callable[[socket.socket, Any], Any]


async def ask(limits: Limits = QUICK) -> Response:
    async with AiohttpTransport(Egress(), limits=limits) as transport:
        return await transport.send(Request("GET", f"https://{HOST}/rest/api/3/myself", HOST))


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


def leading_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let the name lead to these addresses."""

    async def lookup(self: asyncio.AbstractEventLoop, host: str, port: int, **_: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in addresses
        ]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", lookup)


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What each address does when connected to: it refuses unless told otherwise. `asked` is in which order they were."""
    told: dict[str, Any] = {"asked": []}
    real = asyncio.selector_events.BaseSelectorEventLoop.sock_connect
    at_all = socket.socket

    def any_family(family: int = -1, type: int = -1, proto: int = -1, fileno: Any = None) -> socket.socket:  # noqa: A002 # the name of the library's argument
        """A socket of a family that this machine may lack is never used, so one of another family will do."""
        return at_all(socket.AF_INET if family == socket.AF_INET6 else family, type, proto, fileno)

    async def connect(self: Any, sock: socket.socket, address: Any) -> None:
        told["asked"].append(address[0])
        does = told.get(address[0], "refuses")
        if does == "hangs":
            await asyncio.Event().wait()
        if does == "refuses":
            raise ConnectionRefusedError
        await real(self, sock, ("127.0.0.1", does))

    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", connect)
    monkeypatch.setattr("aiohappyeyeballs.impl.socket.socket", any_family)
    return told


@pytest.mark.parametrize("way", ["hangs", "refuses"])
@pytest.mark.parametrize("dead", [DEAD_6, LIVING_4])
async def test_N12_one_family_is_dead_and_the_other_is_used(
    way: str, dead: str, authority: Authority, connected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    living = LIVING_4 if dead == DEAD_6 else DEAD_6
    leading_to(monkeypatch, dead, living)
    async with site(authority.serving(HOST)) as far:
        connected.update({dead: way, living: far.port})
        began = asyncio.get_running_loop().time()
        assert (await ask()).status == 200
    assert connected["asked"] == [dead, living]
    assert asyncio.get_running_loop().time() - began < QUICK.connect_seconds


async def test_N12_the_families_take_turns(
    connected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    leading_to(monkeypatch, DEAD_6, OTHER_6, LIVING_4, OTHER_4)
    with pytest.raises(JiraError, match="network_refused"):
        await ask()
    assert connected["asked"][:4] == [DEAD_6, LIVING_4, OTHER_6, OTHER_4]


async def test_N12_both_dead_is_told_in_time(
    connected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    leading_to(monkeypatch, DEAD_6, LIVING_4)
    connected.update({DEAD_6: "hangs", LIVING_4: "hangs"})
    with pytest.raises(JiraError, match="timeout"):
        await ask(Limits(total_seconds=1, connect_seconds=0.3, address_seconds=0.05))
    assert set(connected["asked"]) == {DEAD_6, LIVING_4}


@pytest.mark.parametrize(
    "addresses",
    [(DEAD_6, "10.0.0.1"), ("fd00::1", LIVING_4), ("::1", LIVING_4), ("64:ff9b::a00:1", LIVING_4)],
)
async def test_N12_one_address_inside_and_neither_family_is_connected_to(
    addresses: tuple[str, ...], connected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    leading_to(monkeypatch, *addresses)
    with pytest.raises(JiraError, match="address_blocked"):
        await ask()
    assert connected["asked"] == []


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port of 127.0.0.2 that takes no connection and refuses none: its queue is full (Linux drops what comes then)."""
    with contextlib.ExitStack() as held:
        listener = held.enter_context(socket.socket())
        listener.bind(("127.0.0.2", 0))
        listener.listen(0)
        for _ in range(3):
            filler = held.enter_context(socket.socket())
            filler.settimeout(0)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("way", ["hangs", "refuses"])
def test_N12_true_sockets_on_both_loops(
    way: str,
    loop: Callable[[], asyncio.AbstractEventLoop],
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The worker runs on uvloop, whose sockets are its own."""

    async def play() -> int:
        async with site(authority.serving(HOST)) as far:
            with black_hole() as silent:
                found = {"127.0.0.2": silent if way == "hangs" else 1, "127.0.0.1": far.port}

                # In the place of the check, which would refuse loopback.
                async def resolve(*_: Any, **__: Any) -> list[ResolveResult]:
                    return [
                        ResolveResult(hostname=HOST, host=host, port=port, family=2, proto=6, flags=0)
                        for host, port in found.items()
                    ]

                monkeypatch.setattr(transport_module._PublicResolver, "resolve", resolve)
                return (await ask()).status

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(play()) == 200
