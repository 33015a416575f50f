"""The thread in which a worker speaks to its database: one, so that its steps follow each other as asked for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Any, NamedTuple, ParamSpec, Self, TypeVar

from django.db import connections

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
# Longer than a transaction waits for a lock; what hangs longer than that ends with the process.
_END_SECONDS = 25.0


class _Step(NamedTuple):
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]
    work: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class DatabaseThread:
    """Runs work away from the event loop. Use it as a context manager, from one event loop at a time.

    asgiref's `sync_to_async` carries the caller's context over and back as well, which nothing here needs: that costs
    more than the way to the thread itself, and a pass goes that way several times.
    """

    def __init__(self) -> None:
        self._steps: SimpleQueue[_Step | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="database", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let what was asked for end, and close the thread's connections."""
        self._steps.put(None)
        self._thread.join(_END_SECONDS)

    async def __call__(
        self, work: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Return what the work returns, or raise what it raises.

        Who stops waiting does not stop work that has begun; what has not begun by then is not done.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        self._steps.put(_Step(loop, answer, work, args, kwargs))
        return await answer

    def _run(self) -> None:
        try:
            while (step := self._steps.get()) is not None:
                _take(step)
                # Held until the next one comes, it would keep what the step was given.
                del step
        finally:
            connections.close_all()


def _take(step: _Step) -> None:
    if step.answer.cancelled():
        return
    try:
        found = step.work(*step.args, **step.kwargs)
    except BaseException as trouble:  # noqa: BLE001 # whoever asked gets it, whatever it is
        _tell(step, step.answer.set_exception, trouble)
    else:
        _tell(step, step.answer.set_result, found)


def _tell(step: _Step, how: Callable[[Any], None], what: object) -> None:
    """Answer in the loop's own thread, if there still is one and somebody waits."""
    try:
        step.loop.call_soon_threadsafe(_unless_done, step.answer, how, what)
    except RuntimeError:
        # The loop is closed: nobody waits.
        return


def _unless_done(answer: asyncio.Future[Any], how: Callable[[Any], None], what: object) -> None:
    if not answer.done():
        how(what)
