"""One measured step, in a process of its own, on the data folder of its environment: `python -m benchmarks.inside STEP`.

What it prints last is the result, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import aiohttp
import django
import uvloop

django.setup()

from django.core.management import call_command  # noqa: E402 # Django had to be ready first

from benchmarks.bare import PAGE, Bare  # noqa: E402 # likewise
from benchmarks.gauge import Gauge, gauged  # noqa: E402 # likewise
from ekachit.accounts.models import Plan, User  # noqa: E402 # likewise
from ekachit.config import settings  # noqa: E402 # likewise
from ekachit.connections import actions as connecting  # noqa: E402 # likewise
from ekachit.connections.models import Connection, Project  # noqa: E402 # likewise
from ekachit.durability import sync_at_checkpoints  # noqa: E402 # likewise
from ekachit.jira.egress import Egress  # noqa: E402 # likewise
from ekachit.jira.transport import AiohttpTransport  # noqa: E402 # likewise
from ekachit.sync.engine import run_pass  # noqa: E402 # likewise
from ekachit.sync.leases import claim  # noqa: E402 # likewise
from ekachit.sync.models import Link, Pass, PassState  # noqa: E402 # likewise
from ekachit.sync.surroundings import Budget, Surroundings  # noqa: E402 # likewise
from ekachit.sync.thread import DatabaseThread  # noqa: E402 # likewise
from ekachit.sync.translate import FIELDS  # noqa: E402 # likewise
from ekachit.tasks.models import Task  # noqa: E402 # likewise

T = TypeVar("T")
POLLS = 50
BLOCKS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pass asks for."""

    connection: Connection
    projects: Sequence[str]
    fields: Sequence[str]


def prepare() -> object:
    """Make the database, a person, and a connection with every project picked."""
    call_command("migrate", verbosity=0)
    user = User.objects.create_user("bench@example.invalid", plan=Plan.PRO)
    connection = connecting.connect(
        user, site=os.environ["BENCH_SITE"], email=os.environ["BENCH_EMAIL"], token=os.environ["BENCH_TOKEN"]
    )
    connecting.pick_projects(connection, asked().projects)
    return "ready"


def asked() -> Asked:
    """What this folder's connection asks for."""
    connection = Connection.objects.get()
    projects = Project.objects.filter(connection=connection).values_list("project_id", flat=True)
    points = [each for kind in connection.points_fields.values() for each in kind]
    return Asked(connection, list(projects), [*FIELDS, *points])


def bare_import() -> object:
    """The proof and all pages, once."""
    what = asked()

    async def read(gauge: Callable[[], Any]) -> Bare:
        async with aiohttp.ClientSession() as session:
            with gauge():
                bare = Bare(session)
                await bare.prove()
                await bare.pages(what.projects, what.fields)
            return bare

    taken, bare = _gauged(read)
    return asdict(taken) | {"requests": bare.requests, "issues": bare.issues}


def bring_in() -> object:
    """Import everything, and count what is in the database afterwards.

    As in a worker that has been up for a while, nothing is done here for the first time: a pass that is cut off
    after its proof goes before.
    """
    connection = Connection.objects.get()

    async def run(gauge: Callable[[], Any]) -> Pass:
        async with _surroundings() as around:
            await _pass_over(connection, replace(around, budget=Budget(requests=1)))
            with gauge():
                return await _pass_over(connection, around)

    taken, receipt = _gauged(run)
    if receipt.state != PassState.COMPLETE:
        raise RuntimeError(f"the import ended as {receipt.state} [{receipt.code}]")
    stored = min(Link.objects.count(), Task.objects.count())
    return asdict(taken) | {"requests": receipt.requests, "issues": stored}


def polls() -> object:
    """CPU of passes that find nothing new, beside the two requests alone: blocks of both in turn, and their medians."""
    what = asked()
    expected = 1 + -(-Link.objects.count() // PAGE)  # the proof, and the pages of the list

    async def run() -> object:
        ours: list[tuple[float, float]] = []
        bares: list[tuple[float, float]] = []
        async with _surroundings() as around, aiohttp.ClientSession() as session:
            await _pass_over(what.connection, around)
            for _ in range(BLOCKS):
                ours.append(await _block(lambda: _unchanged(what.connection, around, expected)))
                bares.append(await _block(lambda: _proof_and_list(session, what)))
        return {
            "ours_ms": statistics.median(cpu for cpu, _ in ours),
            "bare_ms": statistics.median(cpu for cpu, _ in bares),
            "ratio": statistics.median(one[0] / other[0] for one, other in zip(ours, bares, strict=True)),
            "ours_wall_ms": statistics.median(wall for _, wall in ours),
            "bare_wall_ms": statistics.median(wall for _, wall in bares),
            "polls": POLLS * BLOCKS,
        }

    return _run(run())


async def _unchanged(connection: Connection, around: Surroundings, expected: int) -> None:
    receipt = await _pass_over(connection, around)
    changed = receipt.updated or receipt.created
    if receipt.state != PassState.COMPLETE or changed or receipt.requests != expected:
        raise RuntimeError(f"not an unchanged pass: {receipt.state}, {receipt.requests} requests")


async def _proof_and_list(session: aiohttp.ClientSession, what: Asked) -> None:
    bare = Bare(session)
    await bare.prove()
    await bare.pages(what.projects, ["updated", "status"])


async def _block(turn: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Milliseconds of CPU and of wall for each of `POLLS` turns."""
    cpu, began = time.process_time(), time.perf_counter()
    for _ in range(POLLS):
        await turn()
    scale = 1000 / POLLS
    return (time.process_time() - cpu) * scale, (time.perf_counter() - began) * scale


async def _pass_over(connection: Connection, around: Surroundings) -> Pass:
    mine = await around.in_database(claim, connection.pk, "bench")
    if mine is None:
        raise RuntimeError("the connection is taken")
    return await run_pass(mine, around)


@asynccontextmanager
async def _surroundings() -> AsyncIterator[Surroundings]:
    """What a worker gives its passes."""
    egress = Egress(settings().allowed_sandboxes)
    with DatabaseThread() as in_database:
        async with AiohttpTransport(egress) as transport:
            yield Surroundings(transport, in_database=in_database)


def _gauged(work: Callable[[Callable[[], Any]], Coroutine[Any, Any, T]]) -> tuple[Gauge, T]:
    """Run what measures itself with the gauge it is given."""
    gauges: list[Gauge] = []

    def gauge() -> Any:
        return gauged(gauges)

    found = _run(work(gauge))
    return gauges[0], found


def _run(work: Coroutine[Any, Any, T]) -> T:
    sync_at_checkpoints()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


STEPS: dict[str, Callable[[], object]] = {
    "prepare": prepare,
    "bare": bare_import,
    "import": bring_in,
    "polls": polls,
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(STEPS[sys.argv[1]]()) + "\n")
