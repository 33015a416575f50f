from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest
import uvloop

from tests import loopback

pytestmark = pytest.mark.usefixtures("forgotten")


@pytest.fixture
def forgotten(_nothing_reached: None) -> Iterator[None]:
    """Here it is meant to be tried."""
    yield
    loopback.reached.clear()


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("10.0.0.1", 80)])
def test_a_connection_elsewhere_is_refused_and_noted(address: tuple[str, int]) -> None:
    with pytest.raises(loopback.NetworkUsedError):
        socket.create_connection(address, 0.1)
    assert loopback.reached == [f"connect to {address[0]}"]


def test_a_look_up_is_refused_and_noted() -> None:
    with pytest.raises(loopback.NetworkUsedError):
        socket.getaddrinfo("yourteam.atlassian.net", 443)
    assert loopback.reached == ["look up yourteam.atlassian.net"]


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_event_loops_are_guarded_too(new_loop: type[asyncio.AbstractEventLoop]) -> None:
    async def connect() -> None:
        with socket.socket() as opened:
            opened.settimeout(0)
            await asyncio.get_running_loop().sock_connect(opened, ("192.0.2.1", 443))

    with asyncio.Runner(loop_factory=new_loop) as runner, pytest.raises(loopback.NetworkUsedError):
        runner.run(connect())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_may_be_reached(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), 5).close()
    assert loopback.reached == []
