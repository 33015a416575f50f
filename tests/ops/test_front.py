"""What stands between the server and Django: large and slow bodies, and what becomes of a request on its way."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from wsgiref.validate import validator

import pytest

from ekachit.config import UNREAD_BODY
from ekachit.ops.front import THREADS, Bounds, Front

SMALL = Bounds(bytes=100, seconds=0.2, held=150, thrown_away=1000)


class Lines(list[tuple[str, str]]):
    """The headers of a request."""

    def items(self) -> Iterable[tuple[str, str]]:
        return self

    def get(self, key: str, default: str | None = None) -> str | None:
        return next((value for name, value in self if name == key), default)


@dataclass
class Asked:
    headers: Lines = field(default_factory=Lines)
    method: str = "POST"
    path: str = "/a page"
    query_string: str = "q=1"
    scheme: str = "http"
    server: str = "127.0.0.1:8000"
    client: str = "127.0.0.1:50000"
    http_version: str = "1.1"


@dataclass
class Wire:
    """A body that comes in parts, the answer that goes back, and whether the body never ends."""

    parts: list[bytes] = field(default_factory=list)
    endless: bool = False
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    content: bytes = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            await asyncio.sleep(0)
            yield part
        if self.endless:
            await asyncio.Event().wait()

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        assert not self.status, "an answer is sent once"
        self.status, self.headers, self.content = status, headers, body


class Application:
    """Remembers the environments that it was asked with, and what it read."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.read: list[bytes] = []

    def __call__(self, environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environment)
        self.read.append(environment["wsgi.input"].read())
        start("200 OK", [("X-Own", "1")])
        return [b"two ", b"parts"]


@pytest.fixture
def application() -> Application:
    return Application()


def sent(*parts: bytes, length: int | None = None, more: Lines | None = None) -> Asked:
    announced = sum(map(len, parts)) if length is None else length
    return Asked(Lines([("content-length", str(announced)), *(more or [])]))


async def ask(front: Front, asked: Asked, wire: Wire) -> Wire:
    await front.__rsgi__(asked, wire)
    return wire


async def test_a_body_comes_whole_and_an_answer_goes_out_whole(application: Application) -> None:
    parts = [b"a=1", b"&b=2"]
    wire = await ask(Front(application, SMALL), sent(*parts), Wire(parts))
    assert (wire.status, wire.headers, wire.content) == (200, [("X-Own", "1")], b"two parts")
    assert application.read == [b"a=1&b=2"]
    assert application.asked[0]["CONTENT_LENGTH"] == "7"


async def test_a_body_of_unannounced_length_comes_whole_too(application: Application) -> None:
    asked = Asked(Lines([("transfer-encoding", "chunked")]))
    await ask(Front(application, SMALL), asked, Wire([b"abc", b"d"]))
    assert application.read == [b"abcd"]
    assert application.asked[0]["CONTENT_LENGTH"] == "4"


async def test_without_a_body_nothing_is_waited_for(application: Application) -> None:
    assert (await ask(Front(application, SMALL), Asked(method="GET"), Wire(endless=True))).status == 200


@pytest.mark.parametrize(
    "parts", [[b"x" * 101], [b"x" * 50, b"x" * 51], [b"x"] * 101, [b"x" * 100] * 50, [b"x" * 5000]]
)
async def test_W10_a_body_that_is_too_large_is_told_and_not_passed_on(
    parts: list[bytes], application: Application
) -> None:
    wire = await ask(Front(application, SMALL), sent(*parts), Wire(parts))
    assert application.asked[0][UNREAD_BODY] == "too_large"
    assert application.read == [b""]
    assert application.asked[0]["CONTENT_LENGTH"] == ""
    assert ("Connection", "close") in wire.headers


async def test_W10_of_a_body_that_is_far_too_large_little_is_read(application: Application) -> None:
    taken = 0

    class Counting(Wire):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield b"x" * 100

    await ask(Front(application, SMALL), sent(length=10**9), Counting())
    assert application.asked[0][UNREAD_BODY] == "too_large"
    assert taken <= 13


@pytest.mark.parametrize("parts", [[], [b"abc"], [b"x" * 500]])
async def test_W10_a_body_that_does_not_come_is_not_waited_for_for_ever(
    parts: list[bytes], application: Application
) -> None:
    wire = await ask(Front(application, SMALL), sent(*parts, length=1000), Wire(parts, endless=True))
    assert application.asked[0][UNREAD_BODY] == "too_slow"
    assert application.read == [b""]
    assert ("Connection", "close") in wire.headers


async def test_W10_any_number_of_slow_senders_holds_no_thread(application: Application) -> None:
    front = Front(application, Bounds(bytes=100, seconds=5))
    slow = [
        asyncio.create_task(ask(front, sent(length=9), Wire([b"a"], endless=True)))
        for _ in range(THREADS * 20)
    ]
    await asyncio.sleep(0)
    assert (await ask(front, Asked(method="GET"), Wire())).status == 200
    assert (await ask(front, sent(b"a=1"), Wire([b"a=1"]))).status == 200
    assert not any(task.done() for task in slow)
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)


async def test_W10_what_many_have_sent_in_part_is_bounded_and_given_back(application: Application) -> None:
    front = Front(application, SMALL)
    half = [
        asyncio.create_task(ask(front, sent(length=99), Wire([b"x" * 60], endless=True))) for _ in range(2)
    ]
    await asyncio.sleep(0.05)
    await ask(front, sent(b"x" * 60), Wire([b"x" * 60]))
    assert application.asked[-1][UNREAD_BODY] == "too_many"
    await asyncio.gather(*half)
    assert [each[UNREAD_BODY] for each in application.asked] == ["too_many", "too_slow", "too_slow"]
    for _ in range(5):
        await ask(front, sent(b"x" * 100), Wire([b"x" * 100]))
    assert application.read[-5:] == [b"x" * 100] * 5


async def test_W10_a_body_that_breaks_off_is_not_taken_for_whole(application: Application) -> None:
    wire = await ask(Front(application, SMALL), sent(b"note=Buy", length=40), Wire([b"note=Buy"]))
    assert wire.status == 400
    assert application.asked == []


async def test_headers_come_as_the_application_knows_them(application: Application) -> None:
    lines = Lines(
        [
            ("host", "ekachit.example.org"),
            ("cookie", "a=1"),
            ("cookie", "b=2"),
            ("accept", "text/html"),
            ("accept", "text/plain"),
            ("content-type", "text/plain"),
            ("x-forwarded-proto", "https"),
            ("x_forwarded_proto", "http"),
            ("x_remote_user", "ada"),
        ]
    )
    asked = Asked(lines, method="GET", path="/ü%", server="[::1]:8000", client="[2001:db8::1]:9")
    await ask(Front(application, SMALL), asked, Wire())
    (environment,) = application.asked
    assert {name: environment[name] for name in environment if name.startswith("HTTP_")} == {
        "HTTP_HOST": "ekachit.example.org",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_ACCEPT": "text/html,text/plain",
        "HTTP_X_FORWARDED_PROTO": "https",
    }, "a name with a low line is no other header's"
    assert environment["CONTENT_TYPE"] == "text/plain"
    assert environment["PATH_INFO"].encode("latin-1").decode() == "/ü%"
    assert (environment["SERVER_NAME"], environment["SERVER_PORT"]) == ("::1", "8000")
    assert environment["REMOTE_ADDR"] == "2001:db8::1"
    assert UNREAD_BODY not in environment


async def test_a_failure_of_the_application_is_an_answer_and_its_parts_are_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    closed = threading.Event()

    class Parts:
        def __iter__(self) -> Iterator[bytes]:
            yield b"a"
            raise RuntimeError("in the middle")

        def close(self) -> None:
            closed.set()

    def application(environment: dict[str, Any], start: Callable[..., Any]) -> Parts:
        start("200 OK", [("X-Own", "1")])
        return Parts()

    wire = await ask(Front(application, SMALL), Asked(method="GET"), Wire())
    assert (wire.status, wire.headers, wire.content) == (500, [], b"")
    assert closed.is_set()
    assert "in the middle" in caplog.text


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_it_is_wsgi_to_the_letter(method: str, caplog: pytest.LogCaptureFixture) -> None:
    def application(environment: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        content = environment["wsgi.input"].read(10)
        start("200 OK", [("Content-Type", "text/plain")])
        return [] if method == "HEAD" else [content]

    asked = sent(b"a", more=Lines([("host", "x"), ("content-type", "text/plain")]))
    asked.method = method
    wire = await ask(Front(validator(application), SMALL, several_processes=True), asked, Wire([b"a"]))
    assert (wire.status, wire.content) == (200, b"" if method == "HEAD" else b"a"), caplog.text
