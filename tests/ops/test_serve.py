"""`ekachit serve` itself, with real lines to it: some are slow on purpose, and others must not notice."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ekachit.config import LARGEST_BODY
from tests.browser.installation import free_port
from tests.ops.command import WAIT_SECONDS, Home, children

# The usual bounds would make this test long.
START = """
from ekachit.ops import front, running
front.BODY_SECONDS, running.HEAD_MILLISECONDS = 1.5, 1500
from ekachit.ops.cli import main
main(["serve", "--port", "{port}"])
"""
HOST = b"Host: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
SLOW = 40
"""More than there are threads."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    home = Home(tmp_path_factory.mktemp("serve") / "var")
    number = free_port()
    with (
        (home.path.parent / "serve.log").open("wb") as log,
        subprocess.Popen(  # noqa: S603 # our own text
            [sys.executable, "-c", START.format(port=number)],
            env=home.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        ) as server,
    ):  # fmt: skip
        try:
            until_it_answers(number, server, home.path.parent / "serve.log")
            began = children(server.pid)
            yield number
            assert children(server.pid) == began, "no process of the server has ended"
        finally:
            server.terminate()
            server.wait(WAIT_SECONDS)


def until_it_answers(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            assert b" 200 " in get(port)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())


@contextmanager
def line(port: int, data: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as opened:
        opened.sendall(data)
        yield opened


def everything(opened: socket.socket) -> bytes:
    """What comes until the other side closes the line."""
    data = b""
    try:
        while part := opened.recv(65536):
            data += part
    except ConnectionResetError:
        pass
    return data


def get(port: int, path: bytes = b"/accounts/login/") -> bytes:
    with line(port, b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n") as opened:
        return everything(opened)


def post(port: int, length: int, sent: bytes) -> bytes:
    head = b"POST /accounts/login/ HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: %d\r\n\r\n" % length
    with line(port, head + sent) as opened:
        return everything(opened)


def test_W10_slow_senders_are_ended_and_others_do_not_notice(port: int) -> None:
    body = b"POST /accounts/login/ HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 1000\r\n\r\nlogin=a"
    head = b"GET / HTTP/1.1\r\n" + HOST
    with ExitStack() as held:
        bodies = [held.enter_context(line(port, body)) for _ in range(SLOW)]
        others = [held.enter_context(line(port, part)) for part in (head, b"") for _ in range(SLOW)]
        time.sleep(0.1)
        began = time.monotonic()
        for _ in range(3):
            assert b"HTTP/1.1 200 " in get(port)
        assert time.monotonic() - began < 1.4, "before the first of them has been ended"
        for opened in bodies:
            opened.sendall(b"&")
        answers = [everything(opened) for opened in bodies]
        assert {answer.split(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 408 Request Timeout"}
        assert all(b"That came too slowly." in answer for answer in answers)
        assert {everything(opened).split(b"\r\n")[0] for opened in others} <= {
            b"",
            b"HTTP/1.1 408 Request Timeout",
        }
    assert b"HTTP/1.1 200 " in get(port)


def test_W10_a_body_that_is_too_large_gets_its_page(port: int) -> None:
    for length in (LARGEST_BODY + 1, 4 * LARGEST_BODY):
        answer = post(port, length, b"x" * length)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"That is too large." in answer
        assert b"content-security-policy: " in answer.lower()
    assert b"HTTP/1.1 200 " in get(port)


def test_W10_a_head_that_is_too_large_is_refused(port: int) -> None:
    with line(port, b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"y" * 200_000 + b"\r\n\r\n") as opened:
        answer = everything(opened)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    assert b"HTTP/1.1 200 " in get(port)


def test_W10_a_million_fields_are_refused(port: int) -> None:
    fields = b"&".join(b"a" for _ in range(1_000_000))
    assert post(port, len(fields), fields).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 "))
    assert b"HTTP/1.1 200 " in get(port)
