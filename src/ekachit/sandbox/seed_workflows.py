"""The workflows of the seeded world, from the plainest to those that refuse a naive client."""

from __future__ import annotations

from typing import Final

from ekachit.sandbox.catalogue import DONE, INDETERMINATE, NEW, Status
from ekachit.sandbox.workflow import ScreenField, Transition, Workflow, any_to_any

TODO = Status("10000", "To Do", NEW)
DOING = Status("3", "In Progress", INDETERMINATE)
REVIEW = Status("10010", "In Review", INDETERMINATE)
FINISHED = Status("10001", "Done", DONE)
OPEN = Status("1", "Open", NEW)
RESOLVED = Status("5", "Resolved", DONE)
CLOSED = Status("6", "Closed", DONE)
ZH_TODO = Status("10020", "待处理", NEW)
ZH_DOING = Status("10021", "开发中", INDETERMINATE)
ZH_TEST = Status("10022", "测试中", INDETERMINATE)
ZH_DONE = Status("10023", "已完成", DONE)

ASK_RESOLUTION = (ScreenField("resolution", required=True),)


def private(first_id: int, project_id: int) -> list[Status]:
    """The statuses of a team-managed project, which are its own and have several ways to be done."""
    names = (
        ("To Do", NEW),
        ("In Progress", INDETERMINATE),
        ("Done", DONE),
        ("Won't Do", DONE),
        ("Released", DONE),
    )
    return [
        Status(str(first_id + place), name, category, project_id)
        for place, (name, category) in enumerate(names)
    ]


def team_managed(key: str, statuses: list[Status]) -> Workflow:
    """A team-managed project's workflow: anything can follow anything."""
    return any_to_any(key, ((status.id, status.name) for status in statuses))


def _from(*statuses: Status) -> frozenset[str]:
    return frozenset(status.id for status in statuses)


SIMPLE = any_to_any("simple", ((status.id, status.name) for status in (TODO, DOING, FINISHED)))

REVIEWED = Workflow(
    "review",
    (TODO.id, DOING.id, REVIEW.id, FINISHED.id),
    (
        Transition("11", "Start", DOING.id, _from(TODO)),
        Transition("21", "Ask for review", REVIEW.id, _from(DOING)),
        Transition("31", "Approve", FINISHED.id, _from(REVIEW)),
        Transition("41", "Send back", DOING.id, _from(REVIEW)),
        Transition("51", "Put back", TODO.id, _from(DOING, REVIEW)),
        Transition("61", "Reopen", DOING.id, _from(FINISHED)),
    ),
    sets_resolution=False,
)

RESOLVING = Workflow(
    "resolve",
    (OPEN.id, DOING.id, RESOLVED.id, CLOSED.id),
    (
        Transition("4", "Start Progress", DOING.id, _from(OPEN)),
        Transition("301", "Stop Progress", OPEN.id, _from(DOING)),
        Transition("5", "Resolve Issue", RESOLVED.id, _from(OPEN, DOING), ASK_RESOLUTION),
        Transition("2", "Close Issue", CLOSED.id, _from(OPEN, DOING, RESOLVED), ASK_RESOLUTION),
        Transition("3", "Reopen Issue", OPEN.id, _from(RESOLVED, CLOSED)),
    ),
)

VALIDATED = Workflow(
    "validated",
    (TODO.id, DOING.id, FINISHED.id),
    (
        Transition("11", "To Do", TODO.id),
        Transition("21", "In Progress", DOING.id),
        Transition("31", "Done", FINISHED.id, validator="resolution"),
    ),
)

CHINESE = any_to_any(
    "chinese", ((status.id, status.name) for status in (ZH_TODO, ZH_DOING, ZH_TEST, ZH_DONE))
)

APP_STATUSES = private(10030, 10004)
DATA_STATUSES = private(10040, 10006)

WORKFLOWS: Final = (
    (SIMPLE, [TODO, DOING, FINISHED]),
    (REVIEWED, [TODO, DOING, REVIEW, FINISHED]),
    (RESOLVING, [OPEN, DOING, RESOLVED, CLOSED]),
    (VALIDATED, [TODO, DOING, FINISHED]),
    (CHINESE, [ZH_TODO, ZH_DOING, ZH_TEST, ZH_DONE]),
    (team_managed("APP", APP_STATUSES), APP_STATUSES),
    (team_managed("DATA", DATA_STATUSES), DATA_STATUSES),
)
