"""The worker's database thread: steps in order, answers and errors to whoever asked, nothing begun for nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from ekachit.sync.thread import DatabaseThread


@pytest.fixture
def in_database() -> Iterator[DatabaseThread]:
    with DatabaseThread() as thread:
        yield thread


async def test_an_answer_comes_back_from_another_thread_which_is_always_the_same(
    in_database: DatabaseThread,
) -> None:
    first, second = await asyncio.gather(*(in_database(threading.get_ident) for _ in range(2)))
    assert first == second != threading.get_ident()


async def test_arguments_go_along_and_an_error_comes_back(in_database: DatabaseThread) -> None:
    assert await in_database(int, "ff", base=16) == 255
    with pytest.raises(ValueError, match="invalid literal"):
        await in_database(int, "no number")
    assert await in_database(int, "1") == 1


async def test_steps_follow_each_other_as_asked_for(in_database: DatabaseThread) -> None:
    done: list[int] = []
    await asyncio.gather(*(in_database(done.append, number) for number in range(50)))
    assert done == list(range(50))


async def test_what_has_not_begun_when_nobody_waits_any_more_is_not_done(in_database: DatabaseThread) -> None:
    go = threading.Event()
    done: list[str] = []
    running = asyncio.ensure_future(in_database(go.wait))
    waiting = asyncio.ensure_future(in_database(done.append, "late"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()
    assert await running
    await in_database(done.append, "next")
    assert done == ["next"]


async def test_what_has_begun_ends_though_nobody_waits_any_more(in_database: DatabaseThread) -> None:
    begun, go = threading.Event(), threading.Event()
    done: list[str] = []

    def work() -> None:
        begun.set()
        go.wait()
        done.append("whole")

    running = asyncio.ensure_future(in_database(work))
    await asyncio.to_thread(begun.wait)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    go.set()
    # In order: this one begins when that one has ended.
    await in_database(done.append, "next")
    assert done == ["whole", "next"]


def test_whoever_leaves_waits_for_what_has_begun() -> None:
    begun, go = threading.Event(), threading.Event()
    done: list[str] = []

    def slowly() -> None:
        begun.set()
        go.wait()
        done.append("whole")

    async def ask(thread: DatabaseThread) -> None:
        asking = asyncio.ensure_future(thread(slowly))
        await asyncio.to_thread(begun.wait)
        asking.cancel()

    with DatabaseThread() as thread:
        # Its loop is closed when the step ends: nobody can be told any more.
        asyncio.run(ask(thread))
        threading.Timer(0.05, go.set).start()
    assert done == ["whole"]
