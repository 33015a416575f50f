"""Finding a free port: a busy one is stepped over."""

from __future__ import annotations

import errno
import socket

STEPS = 50


class NoFreePortError(Exception):
    """None of the ports tried is free."""

    code = "no_free_port"


def free_port(host: str, wanted: int) -> int:
    """Return the first free TCP port from `wanted` on.

    Raises:
        NoFreePortError: the next 50 are all busy, or the host is not one of this machine.
    """
    for port in range(wanted, min(wanted + STEPS, 65536)):
        if _is_free(host, port):
            return port
    raise NoFreePortError(f"No port from {wanted} to {wanted + STEPS - 1} is free on {host}.")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            if trouble.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise NoFreePortError(f"Cannot listen on {host}: {trouble.strerror}.") from None
    return True
