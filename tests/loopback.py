"""The guard round every test: connections and look-ups that leave this machine are refused, and noted.

It sees what goes through Python's sockets, asyncio's and uvloop's connections among it. What a C library opens
by itself (a database driver) it does not see.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest


class NetworkUsedError(RuntimeError):
    """A test tried to reach something that is not on this machine."""


reached: list[str] = []
"""What was tried since the list was last emptied."""


def _is_loopback(host: object) -> bool:
    if host in {None, "", b"", "localhost", b"localhost"}:
        return True
    text = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(what: str) -> None:
    reached.append(what)
    raise NetworkUsedError(f"{what}: tests may reach loopback only")


def _guard_connect(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            self.close()  # who opened it expects an OSError, and would leave it open
            _refuse(f"connect to {address[0]}")
        return original(self, address)

    return guarded


def _guard_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def guarded(host: Any, *arguments: Any, **options: Any) -> Any:
        text = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
        numeric = text.replace(".", "").isdigit() or ":" in text
        if not numeric and not _is_loopback(host):
            _refuse(f"look up {text}")
        return original(host, *arguments, **options)

    return guarded


@contextmanager
def guarded() -> Iterator[None]:
    """Refuse while the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guard_connect(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guard_connect(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", _guard_lookup(socket.getaddrinfo))
        yield
