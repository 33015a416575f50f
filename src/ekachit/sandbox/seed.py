"""The seeded world: a company with a web shop, its teams, and a developer with work in several of them.

Everybody is invented. The same seed at the same moment gives the same world, to the last field.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from ekachit.sandbox import catalogue, seed_titles
from ekachit.sandbox.catalogue import (
    BUG,
    DONE,
    EPIC,
    ESTIMATE_FIELD,
    POINTS_FIELD,
    STORY,
    SUBTASK,
    TASK,
    Status,
)
from ekachit.sandbox.seed_titles import Titles
from ekachit.sandbox.seed_workflows import WORKFLOWS
from ekachit.sandbox.site import ALL_SCOPES, Account, Clock, Issue, Project, Site, Token, system_clock
from ekachit.sandbox.world import World

DEMO_EMAIL: Final = "maya.lindqvist@example.invalid"
DEMO_TOKEN: Final = "sandbox-demo-token"  # noqa: S105 - it opens nothing but this stand-in
DEMO_SCOPED_TOKEN: Final = "sandbox-demo-scoped-token"  # noqa: S105 - likewise

MAYA: Final = "712020:5b1c7a30-0a6e-4b4d-9a3e-6f1d6b0c0001"
JONAS: Final = "712020:5b1c7a30-0a6e-4b4d-9a3e-6f1d6b0c0002"
NOOR: Final = "712020:5b1c7a30-0a6e-4b4d-9a3e-6f1d6b0c0003"
LIWEI: Final = "712020:5b1c7a30-0a6e-4b4d-9a3e-6f1d6b0c0004"
PRIYA: Final = "712020:5b1c7a30-0a6e-4b4d-9a3e-6f1d6b0c0005"
TOMAS: Final = "712020:5b1c7a30-0a6e-4b4d-9a3e-6f1d6b0c0006"

HOUR: Final = 3_600_000
DONE_CERTIFICATES: Final = 12
DAY: Final = 24 * HOUR

KINDS: Final = {"S": STORY, "T": TASK, "B": BUG}
POINTS: Final = (5.0, 1.0, 3.0, 2.0, 8.0, 13.0, 4.0, 20.0, 6.0, 10.0, 40.0, 21.0)
POINT_WEIGHTS: Final = (185, 181, 170, 146, 133, 42, 36, 19, 17, 17, 8, 5)
"""How often each value occurs, per thousand, in 23,313 public issues of 16 projects that use story points."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a seeded project holds.

    The first `open_own` titles are the demo developer's open work, then come `done_own` that she has
    finished; the rest belongs to colleagues.
    """

    titles: Titles
    open_own: int
    done_own: int
    colleagues: tuple[str, ...]


def build_world(seed: int = 1, *, clock: Clock = system_clock, start: int | None = None) -> World:
    """The seeded world. Its dates lie in the weeks before `start` (milliseconds; now, unless given)."""
    moment = clock() if start is None else start
    return World(lambda world: fill(world, seed, moment), clock=clock, title="Northwind Shop", seed=seed)


def fill(world: Site, seed: int, start: int) -> None:
    """Put everything into an empty world; `start` is the moment its dates count back from."""
    world.fields += catalogue.custom_fields({"APP": 10004, "DATA": 10006})
    _people(world)
    for workflow, statuses in WORKFLOWS:
        world.add_workflow(workflow, statuses)
    _projects(world)
    Seeder(world, random.Random(seed), start).all()  # noqa: S311 - believable data, not secrets


def _people(world: Site) -> None:
    world.add_account(
        Account(MAYA, DEMO_EMAIL, "Maya Lindqvist", "Europe/Stockholm"),
        Token(DEMO_TOKEN, MAYA),
        Token(DEMO_SCOPED_TOKEN, MAYA, ALL_SCOPES),
    )
    world.add_account(
        Account(
            JONAS, "jonas.weber@example.invalid", "Jonas Weber", "Europe/Berlin", "de_DE", email_public=False
        ),
        Token("sandbox-scoped-token", JONAS, ALL_SCOPES),
        Token("sandbox-read-only-token", JONAS, frozenset({"read:jira-user", "read:jira-work"})),
        Token("sandbox-narrow-token", JONAS, frozenset({"read:jira-work"})),
    )
    world.add_account(
        Account(NOOR, "noor.haddad@example.invalid", "Noor Haddad", "America/New_York"),
        Token("sandbox-noor-token", NOOR),
    )
    world.add_account(
        Account(LIWEI, "li.wei@example.invalid", "李伟", "Asia/Shanghai", "zh_CN"),
        Token("sandbox-liwei-token", LIWEI),
    )
    world.add_account(
        Account(PRIYA, "priya.nair@example.invalid", "Priya Nair", "Asia/Kolkata"),
        Token("sandbox-no-issues-token", PRIYA),
    )
    world.add_account(
        Account(TOMAS, "tomas.novak@example.invalid", "Tomáš Novák", "Europe/Prague", jira_access=False),
        Token("sandbox-no-access-token", TOMAS),
    )


def _projects(world: Site) -> None:
    classic = (
        Project(10000, "PAY", "Payments", "simple", lead=NOOR),
        Project(10001, "WEB", "Web Shop", "review", lead=JONAS),
        Project(
            10002, "OPS", "Platform Operations", "resolve", points=(POINTS_FIELD, ESTIMATE_FIELD), lead=NOOR
        ),
        Project(10003, "RISK", "Risk & Compliance", "validated", lead=NOOR),
        Project(10005, "ZFPT", "支付平台", "chinese", lead=LIWEI),
        Project(10007, "PPL", "People Team", "simple", browsable=False),
        Project(10008, "SEC", "Security Response", "simple", members=frozenset({NOOR})),
        Project(10009, "OLD", "Legacy Billing", "simple", archived=True),
    )
    for project in classic:
        world.add_project(project)
    for project_id, key, name in ((10004, "APP", "Mobile App"), (10006, "DATA", "Data Platform")):
        world.add_project(
            Project(project_id, key, name, key, style="next-gen", points=(ESTIMATE_FIELD,), lead=JONAS),
        )


PLANS: Final = {
    "PAY": Plan(seed_titles.PAY, 9, 4, (NOOR, JONAS)),
    "WEB": Plan(seed_titles.WEB, 8, 3, (JONAS, NOOR)),
    "OPS": Plan(seed_titles.OPS, 5, 2, (NOOR,)),
    "RISK": Plan(seed_titles.RISK, 3, 1, (NOOR, JONAS)),
    "APP": Plan(seed_titles.APP, 5, 2, (JONAS,)),
    "ZFPT": Plan(seed_titles.ZFPT, 3, 1, (LIWEI,)),
    "DATA": Plan(seed_titles.DATA, 0, 0, (JONAS, LIWEI)),
    "SEC": Plan((("B", "Report from the bug bounty: session survives a password change"),), 0, 0, (NOOR,)),
    "OLD": Plan((("T", "Close the books of the old billing system"),), 1, 0, ()),
}


class Seeder:
    """Draws the issues of the seeded world."""

    def __init__(self, world: Site, dice: random.Random, start: int) -> None:
        self.world = world
        self.dice = dice
        self.start = start

    def all(self) -> None:
        """Every issue, then the special cases a client should meet."""
        for key, plan in PLANS.items():
            self.project(self.world.project(key), plan)
        self.special()

    def project(self, project: Project, plan: Plan) -> None:
        """The epic and the issues of one project."""
        title = seed_titles.EPICS.get(project.key)
        epic = self.issue(project, EPIC, title, "progress", plan.colleagues[0]) if title else None
        for place, (kind, summary) in enumerate(plan.titles):
            stage, assignee = self.role(place, plan)
            issue = self.issue(project, KINDS[kind], summary, stage, assignee)
            if epic is not None and self.chance(0.4):
                issue.parent_id = epic.id
                self.world.children[epic.id].append(issue.id)
            if kind == "S" and self.chance(0.6):
                self.parts(issue, stage)

    def chance(self, share: float) -> bool:
        """True in this share of the draws."""
        return self.dice.random() < share

    def role(self, place: int, plan: Plan) -> tuple[str, str | None]:
        """How far the issue at this place is, and whose it is."""
        if place < plan.open_own:
            return ("progress" if self.chance(0.25) else "new"), MAYA
        if place < plan.open_own + plan.done_own:
            return "done", MAYA
        stage = self.dice.choices(("new", "progress", "done"), (5, 3, 3))[0]
        unassigned = stage == "new" and self.chance(0.3)
        return stage, None if unassigned or not plan.colleagues else self.dice.choice(plan.colleagues)

    def issue(  # noqa: PLR0913 - what one issue is made of
        self,
        project: Project,
        kind: str,
        summary: str,
        stage: str,
        assignee: str | None,
        *,
        parent: Issue | None = None,
    ) -> Issue:
        """Make one issue; `stage` is new, progress or done."""
        status = self.status(project, stage)
        created = self.start - self.dice.randint(3 * DAY, 120 * DAY)
        moved = (
            created if stage == "new" else created + (self.start - created) * self.dice.randint(20, 90) // 100
        )
        updated = moved + (self.start - HOUR - moved) * self.dice.randint(0, 100) // 100
        resolved = status.category == DONE and self.world.workflows[project.workflow].sets_resolution
        pointed = kind in {STORY, TASK, BUG} and self.chance(0.85 if kind == STORY else 0.6)
        return self.world.add_issue(
            Issue(
                self.world.next_id(),
                f"{project.key}-{project.last_number + 1}",
                project.id,
                kind,
                status.id,
                summary,
                priority_id=self.priority(),
                assignee=assignee,
                reporter=self.dice.choice((NOOR, JONAS)),
                parent_id=parent.id if parent else None,
                resolution_id="10000" if resolved else None,
                resolved=moved if resolved else None,
                points=self.dice.choices(POINTS, POINT_WEIGHTS)[0] if pointed else None,
                created=created,
                updated=max(updated, moved),
                category_changed=moved,
                labels=self.dice.choice(((), (), (), ("customer",), ("tech-debt",))),
            ),
        )

    def status(self, project: Project, stage: str) -> Status:
        """A status of the project's workflow that fits how far an issue is."""
        category = {"new": catalogue.NEW, "progress": catalogue.INDETERMINATE, "done": DONE}[stage]
        choices = [
            self.world.statuses[status_id] for status_id in self.world.workflows[project.workflow].statuses
        ]
        return self.dice.choice([status for status in choices if status.category == category])

    def priority(self) -> str | None:
        """A priority, mostly Medium; none at all for a few, as on sites that made the field optional."""
        drawn: str | None = self.dice.choices(("1", "2", "3", "4", "5", None), (4, 18, 55, 14, 4, 5))[0]
        return drawn

    def parts(self, issue: Issue, stage: str) -> None:
        """A few sub-tasks, some of them somebody else's."""
        project = self.world.projects[issue.project_id]
        for summary in self.dice.sample(seed_titles.PARTS, self.dice.randint(2, 5)):
            done = stage == "done" or (stage == "progress" and self.chance(0.5))
            assignee = self.dice.choice((issue.assignee, issue.assignee, JONAS, None))
            self.issue(project, SUBTASK, summary, "done" if done else "new", assignee, parent=issue)

    def special(self) -> None:
        """One issue with 35 sub-tasks, two that moved, one that nobody may see."""
        world = self.world
        ops, web, app = world.project("OPS"), world.project("WEB"), world.project("APP")
        many = self.issue(ops, TASK, "Renew every certificate before the root changes", "progress", MAYA)
        many.points = 8.0
        for place, summary in enumerate(seed_titles.CERTIFICATE_HOSTS):
            self.issue(
                ops,
                SUBTASK,
                summary,
                "done" if place < DONE_CERTIFICATES else "new",
                MAYA if place % 3 == 0 else NOOR,
                parent=many,
            )
        for summary in ("Share a basket with a link", "Show opening hours of the nearest store"):
            issue = self.issue(web, STORY, summary, "new", MAYA)
            world.rekey(issue, app)
        hidden = self.issue(ops, BUG, "Draft incident report for the board", "new", MAYA)
        hidden.hidden = True
        bug = world.issue("PAY-2")
        bug.description = "Seen by three customers this week. The second card is never charged."
