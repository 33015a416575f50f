"""Work under a claim is cut off soon after the claim is lost, and by nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from ekachit.sync.leases import Claim, LeaseLostError
from ekachit.sync.surroundings import Surroundings
from ekachit.sync.watch import watched

MINE = Claim(1, 1)


def around(held: Callable[[], bool]) -> Surroundings:
    """Surroundings whose database says, at each look, whether the claim holds."""

    async def in_database(*_work: Any, **_given: Any) -> Any:
        return held()

    return Surroundings(None, in_database=in_database, watch_seconds=0.01)  # type: ignore[arg-type] # nothing is sent


async def test_a_lost_claim_cuts_the_work_off() -> None:
    work = asyncio.ensure_future(asyncio.sleep(60))
    with pytest.raises(LeaseLostError):
        await watched(work, MINE, around(lambda: False))
    assert work.cancelled()


async def test_a_database_that_does_not_answer_for_a_moment_ends_nothing() -> None:
    looks: list[str] = []

    def held() -> bool:
        looks.append("looked")
        raise OperationalError("database is locked")

    work = asyncio.ensure_future(asyncio.sleep(0.1, "done"))
    assert await watched(work, MINE, around(held)) == "done"
    assert len(looks) > 1, "the watch goes on"


async def test_what_the_work_raises_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("of the work")

    with pytest.raises(ValueError, match="of the work"):
        await watched(asyncio.ensure_future(fail()), MINE, around(lambda: True))


async def test_whoever_stops_waiting_ends_the_work() -> None:
    work = asyncio.ensure_future(asyncio.sleep(60))
    waiting = asyncio.ensure_future(watched(work, MINE, around(lambda: True)))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert work.cancelled()
