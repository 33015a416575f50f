"""Clicks and passes at each level of SQLite's `synchronous`, in turn, on the data folder of the environment.

What is printed last is the result, as JSON; times in milliseconds, the median of all turns after a warm-up.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import django
import uvloop

django.setup()

from django.db import connection as database  # noqa: E402 # Django had to be ready first
from django.utils import timezone  # noqa: E402 # likewise

from benchmarks.durable import LEVELS  # noqa: E402 # likewise
from ekachit.config import settings  # noqa: E402 # likewise
from ekachit.connections.models import Connection, Project  # noqa: E402 # likewise
from ekachit.jira.egress import Egress  # noqa: E402 # likewise
from ekachit.jira.transport import AiohttpTransport  # noqa: E402 # likewise
from ekachit.sync.actions import TwoWay, set_status, set_two_way  # noqa: E402 # likewise
from ekachit.sync.engine import run_pass  # noqa: E402 # likewise
from ekachit.sync.leases import claim  # noqa: E402 # likewise
from ekachit.sync.surroundings import Surroundings, in_thread  # noqa: E402 # likewise
from ekachit.tasks.models import Task  # noqa: E402 # likewise

TURNS = 300
WARM_UP = 10


def main() -> None:
    """Measure both."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = {"click": runner.run(_clicks()), "pass": runner.run(_passes())}
    sys.stdout.write(json.dumps(result) + "\n")


async def _clicks() -> dict[str, Any]:
    """Each task is begun and taken back, both as the pages do it; both are on their way to Jira."""
    tasks = await in_thread(_two_way)

    async def click(number: int) -> None:
        wanted = "todo" if number % 2 else "in_progress"
        await in_thread(set_status, tasks[number // 4 % len(tasks)], wanted, now=timezone.now())

    return await _in_turn(click)


def _two_way() -> list[Task]:
    for project in Project.objects.all():
        set_two_way(project, TwoWay(two_way=True), now=timezone.now())
    return list(Task.objects.order_by("pk"))


async def _passes() -> dict[str, Any]:
    connection = await in_thread(Connection.objects.get)
    async with AiohttpTransport(Egress(settings().allowed_sandboxes)) as transport:

        async def one(_: int) -> None:
            mine = await in_thread(claim, connection.pk, "bench")
            if mine is None:
                raise RuntimeError("the connection is taken")
            await run_pass(mine, Surroundings(transport))

        return await _in_turn(one)


async def _in_turn(work: Callable[[int], Awaitable[None]]) -> dict[str, Any]:
    taken: dict[str, list[tuple[float, float]]] = {level: [] for level in LEVELS}
    for number in range((TURNS + WARM_UP) * len(LEVELS)):
        level = LEVELS[number // 2 % len(LEVELS)]
        await in_thread(_sync_at, level)
        cpu, began = time.process_time(), time.perf_counter()
        await work(number)
        taken[level].append((time.perf_counter() - began, time.process_time() - cpu))
    medians = {
        level: {
            "wall": statistics.median(wall for wall, _ in turns[WARM_UP:]) * 1000,
            "cpu": statistics.median(cpu for _, cpu in turns[WARM_UP:]) * 1000,
        }
        for level, turns in taken.items()
    }
    return medians | {"turns": TURNS}


def _sync_at(level: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={level}")


if __name__ == "__main__":
    main()
