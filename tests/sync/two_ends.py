"""Both ends of a status change: a person's task here, their issue in a sandbox, and the product's delivery between.

The clock of both stands still unless it is moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.utils import timezone

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import Notice, User
from ekachit.connections.credentials import store_token
from ekachit.connections.models import Connection, Project
from ekachit.jira.transport import Transport
from ekachit.sandbox import catalogue
from ekachit.sandbox.change import Received
from ekachit.sandbox.faults import Faults
from ekachit.sandbox.inprocess import InProcess
from ekachit.sandbox.seed_workflows import WORKFLOWS
from ekachit.sandbox.site import Account, Issue, Site, Token
from ekachit.sandbox.site import Project as JiraProject
from ekachit.sandbox.world import World
from ekachit.sync.actions import set_status
from ekachit.sync.delivery import deliver
from ekachit.sync.engine import run_pass
from ekachit.sync.leases import claim, claim_to_send
from ekachit.sync.models import Conflict, Link, OutboxEntry, Pass, PassState
from ekachit.sync.surroundings import Surroundings
from ekachit.tasks.models import Task
from ekachit.vault.secret import Secret
from tests.sandbox.transport import SandboxTransport

ADA, BOB = "account-of-ada", "account-of-bob"
EMAILS = {ADA: "ada@yourteam.dev", BOB: "bob@yourteam.dev"}
TOKENS = {ADA: "token-of-ada", BOB: "token-of-bob"}
HOUR = 3_600_000
# Each project has another workflow of the sandbox's; with the status that its issues begin in.
PROJECTS = (
    (10000, "PAY", "simple", "10000"),
    (10001, "WEB", "review", "10000"),
    (10002, "OPS", "resolve", "1"),
    (10003, "RISK", "validated", "10000"),
)
ISSUES_EACH = 3


class Clock:
    """The one clock of both ends."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def millis(self) -> int:
        return int(self.now.timestamp() * 1000)

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def make_world(clock: Clock, *, issues: int = ISSUES_EACH) -> World:
    """A site with a project for each workflow, and so many open issues of Ada's in each."""
    began = clock.millis() - 48 * HOUR

    def fill(site: Site) -> None:
        site.fields += catalogue.custom_fields({})
        for account_id, email in EMAILS.items():
            site.add_account(Account(account_id, email, email), Token(TOKENS[account_id], account_id))
        for workflow, statuses in WORKFLOWS:
            site.add_workflow(workflow, statuses)
        for project_id, key, workflow_name, status in PROJECTS:
            site.add_project(JiraProject(project_id, key, key.title(), workflow_name))
            for number in range(1, issues + 1):
                site.add_issue(_issue(site, f"{key}-{number}", project_id, status, began + number))

    return World(fill, clock=clock.millis, title="Yourteam")


def _issue(site: Site, key: str, project_id: int, status: str, moment: int) -> Issue:
    return Issue(
        site.next_id(),
        key,
        project_id,
        catalogue.TASK,
        status,
        f"Do {key}",
        assignee=ADA,
        points=2.0,
        created=moment,
        updated=moment,
        category_changed=moment,
    )


@dataclass
class TwoEnds:
    """One person's end, and the site's."""

    world: World
    door: InProcess
    clock: Clock
    connection: Connection
    transport: Transport | None = None
    receipts: list[Pass] = field(default_factory=list)

    @property
    def faults(self) -> Faults:
        return self.door.faults

    @property
    def user(self) -> User:
        return self.connection.user

    def around(self) -> Surroundings:
        transport = self.transport or SandboxTransport(self.door)
        return Surroundings(transport, clock=self.clock, chance=lambda: 0.5, watch_seconds=None)

    # What people do

    def click(self, key: str, status: str) -> OutboxEntry | None:
        """The person gives the task a status; the entry that is on its way then."""
        set_status(self.task(key), status, now=self.clock())
        return self.entries(key)[-1] if self.entries(key) else None

    def in_jira(self, key: str, status: str) -> None:
        """A colleague gives the issue a status, a second later."""
        self.clock.forward(1)
        self.world.edit(key, status=status)

    # What the worker does

    def send(self) -> int:
        """Send what is due; how many attempts were made."""
        claims = claim_to_send("a test", 10, at=self.clock())
        return sum(async_to_sync(deliver)(each, self.around()) for each in claims)

    def send_until_quiet(self, *, hours: float = 24) -> int:
        """Let time pass until nothing is open any more, at most so long; how many attempts it took."""
        attempts, end = 0, self.clock() + timedelta(hours=hours)
        while (entry := self._next()) is not None and self.clock() < end:
            self.clock.now = max(self.clock(), entry.not_before + timedelta(milliseconds=1))
            attempts += self.send()
            self.clock.forward(1)
        return attempts

    def _next(self) -> OutboxEntry | None:
        return (
            OutboxEntry.objects.filter(user=self.user, ended_at__isnull=True).order_by("not_before").first()
        )

    def sync(self) -> Pass:
        """Run a pass, half a minute later; its receipt."""
        self.clock.forward(30)
        taken = claim(self.connection.pk, "a test")
        assert taken is not None
        receipt = async_to_sync(run_pass)(taken, self.around())
        self.receipts.append(receipt)
        return receipt

    # What there is

    def task(self, key: str) -> Task:
        return Task.objects.get(link__key=key, user=self.user)

    def link(self, key: str) -> Link:
        return Link.objects.get(key=key, user=self.user)

    def entries(self, key: str) -> list[OutboxEntry]:
        return list(OutboxEntry.objects.filter(task__link__key=key, user=self.user).order_by("pk"))

    def entry(self, key: str) -> OutboxEntry:
        """The latest change of an issue's task."""
        return self.entries(key)[-1]

    def states(self, key: str) -> list[tuple[str, str]]:
        """State and code of each change of an issue's task, oldest first."""
        return [(each.state, each.code) for each in self.entries(key)]

    def posts(self, key: str) -> list[Received]:
        return self.world.received_for(key)

    def both(self, key: str) -> tuple[str, str]:
        """The status here, and the category there."""
        return self.task(key).status, self.world.status_category(key)

    def conflicts(self) -> list[Conflict]:
        return list(Conflict.objects.filter(user=self.user).order_by("pk"))

    def notices(self) -> list[str]:
        told = Notice.objects.filter(user=self.user).exclude(kind="import_done")  # each begins with an import
        return list(told.order_by("pk").values_list("kind", flat=True))

    def project(self, key: str) -> Project:
        return Project.objects.get(connection=self.connection, key=key)

    def set_project(self, key: str, **fields: Any) -> None:
        Project.objects.filter(connection=self.connection, key=key).update(**fields)


def connect_row(
    user: User, world: World, account: str, *, site: str = "yourteam.atlassian.net"
) -> Connection:
    """The rows that connecting, picking every project and switching two-way on leave."""
    row = Connection.objects.create(
        user=user,
        site=site,
        cloud_id=world.cloud_id,
        account_id=account,
        email=EMAILS[account],
        picked_at=timezone.now() - timedelta(minutes=5),
        due_at=timezone.now(),
    )
    store_token(row, Secret(TOKENS[account]))
    for project in world.projects.values():
        Project.objects.create(
            connection=row,
            project_id=str(project.id),
            key=project.key,
            name=project.name,
            picked=True,
            two_way=True,
        )
    return row


def two_ends(*, issues: int = ISSUES_EACH, account: str = ADA, email: str = "first@yourteam.dev") -> TwoEnds:
    """Somebody whose issues are imported and whose changes go to Jira."""
    clock = Clock()
    world = make_world(clock, issues=issues)
    user = add_account(email, plan="pro")
    ends = TwoEnds(world, InProcess(world), clock, connect_row(user, world, account))
    assert ends.sync().state == PassState.COMPLETE
    return ends


def beside(first: TwoEnds, *, account: str, email: str = "second@yourteam.dev") -> TwoEnds:
    """Somebody else with a connection to the same site, whose issues are imported."""
    user = add_account(email, plan="pro")
    ends = TwoEnds(first.world, first.door, first.clock, connect_row(user, first.world, account))
    assert ends.sync().state == PassState.COMPLETE
    return ends
