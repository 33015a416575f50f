"""Clicks on tasks, one after the other, on the data folder of the environment; a worker runs beside.

What is printed last is the result, as JSON; times in milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import timedelta

import aiohttp
import django
import uvloop

django.setup()

from django.utils import timezone  # noqa: E402 # Django had to be ready first

from benchmarks.bare import Bare  # noqa: E402 # likewise
from benchmarks.inside import asked  # noqa: E402 # likewise
from ekachit.connections.models import AccessRecord, Project  # noqa: E402 # likewise
from ekachit.sync.actions import TwoWay, set_status, set_two_way  # noqa: E402 # likewise
from ekachit.sync.models import OPEN_STATES, EntryState, Link, OutboxEntry  # noqa: E402 # likewise
from ekachit.tasks.models import Status  # noqa: E402 # likewise

LONGEST_SECONDS = 20.0
LOOK_SECONDS = 0.005
WARM_UP = 3
P99 = 0.99


def main() -> None:
    """Click every task in turn, and move its issue by the bare requests after that."""
    for project in Project.objects.all():
        set_two_way(project, TwoWay(two_way=True), now=timezone.now())
    links = list(Link.objects.select_related("task").order_by("pk"))
    dice = random.Random(1)  # noqa: S311 - moments, not secrets
    sent: list[float] = []
    shown: list[float] = []
    bare: list[float] = []
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        session = runner.run(_session())
        fields = asked().fields
        for link in links:
            time.sleep(dice.uniform(0, 0.25))  # the worker looks at moments of its own
            one, other = _click(link)
            sent.append(one)
            shown.append(other)
            began = time.perf_counter()
            runner.run(Bare(session).move(link.issue_id, "new", fields))
            bare.append((time.perf_counter() - began) * 1000)
        runner.run(session.close())
    kept = {"sent": sent[WARM_UP:], "shown": shown[WARM_UP:], "bare": bare[WARM_UP:]}
    result = {name: statistics.median(values) for name, values in kept.items()}
    result |= {f"{name}_p99": _p99(values) for name, values in kept.items()}
    sys.stdout.write(json.dumps(result | {"clicks": len(kept["sent"])}) + "\n")


async def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession()


def _click(link: Link) -> tuple[float, float]:
    """Change a status as the pages do; returns the milliseconds until Jira's 204 was there, and until the row said so."""
    wanted = Status.IN_PROGRESS if link.task.status == Status.TODO else Status.DONE
    set_status(link.task, wanted, now=timezone.now())
    committed, began = timezone.now(), time.perf_counter()
    entry = OutboxEntry.objects.filter(task=link.task).latest("id")
    while entry.state in OPEN_STATES:
        if time.perf_counter() - began > LONGEST_SECONDS:
            raise RuntimeError(f"{link.key} is still {entry.state}")
        time.sleep(LOOK_SECONDS)
        entry.refresh_from_db(fields=["state", "code"])
    shown = (time.perf_counter() - began) * 1000
    if entry.state != EntryState.APPLIED:
        raise RuntimeError(f"{link.key}: {entry.state} [{entry.code}]")
    path = f"/rest/api/3/issue/{link.issue_id}/transitions"
    post = AccessRecord.objects.get(method="POST", path=path)
    answered = post.at + timedelta(seconds=post.seconds)
    return (answered - committed).total_seconds() * 1000, shown


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[round(P99 * (len(values) - 1))]


if __name__ == "__main__":
    main()
