"""D: a database that is full, breaks at the n-th statement, or is busy."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError, OperationalError
from django.db import connection as database
from django.utils import timezone

from ekachit.connections.models import Connection
from ekachit.ops.worker import Worker
from ekachit.sync.actions import set_status
from ekachit.sync.engine import run_pass
from ekachit.sync.models import Link, PassState
from ekachit.tasks.models import ChecklistItem, Task
from tests.faults.stage import Site, settle
from tests.faults.world import BOBS_EMAIL, small_world
from tests.sync.kill.scene import assert_whole

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def failing_at(number: int, which: Callable[[str], bool]) -> Iterator[list[int]]:
    """Let the n-th statement of a kind fail, and every one after it while the block lasts; gives how many failed."""
    seen, failed = [0], [0]

    def between(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        if which(sql):
            seen[0] += 1
            if seen[0] >= number:
                failed[0] += 1
                raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with database.execute_wrapper(between):
        yield failed


def changed(name: str) -> Site:
    """A person with everything imported, after which both sides changed."""
    site = settle(email=f"{name}@yourteam.dev").imported()
    ChecklistItem.objects.create(task=site.task("PAY-2"), title="Mine")
    set_status(site.task("PAY-5"), "done", now=timezone.now())
    site.world.edit("PAY-2", summary="Changed")
    site.world.edit("PAY-3", status="Done")
    site.world.reassign("PAY-4", BOBS_EMAIL)
    site.world.edit("PAY-5", status="In Progress")
    site.world.add_subtask("PAY-1", "One more part")
    site.world.create(project="OPS", summary="New", assignee="ada@yourteam.dev")
    return site


def recovers(site: Site, tasks: set[int]) -> None:
    """See that what is there is whole and readable, and that the next pass makes it right."""
    assert_whole()
    assert tasks <= set(Task.objects.filter(user=site.user).values_list("pk", flat=True)), "I2"
    assert Link.objects.filter(user=site.user).count() == Task.objects.filter(user=site.user).count()
    Connection.objects.filter(pk=site.connection.pk).update(lease_until=None)
    site.forward(3600)
    assert site.run().state == PassState.COMPLETE
    shown = Link.objects.filter(user=site.user, presence="current").exclude(task__status="done")
    assert dict(shown.values_list("key", "task__status")) == site.truth(), "I1"


@pytest.mark.parametrize(
    "make", [changed, lambda name: settle(email=f"{name}@yourteam.dev")], ids=["poll", "import"]
)
def test_D02_the_disk_is_full_at_the_nth_write(make: Callable[[str], Site]) -> None:
    for number in count(1):
        site = make(f"ada{number}")
        tasks = set(Task.objects.filter(user=site.user).values_list("pk", flat=True))
        claimed_before = site.row.epoch
        with failing_at(number + 1, lambda sql: sql.startswith(WRITES)) as failed:
            try:
                receipt = site.run()
            except DatabaseError:
                receipt = None
        assert site.row.epoch == claimed_before + 1
        if not failed[0]:
            assert receipt is not None
            assert receipt.state == PassState.COMPLETE
            assert number > 3, "the writes of a pass were met"
            return
        assert receipt is None, "no half success"
        assert site.world.received == []
        recovers(site, tasks)


def test_D03_I19_an_error_at_the_nth_statement() -> None:
    """One statement fails, the next works again: the pass ends, the receipt says so, nothing is half done."""
    step = 0
    for number in count(2):
        site = changed(f"ada{number}")
        tasks = set(Task.objects.filter(user=site.user).values_list("pk", flat=True))
        seen = [0]

        def between(
            execute: Callable[..., Any],
            sql: str,
            params: Any,
            many: bool,  # noqa: FBT001 - Django's signature
            context: Any,
            seen: list[int] = seen,
            number: int = number,
        ) -> Any:
            if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen[0] += 1
                if seen[0] == number:
                    raise OperationalError("disk I/O error")
            return execute(sql, params, many, context)

        with database.execute_wrapper(between):
            try:
                receipt = site.run()
            except DatabaseError:
                receipt = None
        if seen[0] < number:
            assert receipt is not None
            assert receipt.state == PassState.COMPLETE
            break
        step += 1
        recovers(site, tasks)
    assert step > 20, "the statements of a pass were met"


def test_D02_a_full_sqlite_file() -> None:
    """SQLite's own limit instead of a stand-in for it: at the present size, one page more, two more ..."""
    if database.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such limit; its part of D02 is the test of the n-th write")
    for pages in count(0, 6):
        site = settle(small_world(99), email=f"ada{pages}@yourteam.dev")
        with database.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + pages}")
        try:
            receipt = site.run()
        except DatabaseError:
            receipt = None
        assert Link.objects.filter(user=site.user).count() == len(site.tasks()), "reads work"
        with database.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
        if receipt is not None and receipt.state == PassState.COMPLETE:
            assert pages > 0, "there was a limit"
            return
        recovers(site, set())


def test_D02_a_click_that_cannot_be_stored_is_not_taken() -> None:
    site = settle().imported()
    with failing_at(1, lambda sql: sql.startswith(WRITES)), pytest.raises(DatabaseError):
        set_status(site.task("PAY-2"), "done", now=timezone.now())
    assert site.tasks()["PAY-2"] == "todo"
    assert site.world.received == []


def test_D02_a_full_disk_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ekachit.ops")
    worker = Worker(settle().around().transport)
    for _ in range(100):
        worker._note_database(OperationalError("database or disk is full"))
    worker._note_database(None)
    worker._note_database(None)
    assert len(caplog.records) == 2


def test_D12_texts_come_back_as_they_were() -> None:
    site = settle()
    texts = {
        "PAY-2": "ทดสอบ ภาษาไทย",
        "PAY-3": "e\u0301 is not \u00e9",
        "PAY-4": "👩‍👩‍👧‍👦 and \U0001f9ea",
        "PAY-5": "\u202eright to left",
    }
    for key, text in texts.items():
        site.world.edit(key, summary=text)
    site.run()
    assert {key: site.task(key).title for key in texts} == texts
    before = site.snapshot()
    site.forward(1800)
    site.run()
    assert site.snapshot() == before, "I23"


@pytest.mark.skipif(database.vendor != "sqlite", reason="PostgreSQL locks rows, not the whole database")
def test_D01_a_pass_that_meets_a_lock_is_made_again(caplog: pytest.LogCaptureFixture) -> None:
    site = changed("ada")
    with database.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
    other = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None)
    claimed, tasks = site.claim(), set(Task.objects.values_list("pk", flat=True))
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(OperationalError, match="locked"):
            async_to_sync(run_pass)(claimed, site.around())
    finally:
        other.execute("ROLLBACK")
        other.close()
    recovers(site, tasks)
    database.close()


@pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite has no sessions that a server could end")
def test_D10_the_server_ends_the_session_in_the_middle_of_a_transaction() -> None:
    site = changed("ada")
    claimed, tasks = site.claim(), set(Task.objects.values_list("pk", flat=True))
    ended = [0]

    def end_it(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        if sql.startswith("UPDATE") and "tasks_task" in sql and not ended[0]:
            ended[0] = context["connection"].connection.info.backend_pid
            killer = database.copy()
            with killer.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [ended[0]])
            killer.close()
        return execute(sql, params, many, context)

    with database.execute_wrapper(end_it), pytest.raises(DatabaseError):
        async_to_sync(run_pass)(claimed, site.around())
    assert ended[0]
    database.close()
    recovers(site, tasks)
