"""What a pass needs from outside: the way to Jira, the clock, chance, the database's thread."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ParamSpec, Protocol, TypeVar

from asgiref.sync import sync_to_async

from ekachit.jira.transport import Transport

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class InDatabase(Protocol):
    """Runs work that speaks to the database, away from the event loop."""

    async def __call__(
        self, work: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Return what the work returns, or raise what it raises."""


async def in_thread(
    work: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run work in Django's own thread."""
    return await sync_to_async(work)(*args, **kwargs)


def utc_now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that one pass may take; past it the pass ends as partial and the next one goes on."""

    requests: int = 2000
    body_bytes: int = 512 * 1024 * 1024
    seconds: float = 20 * 60.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The ports of the engine; whoever runs it decides what stands behind them.

    `watch_seconds` is how often a running pass looks whether its claim still holds; None: only before requests
    and writes.
    """

    transport: Transport
    clock: Callable[[], datetime] = utc_now
    chance: Callable[[], float] = random.random
    in_database: InDatabase = in_thread
    budget: Budget = field(default_factory=Budget)
    watch_seconds: float | None = 1.0
