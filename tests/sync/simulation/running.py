"""Work of the product under way in a history: it can die at a checkpoint, or stand still there while others act."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec, TypeVar

from ekachit.sync.checkpoints import Checkpoint

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Outcome = TypeVar("Outcome")


class Crash(BaseException):  # a process that dies raises nothing that code may catch
    """The process died here."""


@dataclass(slots=True)
class Running(Generic[Outcome]):
    """Where the work is to die or to stand still, and what it has reached. Once dead it reaches no database."""

    crash_at: int | None = None
    pause_at: int | None = None
    reached: list[Checkpoint] = field(default_factory=list)
    dead: bool = False
    standing: bool = False
    paused: asyncio.Event = field(default_factory=asyncio.Event)
    resume: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[Outcome] | None = None

    async def begin(self, work: Coroutine[Any, Any, Outcome]) -> None:
        """Let the work go on until it ends, dies or stands still."""
        _running.set(self)
        self.task = asyncio.ensure_future(work)
        stood = asyncio.ensure_future(self.paused.wait())
        await asyncio.wait({self.task, stood}, return_when=asyncio.FIRST_COMPLETED)
        stood.cancel()

    async def end(self) -> Outcome:
        """Let it go on to its end.

        Raises:
            Crash: it died.
        """
        self.resume.set()
        assert self.task is not None
        return await self.task

    async def seam(self) -> None:
        """Where work that is to stand still does so."""
        if self.standing and not self.paused.is_set():
            self.paused.set()
            await self.resume.wait()

    async def in_database(
        self, work: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Do what the product wants done in the database, unless the process is dead."""
        await self.seam()
        if self.dead:
            raise Crash
        return as_if_no_loop_ran(work, *args, **kwargs)

    def at(self, point: Checkpoint) -> None:
        """Die here, or stand still at the next seam, if it is to."""
        self.reached.append(point)
        if len(self.reached) == self.crash_at:
            self.dead = True
            raise Crash(point)
        if len(self.reached) == self.pause_at:
            self.standing = True


_running: ContextVar[Running[Any] | None] = ContextVar("running", default=None)


def reached(point: Checkpoint) -> None:
    """Tell the work that runs here where it is."""
    now = _running.get()
    if now is not None:
        now.at(point)


def as_if_no_loop_ran(
    work: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Work with the database on this thread's own connection: beside a loop, Django would take another."""
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return work(*args, **kwargs)
    finally:
        asyncio._set_running_loop(loop)


async def no_seam() -> None:
    """Nobody stands still here."""
