"""Random histories: whatever is armed and changed, the sandbox answers or breaks as it may, and does so again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from ekachit.sandbox.fault_kinds import KINDS
from ekachit.sandbox.inprocess import InProcess, NetworkFault
from ekachit.sandbox.journal import apply
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN, build_world
from ekachit.sandbox.site import AbsentError
from ekachit.sandbox.workflow import Refusal
from tests.sandbox.doors import API, MINE, headers

START = 1_795_000_000_000
PEOPLE = (DEMO_EMAIL, "noor.haddad@example.invalid", None)
OWN: dict[str, dict[str, Any]] = {
    "gzip_bomb": {"mebibytes": 1}, "huge_body": {"mebibytes": 1}, "deep_json": {"depth": 50},
    "write_limits": {"limits": [[0, 1]]},
    "colleague": {"change": {"do": "edit", "issue": "@", "summary": "Between"}},
}  # fmt: skip


class History:
    """One history: a world, a door, a clock, and dice that decide everything."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - chance in a test
        self.moment = START
        self.world = build_world(seed, clock=lambda: self.moment)
        self.door = InProcess(self.world)
        self.digest = hashlib.sha256()
        self.token: str | None = None

    def issue(self) -> str:
        return str(self.dice.choice(sorted(self.world.issues)))

    def project(self) -> str:
        return self.dice.choice(["PAY", "WEB", "OPS", "APP", "RISK"])

    def change(self) -> None:
        changes: list[Callable[[], dict[str, object]]] = [
            lambda: {"do": "edit", "issue": self.issue(), "summary": f"Title {self.dice.random()}"},
            lambda: {"do": "reassign", "issue": self.issue(), "to": self.dice.choice(PEOPLE)},
            lambda: {"do": "move", "issue": self.issue(), "project": self.project()},
            lambda: {"do": "delete", "issue": self.issue()},
            lambda: {"do": "hide", "issue": self.issue(), "hidden": self.dice.random() < 0.5},
            lambda: {"do": "create", "project": self.project(), "summary": "New", "assignee": DEMO_EMAIL},
            lambda: {"do": "add_subtask", "parent": self.issue(), "summary": "Part"},
            lambda: {"do": "archive", "project": self.project(), "archived": self.dice.random() < 0.5},
            lambda: {"do": "renumber_transitions", "project": self.project()},
            lambda: {"do": "remove_transitions", "project": self.project(), "to": "Done"},
            lambda: {"do": "rename_status", "status": "3", "name": f"Doing {self.dice.random()}"},
            lambda: {"do": "automate", "delay": self.dice.choice([0, 20]), "times": 2},
            lambda: {"do": "reinstate", "token": DEMO_TOKEN},
        ]
        try:
            apply(self.world, self.dice.choice(changes)())
        except (AbsentError, Refusal):
            return

    def arm(self) -> None:
        kind = self.dice.choice(sorted(KINDS))
        given: dict[str, Any] = dict(OWN.get(kind, {}))
        self.door.faults.arm(kind, at=self.dice.randint(1, 3), probability=self.dice.random(), **given)

    async def ask(self) -> None:
        ref = self.issue()
        body: dict[str, object] = {"jql": MINE, "fields": ["*all"], "maxResults": 7}
        if self.token and self.dice.random() < 0.7:
            body["nextPageToken"] = self.token
        if self.dice.random() < 0.3:
            body["reconcileIssues"] = [int(ref)]
        to = self.dice.choice(["11", "21", "31", "5"])
        method, path, sent = self.dice.choice(
            [
                ("GET", "/myself", None),
                ("GET", f"/issue/{ref}?expand=changelog", None),
                ("GET", f"/issue/{ref}/transitions?expand=transitions.fields", None),
                ("POST", f"/issue/{ref}/transitions", {"transition": {"id": to}}),
                ("POST", "/search/jql", body),
                ("POST", "/search/jql", body),
            ]
        )
        raw = json.dumps(sent).encode() if sent else b""
        try:
            status, _, answer = await self.door.answer(method, API + path, headers(DEMO_TOKEN), raw)
        except NetworkFault as broken:
            self.digest.update(repr(broken).encode())
            return
        assert 200 <= status < 600
        self.digest.update(str(status).encode() + answer)
        try:
            self.token = json.loads(answer).get("nextPageToken")
        except (ValueError, AttributeError, RecursionError):
            self.token = None

    async def step(self) -> None:
        chance = self.dice.random()
        if chance < 0.25:
            self.change()
        elif chance < 0.35:
            self.arm()
        elif chance < 0.38:
            self.door.faults.disarm()
        elif chance < 0.43:
            self.world.catch_up([self.issue()] if self.dice.random() < 0.5 else None)
        elif chance < 0.5:
            self.moment += self.dice.randint(1, 60_000)
        else:
            await self.ask()

    async def run(self, steps: int) -> str:
        for _ in range(steps):
            await self.step()
        self.digest.update(repr(self.door.faults.trace).encode())
        self.digest.update(repr(self.world.received).encode())
        return self.digest.hexdigest()

    def settled(self) -> None:
        """Once nothing is armed, searches tell the truth, and the truth hangs together."""
        self.door.faults.disarm()
        self.world.end_lag()
        if self.world.tokens[DEMO_TOKEN].revoked:
            self.world.reinstate(DEMO_TOKEN)
        found, token = set(), None
        while True:
            body = {"jql": MINE, "maxResults": 100, **({"nextPageToken": token} if token else {})}
            raw = json.dumps(body).encode()
            answer = asyncio.run(self.door.answer("POST", f"{API}/search/jql", headers(DEMO_TOKEN), raw))
            page = json.loads(answer[2])
            found |= {int(issue["id"]) for issue in page["issues"]}
            token = page.get("nextPageToken")
            if token is None:
                break
        assert found == self.world.assigned_ids(DEMO_EMAIL, open_only=True)
        for issue_id, changes in self.world.history.items():
            assert all(one.after == two.before for one, two in pairwise(changes))
            if issue_id in self.world.issues:
                assert changes[-1].after == self.world.issues[issue_id].status_id
            asked = [each for each in self.world.received if each.issue_id == issue_id and each.applied]
            by_api = [each for each in changes if each.via == "api"]
            moved = [each for each in asked if each.before_status != each.after_status]
            assert [(each.before, each.after) for each in by_api] == [
                (each.before_status, each.after_status) for each in moved
            ]


@pytest.mark.parametrize("block", range(4))
def test_I21_histories_hold_together_and_repeat(block: int) -> None:  # noqa: N802 - the property's id
    for seed in range(block * 15, block * 15 + 15):
        history, again = History(seed), History(seed)
        assert asyncio.run(history.run(150)) == asyncio.run(again.run(150)), seed
        history.settled()


def test_enough_kinds_strike_in_random_histories() -> None:
    fired: Counter[str] = Counter()
    for seed in range(40):
        history = History(seed)
        asyncio.run(history.run(150))
        fired.update(history.door.faults.fired)
    assert sorted(KINDS.keys() - fired.keys()) == []
