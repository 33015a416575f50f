"""People with connections to sites of their own, and the passes that run for them: what every fault test stands on.

The engine is the product's, and so is everything above the transport. Below it is the sandbox inside the process,
or over HTTP on loopback where the wire itself is at fault. `async_to_sync` runs the loop beside the test and the
database work on the test's own thread, so that a test can put its hand between the engine and the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.db.models import Model
from django.utils import timezone

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import Notice, User
from ekachit.connections.credentials import store_token
from ekachit.connections.models import AccessRecord, Connection, Project, State
from ekachit.jira.limits import Limits
from ekachit.jira.transport import Transport
from ekachit.sandbox.faults import Faults
from ekachit.sandbox.inprocess import InProcess
from ekachit.sandbox.world import World
from ekachit.sync.engine import run_pass
from ekachit.sync.leases import Claim, claim
from ekachit.sync.models import Conflict, Link, Pass, PassState
from ekachit.sync.surroundings import Budget, Surroundings
from ekachit.tasks.models import ChecklistItem, Task
from ekachit.vault.secret import Secret
from tests.faults.world import ADA, ADAS_EMAIL, ADAS_TOKEN, small_world
from tests.sandbox.transport import SandboxTransport

STATUS_OF = {"new": "todo", "indeterminate": "in_progress", "done": "done"}
POINTS = {"estimate": ["customfield_10016"], "story_points": ["customfield_10026"]}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Site:
    """A person's site, its door, and their connection to it."""

    world: World
    door: InProcess
    connection: Connection
    clock: Clock = field(default_factory=Clock)
    chance: Callable[[], float] = lambda: 0.5
    budget: Budget = field(default_factory=Budget)
    transport: Transport | None = None
    watch_seconds: float | None = None

    @property
    def faults(self) -> Faults:
        return self.door.faults

    @property
    def user(self) -> User:
        return self.connection.user

    @property
    def row(self) -> Connection:
        """The connection as it is now."""
        return Connection.objects.get(pk=self.connection.pk)

    def around(self) -> Surroundings:
        return Surroundings(
            self.transport or SandboxTransport(self.door, Limits()),
            clock=self.clock,
            chance=self.chance,
            budget=self.budget,
            watch_seconds=self.watch_seconds,
        )

    def claim(self, owner: str = "a test") -> Claim:
        taken = claim(self.connection.pk, owner)
        assert taken is not None
        return taken

    def run(self) -> Pass:
        """Run one pass; its receipt."""
        return async_to_sync(run_pass)(self.claim(), self.around())

    def imported(self) -> Site:
        """The same, once everything is here."""
        assert self.run().state == PassState.COMPLETE
        self.forward(1800)
        return self

    def forward(self, seconds: float) -> None:
        self.clock.forward(seconds)

    # What there is

    def tasks(self) -> dict[str, str]:
        """The status of each task by its key."""
        return dict(Link.objects.filter(user=self.user).values_list("key", "task__status"))

    def task(self, key: str) -> Task:
        return Task.objects.get(link__key=key, user=self.user)

    def link(self, key: str) -> Link:
        return Link.objects.get(key=key, user=self.user)

    def presence(self) -> dict[str, str]:
        return dict(Link.objects.filter(user=self.user).values_list("key", "presence"))

    def truth(self, picked: Collection[int] = (10000, 10002)) -> dict[str, str]:
        """The open issues that are truly the person's, with the status that our tasks should have."""
        mine = [self.world.issues[each] for each in self.world.assigned_ids(ADAS_EMAIL, open_only=True)]
        return {each.key: STATUS_OF[self.world.category(each)] for each in mine if each.project_id in picked}

    def snapshot(self) -> dict[str, list[dict[str, Any]]]:
        """Every row that holds what the person has, as it is now."""
        return snapshot(self.user)

    def codes(self) -> list[str]:
        """The codes of the passes so far, oldest first."""
        return list(
            Pass.objects.filter(connection=self.connection).order_by("pk").values_list("code", flat=True)
        )

    def sent(self) -> Counter[str]:
        """How often each path was asked for so far."""
        return Counter(f"{method} {path}" for method, path, _status in self.door.requests)

    def notices(self) -> list[str]:
        told = Notice.objects.filter(user=self.user).exclude(kind="import_done")  # each begins with an import
        return list(told.order_by("pk").values_list("kind", flat=True))


def snapshot(user: User) -> dict[str, list[dict[str, Any]]]:
    """The rows of a person's tasks, checklists, links and conflicts."""
    models: tuple[tuple[type[Model], str], ...] = (
        (Task, "user"),
        (ChecklistItem, "task__user"),
        (Link, "user"),
        (Conflict, "user"),
    )
    return {
        model.__name__: list(model._default_manager.filter(**{owner: user}).order_by("pk").values())
        for model, owner in models
    }


def settle(  # each is asked for by name
    world: World | None = None,
    *,
    email: str = "first@yourteam.dev",
    site: str = "yourteam.atlassian.net",
    account: tuple[str, str, str] = (ADA, ADAS_EMAIL, ADAS_TOKEN),
    door: InProcess | None = None,
    user: User | None = None,
) -> Site:
    """A person with a connection to a site, its projects picked, its first pass due. `account`: id, e-mail, token."""
    world = world or small_world()
    connection = connect_row(user or add_account(email, plan="pro"), world, site=site, account=account)
    return Site(world, door or InProcess(world), connection)


def connect_row(
    user: User, world: World, *, site: str, account: tuple[str, str, str] = (ADA, ADAS_EMAIL, ADAS_TOKEN)
) -> Connection:
    """The rows that connecting and picking every project leave."""
    account_id, jira_email, token = account
    connection = Connection.objects.create(
        user=user,
        site=site,
        cloud_id=world.cloud_id,
        account_id=account_id,
        email=jira_email,
        state=State.CONNECTED,
        points_fields=POINTS,
        picked_at=timezone.now() - timedelta(minutes=5),
        due_at=timezone.now(),
    )
    store_token(connection, Secret(token))
    for project in world.projects.values():
        Project.objects.create(
            connection=connection, project_id=str(project.id), key=project.key, name=project.name, picked=True
        )
    return connection


def filed(connection: Connection) -> int:
    """How many requests the access ledger has of a connection."""
    return AccessRecord.objects.filter(connection=connection).count()
