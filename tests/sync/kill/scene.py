"""What a worker is killed over, and what must hold afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from django.db import connection as database
from django.db.models import Model
from django.utils import timezone

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import Notice, User
from ekachit.connections.models import Connection, Project
from ekachit.sandbox.run import SandboxThread
from ekachit.sync.actions import set_status
from ekachit.sync.models import Conflict, EntryState, Link, OutboxEntry, Pass, PassState, PutAside, SiteHold
from ekachit.tasks.models import ChecklistItem, Task
from tests.faults.stage import STATUS_OF, connect_row
from tests.faults.world import ADAS_EMAIL, BOBS_EMAIL
from tests.sync.kill.worker_farm import ENDED, WorkerFarm

CHANGES = {"PAY-2": "in_progress", "PAY-3": "done"}
OURS: tuple[type[Model], ...] = (
    *(Task, ChecklistItem, Link, Conflict),
    *(Connection, Project, PutAside, SiteHold, Notice, OutboxEntry),
)


@dataclass
class Scene:
    """A person whose pass is due, and whose worker will not see the end of it."""

    sandbox: SandboxThread
    user: User
    connection: Connection
    kind: Literal["import", "poll", "sending"]

    @property
    def row(self) -> Connection:
        return Connection.objects.get(pk=self.connection.pk)

    def wake(self) -> None:
        """The leases have run out, and the next pass, or attempt to send, is due."""
        due = {} if self.kind == "sending" else {"due_at": timezone.now()}
        Connection.objects.filter(pk=self.connection.pk).update(lease_until=None, send_until=None, **due)
        OutboxEntry.objects.filter(user=self.user, ended_at=None).update(not_before=timezone.now())

    def end(self) -> None:
        """Nothing is due here any more."""
        Connection.objects.filter(pk=self.connection.pk).update(due_at=None)

    def task_ids(self) -> set[int]:
        return set(Task.objects.filter(user=self.user).values_list("pk", flat=True))

    def sound(self, known: set[int]) -> set[int]:
        """See that the database is whole and that nothing is lost or doubled; the ids of the tasks."""
        assert_whole()
        tasks = self.task_ids()
        assert known <= tasks, "I2: no task goes"
        links = Link.objects.filter(user=self.user)
        assert len(tasks) == links.count() == links.values("issue_id").distinct().count(), (
            "I16: none is doubled"
        )
        assert set(links.values_list("task_id", flat=True)) == tasks
        return tasks

    def converged(self) -> None:
        """See that what we hold is what Jira holds, and that every receipt says how its pass ended."""
        shown = Link.objects.filter(user=self.user, presence="current").exclude(task__status="done")
        assert dict(shown.values_list("key", "task__status")) == self.truth(), "I1"
        if self.kind == "sending":
            self._sent_once()
            return
        assert not Pass.objects.filter(connection=self.connection, state=PassState.RUNNING).exists()
        receipts = list(Pass.objects.filter(connection=self.connection).order_by("pk"))
        assert receipts[-1].state == PassState.COMPLETE
        assert {each.code for each in receipts if each.state != PassState.COMPLETE} <= {"interrupted"}
        row = self.row
        assert (row.lease_until, row.lease_owner, row.failures) == (None, "", 0)
        assert row.due_at is not None
        assert row.due_at > timezone.now()
        if self.kind == "poll":
            assert self.kept() == self.given
            assert Conflict.objects.filter(user=self.user, ours="done", jiras="in_progress").count() == 1

    def _sent_once(self) -> None:
        """See that each change of status is done in Jira, by one transition."""
        entries = OutboxEntry.objects.filter(user=self.user)
        assert set(entries.values_list("task__link__key", "wanted", "state")) == {
            (key, wanted, EntryState.APPLIED) for key, wanted in CHANGES.items()
        }, "I3"
        world = self.sandbox.world
        applied = [each.issue_id for each in world.received if each.applied]
        assert sorted(applied, key=str) == sorted(world.issue(key).id for key in CHANGES), "I7"
        assert self.row.send_until is None

    def truth(self) -> dict[str, str]:
        world = self.sandbox.world
        mine = (world.issues[each] for each in world.assigned_ids(ADAS_EMAIL, open_only=True))
        return {each.key: STATUS_OF[world.category(each)] for each in mine}

    def kept(self) -> list[Any]:
        """What the person owns."""
        own = Task.objects.filter(user=self.user).exclude(notes="").order_by("pk")
        lines = ChecklistItem.objects.filter(task__user=self.user, ref="").order_by("pk")
        return [
            *own.values_list("notes", "estimate_override_hours", "position"),
            *lines.values_list("title", "done"),
        ]

    given: ClassVar[list[Any]] = [("Call them first", 7.5, 42), ("Buy cake", True)]


def fresh_import(sandbox: SandboxThread, name: str) -> Scene:
    """A person who has just picked their projects."""
    user = add_account(f"{name}@yourteam.dev", plan="pro")
    connection = connect_row(user, sandbox.world, site=f"127.0.0.1:{sandbox.port}")
    return Scene(sandbox, user, connection, "import")


def fresh_poll(sandbox: SandboxThread, farm: WorkerFarm, name: str) -> Scene:
    """A person with everything imported, after which both sides changed a good deal."""
    sandbox.world.reset()
    scene = fresh_import(sandbox, name)
    assert farm.run(sandbox) == ENDED
    tasks = {key: Task.objects.get(link__key=key, user=scene.user) for key in ("PAY-2", "PAY-5")}
    Task.objects.filter(pk=tasks["PAY-2"].pk).update(
        notes="Call them first", estimate_override_hours=7.5, position=42
    )
    ChecklistItem.objects.create(task=tasks["PAY-2"], title="Buy cake", done=True)
    set_status(tasks["PAY-5"], "done", now=timezone.now())
    world = sandbox.world
    world.edit("PAY-2", summary="Refund twice", points=8)
    world.edit("PAY-3", status="Done")
    world.reassign("PAY-4", BOBS_EMAIL)
    world.edit("PAY-5", status="In Progress")
    world.add_subtask("PAY-1", "One more part")
    for number in range(4):
        world.create(project="OPS", summary=f"New {number}", assignee=ADAS_EMAIL)
    scene.kind = "poll"
    scene.wake()
    return scene


def fresh_changes(sandbox: SandboxThread, farm: WorkerFarm, name: str) -> Scene:
    """A person with everything imported, whose changes of status are to go to Jira."""
    sandbox.world.reset()
    scene = fresh_import(sandbox, name)
    assert farm.run(sandbox) == ENDED
    Project.objects.filter(connection=scene.connection).update(two_way=True)
    scene.kind = "sending"
    for key, wanted in CHANGES.items():
        set_status(Task.objects.get(link__key=key, user=scene.user), wanted, now=timezone.now())
    return scene


def assert_whole() -> None:
    """The database's own checks. PostgreSQL checks its keys at each commit, and has none to ask for."""
    if database.vendor != "sqlite":
        return
    with database.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchall() == [("ok",)]
        cursor.execute("PRAGMA foreign_key_check")
        assert cursor.fetchall() == []


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of the sync, as it is now."""
    return {each.__name__: list(each._default_manager.order_by("pk").values()) for each in OURS}
