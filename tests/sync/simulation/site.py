"""A small Jira site for histories: three people, four projects, a handful of issues, all drawn from a seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Final

from ekachit.sandbox import catalogue
from ekachit.sandbox.catalogue import DONE, ESTIMATE_FIELD, INDETERMINATE, NEW, Status
from ekachit.sandbox.site import ALL_SCOPES, Account, Project, Site, Token
from ekachit.sandbox.workflow import any_to_any
from ekachit.sandbox.world import World

START: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ADA, BOB, CAT = "712020:ada", "712020:bob", "712020:cat"
EMAILS: Final = {
    ADA: "ada@example.invalid",
    BOB: "bob@example.invalid",
    CAT: "cat@example.invalid",
}
PROJECTS: Final = ("20001", "20002", "20003", "20004")
STATUSES: Final = (
    Status("101", "To Do", NEW),
    Status("102", "Doing", INDETERMINATE),
    Status("103", "Review", INDETERMINATE),
    Status("104", "Done", DONE),
    Status("105", "Dropped", DONE),
)
PRIVATE: Final = (
    Status("201", "Offen", NEW, 20003),
    Status("202", "In Arbeit", INDETERMINATE, 20003),
    Status("203", "Fertig", DONE, 20003),
)
POINTS: Final = (None, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0)


class Clock:
    """The one clock of a history; it stands still unless somebody moves it.

    Called, it is what a worker's wall shows, which may have been set back; `millis` is Jira's.
    """

    def __init__(self) -> None:
        self.moment = START
        self.behind = timedelta(0)

    def __call__(self) -> datetime:
        return self.moment - self.behind

    def set_back(self, seconds: float) -> None:
        """Let the worker's wall clock show an earlier time from now on."""
        self.behind += timedelta(seconds=seconds)

    def millis(self) -> int:
        return int(self.moment.timestamp() * 1000)

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    async def wait(self, seconds: float) -> None:
        self.advance(seconds)


def token_of(account_id: str, number: int = 1) -> str:
    return f"token-{account_id.partition(':')[2]}-{number}"


def build(seed: int, clock: Clock, *, issues: int) -> World:
    """A world with so many issues, most of them Ada's."""

    def fill(world: Site) -> None:
        _furnish(world)
        dice = random.Random(seed)  # noqa: S311 # chance in a test
        _populate(world, dice, clock.millis(), issues)

    return World(fill, clock=clock.millis, title="Histories", seed=seed, time_zone="UTC")


def add_people(world: Site) -> None:
    """Everybody with their tokens, and the fields that they may fill."""
    for account_id, email in EMAILS.items():
        tokens = [Token(token_of(account_id, number), account_id) for number in (1, 2)]
        scoped = Token(token_of(account_id, 3), account_id, ALL_SCOPES)
        world.add_account(Account(account_id, email, account_id[-3:].title()), *tokens, scoped)
    world.fields += catalogue.custom_fields({})


def _furnish(world: Site) -> None:
    add_people(world)
    world.add_workflow(any_to_any("plain", [(each.id, each.name) for each in STATUSES]), list(STATUSES))
    world.add_workflow(any_to_any("private", [(each.id, each.name) for each in PRIVATE]), list(PRIVATE))
    world.add_project(Project(20001, "PAY", "Payments", "plain"))
    world.add_project(Project(20002, "OPS", "Operations", "plain"))
    world.add_project(Project(20003, "APP", "Mobile", "private", style="next-gen", points=(ESTIMATE_FIELD,)))
    world.add_project(Project(20004, "LAB", "Laboratory", "plain"))


def _populate(world: Site, dice: random.Random, now: int, issues: int) -> None:
    assert isinstance(world, World)
    for place in range(issues):
        project = world.projects[int(dice.choice(PROJECTS))]
        issue = world.create(
            project=project.id,
            summary=f"Issue {place}",
            status=dice.choice(world.workflows[project.workflow].statuses[:3]),
            points=dice.choice(POINTS),
            assignee=dice.choices((ADA, BOB, CAT), (6, 1, 2))[0],
        )
        issue.created = issue.updated = now - dice.randint(1, 10**8)
        for number in range(dice.choice((0, 0, 0, 1, 3))):
            world.add_subtask(issue.id, f"Part {number}", assignee=dice.choice((ADA, BOB, None)))
