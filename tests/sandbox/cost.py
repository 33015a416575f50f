"""What a request inside the process costs: `PYTHONPATH=src:. python -m tests.sandbox.cost`.

Processor time in milliseconds, the best of several rounds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

from ekachit.sandbox.inprocess import InProcess
from ekachit.sandbox.seed import DEMO_TOKEN, build_world
from tests.sandbox.doors import API, headers

ROUNDS, TURNS = 8, 300
JQL = (
    "assignee = currentUser() AND project in (10000, 10001, 10002, 10003, 10004, 10005) "
    "AND statusCategory != Done ORDER BY key"
)
FEW = ["updated", "assignee"]
MANY = [*FEW, "summary", "status", "project", "subtasks", "parent", "priority", "issuetype"]


async def best(turn: Callable[[], Awaitable[object]]) -> float:
    """The milliseconds of processor time for one turn."""
    found = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(TURNS):
            await turn()
        found.append((time.process_time() - begun) / TURNS * 1000)
    return min(found)


async def main() -> None:
    """Measure and print."""
    world = build_world(clock=lambda: 1_795_000_000_000)
    door, sent = InProcess(world), headers(DEMO_TOKEN)

    async def get(path: str) -> None:
        assert (await door.answer("GET", API + path, sent))[0] == 200

    async def search(fields: list[str], *, changed: bool) -> None:
        if changed:
            world.edit("PAY-2", points=5)
        body = json.dumps({"jql": JQL, "fields": fields, "maxResults": 20}).encode()
        status, _, page = await door.answer("POST", f"{API}/search/jql", sent, body)
        assert status == 200
        assert page

    for what, turn in (
        ("/myself", lambda: get("/myself")),
        ("an issue, 2 fields", lambda: get("/issue/PAY-2?fields=status,updated")),
        ("search, 20 issues, 2 fields", lambda: search(FEW, changed=False)),
        ("search, 20 issues, 2 fields, after a change", lambda: search(FEW, changed=True)),
        ("search, 20 issues, 9 fields", lambda: search(MANY, changed=False)),
        ("search, 20 issues, 9 fields, after a change", lambda: search(MANY, changed=True)),
    ):
        sys.stdout.write(f"{what:48} {await best(turn):.3f} ms\n")


if __name__ == "__main__":
    asyncio.run(main())
