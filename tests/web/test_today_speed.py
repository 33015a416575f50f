"""What Today costs somebody with years of tasks: as much as it costs anybody."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ekachit.accounts.models import DayOff, User
from ekachit.connections.models import Connection
from ekachit.sync.models import Link
from ekachit.tasks.models import ChecklistItem, FocusSession, Source, Status, Task
from tests.web.making import make_pass

TASKS, OPEN, SESSIONS = 2_000, 500, 300
QUERIES_AT_MOST = 8


def stored(user: User, connection: Connection) -> list[Task]:
    """2,000 tasks of Jira's, 500 of them open, some with a checklist; sessions of a year, one of them running."""
    now = timezone.now()
    tasks = [
        Task(
            user=user,
            source=Source.JIRA,
            title=f"Issue {number}",
            status=Status.TODO if number < OPEN else Status.DONE,
            done_at=None if number < OPEN else now - timedelta(days=1 + number % 900),
            points=2,
            estimate_hours=4.0,
            priority_name="High",
            priority_rank=2,
        )
        for number in range(TASKS)
    ]
    Task.objects.bulk_create(tasks)
    Link.objects.bulk_create(
        Link(user=user, task=task, connection=connection, cloud_id="c", issue_id=str(at), key=f"PAY-{at}")
        for at, task in enumerate(tasks)
    )
    ChecklistItem.objects.bulk_create(
        ChecklistItem(task=task, title="Part", ref=str(part)) for task in tasks[:100] for part in range(5)
    )
    began = [now - timedelta(hours=26 * number + 30) for number in range(SESSIONS)]
    ended = [each + timedelta(hours=2) for each in began]
    FocusSession.objects.bulk_create(
        FocusSession(
            user=user,
            task=tasks[OPEN + at],
            started_at=start,
            ended_at=end,
            seconds=7200,
            ending="done",
            last_sign_at=end,
        )
        for at, (start, end) in enumerate(zip(began, ended, strict=True))
    )
    FocusSession.objects.create(user=user, task=tasks[7], started_at=now, last_sign_at=now)
    DayOff.objects.create(user=user, day=timezone.localdate() - timedelta(days=3))
    return tasks


def test_500_open_of_2000_tasks_are_at_most_8_queries(
    browser_of_ada: Client, ada: User, connection: Connection
) -> None:
    make_pass(connection)
    stored(ada, connection)
    browser_of_ada.get("/today/")  # ranges are written down the first time that they are shown
    with CaptureQueriesContext(database) as seen:
        page = browser_of_ada.get("/today/")
    assert page.text.count('<li class="row') == OPEN
    assert 'role="timer"' in page.text
    assert "of focus a day" in page.text
    statements = [query["sql"][:120] for query in seen.captured_queries]
    assert len(statements) <= QUERIES_AT_MOST, statements
