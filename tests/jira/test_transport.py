# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import asyncio
import base64
import gzip
import logging
import traceback
import zlib

import pytest

from ekachit.jira.errors import JiraError, Unavailable, Unexpected
from ekachit.jira.limits import Limits
from ekachit.jira.transport import AiohttpTransport, Request, Response
from ekachit.jira.typed_token import TokenError, clean_token
from tests.jira.hostile import TOKEN, Asked, Hostile, hostile, reply

QUICK = Limits(total_seconds=0.5, connect_seconds=0.3)
PAIR = base64.b64encode(f"maya@example.com:{TOKEN}".encode()).decode()


async def send(server: Hostile, *, limits: Limits | None = None) -> Response:
    async with AiohttpTransport(server.egress, limits=limits) as transport:
        return await transport.send(server.request())


async def code_of(server: Hostile, *, limits: Limits | None = None) -> str:
    with pytest.raises(JiraError) as caught:
        await send(server, limits=limits)
    return caught.value.code


async def test_a_request_has_the_token_and_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    made = reply(200, {"a": 1}, {"Set-Cookie": "a=b", "X-AAccountId": "me"})
    async with hostile(lambda _: made) as server, AiohttpTransport(server.egress) as transport:
        await transport.send(server.request())
        answer = await transport.send(server.request())
    assert answer.body == b'{"a": 1}'
    assert answer.headers["x-aaccountid"] == "me"
    asked = server.asked[-1].headers
    assert asked["authorization"] == f"Basic {PAIR}"
    assert asked["accept-encoding"] == "gzip"
    assert "cookie" not in asked
    assert "content-length" not in asked


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "form", ["{canary}/x", "//127.0.0.1:{port}/x", "http://169.254.169.254/latest", "/elsewhere", "{own}/y"]
)
async def test_U03_no_redirect_is_followed(status: int, form: str) -> None:
    async with hostile(lambda _: reply(200)) as canary:
        target = form.format(canary=f"http://{canary.host}", port=canary.port, own="http://127.0.0.1:1")
        async with hostile(lambda _: reply(status, b"{}", {"Location": target})) as server:
            assert (await send(server)).status == status
    assert not canary.asked
    assert len(server.asked) == 1


async def test_X01_a_gzip_bomb_is_stopped_at_the_limit() -> None:
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 9)
    async with hostile(lambda _: reply(200, bomb, {"Content-Encoding": "gzip"})) as server:
        assert await code_of(server) == "too_large"
    async with hostile(lambda _: reply(401, bomb, {"Content-Encoding": "gzip"})) as server:
        answer = await send(server)
    assert (answer.status, answer.body) == (401, b"")


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "deflate", "zstd", "gzip,identity", "x"])
async def test_X01_only_gzip_is_taken(encoding: str) -> None:
    async with hostile(lambda _: reply(200, zlib.compress(b"{}"), {"Content-Encoding": encoding})) as server:
        assert await code_of(server) == "bad_encoding"


async def test_gzip_is_unpacked_and_garbage_in_it_is_not() -> None:
    good = gzip.compress(b'{"a":1}')
    for body, code in (
        (good, ""),
        (b"no gzip", "bad_encoding"),
        (good + b"more", "bad_encoding"),
        (good[:-9], "connection_reset"),
    ):
        async with hostile(lambda _, body=body: reply(200, body, {"Content-Encoding": "gzip"})) as server:  # type: ignore[misc] # mypy takes no default in a lambda
            if code:
                assert await code_of(server) == code
            else:
                assert (await send(server)).body == b'{"a":1}'


async def test_X02_a_body_without_end_and_endless_headers_are_cut() -> None:
    async def endless(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
            await writer.drain()

    async with hostile(writing=endless) as server:
        assert await code_of(server) == "too_large"
    many = {f"X-{number}": "y" for number in range(5000)}
    async with hostile(lambda _: reply(200, b"{}", many)) as server:
        assert await code_of(server) == "bad_http"
    async with hostile(lambda _: reply(200, b"{}", {"X": "y" * 200_000})) as server:
        assert await code_of(server) == "bad_http"


async def test_N05_slow_bytes_end_at_the_total_deadline() -> None:
    async def drip(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with hostile(writing=drip) as server:
        started = asyncio.get_running_loop().time()
        assert await code_of(server, limits=QUICK) == "timeout"
        assert asyncio.get_running_loop().time() - started < 2


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 200",
        b"",
    ],
)
async def test_N06_a_cut_answer_is_no_answer(raw: bytes) -> None:
    async def cut(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.transport.abort() if not raw else writer.close()

    async with hostile(writing=cut) as server:
        assert await code_of(server) == "connection_reset"


async def test_N06_garbage_is_not_http() -> None:
    async with hostile(lambda _: b"SSH-2.0-OpenSSH_9.6\r\n\r\n") as server:
        assert await code_of(server) == "bad_http"


async def test_N04_a_refused_connection_has_its_code() -> None:
    async with hostile(lambda _: reply()) as server:
        pass
    assert await code_of(server) == "network_refused"


async def test_N11_a_get_is_sent_again_on_a_dead_kept_connection_and_a_post_is_not() -> None:
    async def once(_: Asked, writer: asyncio.StreamWriter) -> None:
        if writer.get_extra_info("used", None) or getattr(writer, "used", False):
            writer.transport.abort()
            return
        writer.used = True  # type: ignore[attr-defined] # the test's own mark
        writer.write(reply(200, b"{}"))

    async with hostile(writing=once) as server, AiohttpTransport(server.egress) as transport:
        assert (await transport.send(server.request())).status == 200
        assert (await transport.send(server.request())).status == 200
        with pytest.raises(Unavailable) as caught:
            await transport.send(server.request(method="POST", body=b"{}"))
    assert caught.value.code == "connection_reset"
    assert [each.line.split()[0] for each in server.asked] == ["GET", "GET", "GET", "POST"]


async def test_N01_a_site_that_asks_for_time_is_left_alone_and_others_are_not() -> None:
    async with (
        hostile(lambda _: reply(429, b"", {"Retry-After": "120"})) as busy,
        hostile(lambda _: reply(200, b"{}")) as calm,
    ):
        both = AiohttpTransport(type(busy.egress)(frozenset({busy.host, calm.host})))
        async with both as transport:
            assert (await transport.send(busy.request())).status == 429
            with pytest.raises(Unavailable) as caught:
                await transport.send(busy.request())
            assert (await transport.send(calm.request())).status == 200
    assert len(busy.asked) == 1
    assert not caught.value.sent
    assert caught.value.retry_after == pytest.approx(120, abs=5)


async def test_at_most_two_requests_at_once_go_to_a_site() -> None:
    async def slow(_: Asked) -> bytes:
        await asyncio.sleep(0.02)
        return reply(200, b"{}")

    async with hostile(slow) as server, AiohttpTransport(server.egress) as transport:
        await asyncio.gather(*(transport.send(server.request()) for _ in range(10)))
    assert len(server.asked) == 10
    assert server.most_at_once == 2


async def reset(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def bomb(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(reply(200, gzip.compress(bytes(20_000_000)), {"Content-Encoding": "gzip"}))


async def garbage(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"nonsense\r\n\r\n")


async def silence(_: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


@pytest.mark.parametrize("writing", [reset, bomb, garbage, silence])
async def test_K01_no_traceback_holds_the_token(writing: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with hostile(writing=writing) as server:  # type: ignore[arg-type] # one of the four above
        with pytest.raises(JiraError) as caught:
            await send(server, limits=QUICK)
    trouble = caught.value
    assert trouble.__context__ is None
    assert trouble.__cause__ is None
    shown = "".join(traceback.TracebackException.from_exception(trouble, capture_locals=True).format())
    for text in (TOKEN, PAIR, TOKEN[::-1]):
        assert text not in shown
        assert text not in caplog.text


async def test_K01_a_cancelled_request_holds_no_token_and_stays_cancelled() -> None:
    async with hostile(writing=silence) as server:
        task = asyncio.create_task(send(server))
        await asyncio.sleep(0.1)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError as stop:
            shown = "".join(traceback.TracebackException.from_exception(stop, capture_locals=True).format())
        assert task.cancelled()
    assert PAIR not in shown
    assert TOKEN not in shown


async def test_a_token_that_cannot_be_opened_raises_its_own_error() -> None:
    class Locked:
        def reveal(self) -> str:
            raise LookupError("key_missing")

    async with hostile(lambda _: reply()) as server, AiohttpTransport(server.egress) as transport:
        request = server.request()
        object.__setattr__(request.credentials, "token", Locked())
        with pytest.raises(LookupError, match="key_missing"):
            await transport.send(request)
    assert not server.asked


async def test_U04_the_transport_itself_refuses_other_hosts() -> None:
    async with hostile(lambda _: reply()) as server, AiohttpTransport(server.egress) as transport:
        for url in ("http://127.0.0.1:1/", "https://example.com/", f"http://{server.host}@evil.example/"):
            with pytest.raises(Unexpected, match="address_blocked"):
                await transport.send(Request("GET", url, "x"))


@pytest.mark.parametrize("text", ["", " \n", "\u00a0"])
def test_A09_no_token_is_told_apart_from_a_broken_one(text: str) -> None:
    with pytest.raises(TokenError) as caught:
        clean_token(text)
    assert caught.value.code == "token_empty"


@pytest.mark.parametrize("text", ["a b", "a\nb", "a\x00", "tök", "a\u00a0b", "x" * 4097, "a\u200b"])
def test_A09_a_text_that_is_no_token_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(TokenError) as caught:
        clean_token(text)
    assert caught.value.code == "token_broken"
    inner = caught.value.__traceback__.tb_next if caught.value.__traceback__ else None
    frames = traceback.StackSummary.extract(traceback.walk_tb(inner), capture_locals=True)
    assert not any(frame.locals for frame in frames)


def test_blanks_round_a_token_are_no_part_of_it() -> None:
    assert clean_token(f" \t{TOKEN}\r\n") == TOKEN
