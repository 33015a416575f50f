"""What the person of the story does in an installation: needs Django, set up for it."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta

from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from ekachit.domain.estimation.overrun import Overrun
from ekachit.estimates.ranges import likely, state
from ekachit.estimates.recall import recall
from ekachit.sandbox.seed import DEMO_EMAIL
from ekachit.sync.models import Link
from ekachit.tasks.actions import change_status
from ekachit.tasks.models import Ending, FocusSession, SessionSource, Status, Task
from ekachit.tasks.queries import rows
from tests.half_year.story import Piece, half_year

DONE = {"PAY": "Done", "WEB": "Done", "OPS": "Closed"}


def live(email: str, what: str, first: int, end: int) -> None:
    """Make the issues (`issues`) of a part of the story, or do their work (`work`)."""
    user = User.objects.get(email=email)
    pieces = half_year(ended(datetime.now(UTC)))[first:end]
    {"issues": make_issues, "work": work}[what](user, pieces)


def ended(now: datetime) -> datetime:
    """The midnight that the half-year ends at, so that every part of it is played towards one moment."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def make_issues(user: User, pieces: list[Piece]) -> None:
    for each in pieces:
        _change(
            user,
            do="create", project=each.project, summary=each.title, type=each.type, points=each.points,
            assignee=DEMO_EMAIL,
        )  # fmt: skip


def work(user: User, pieces: list[Piece]) -> None:
    for each in pieces:
        task = Task.objects.get(user=user, title=each.title)
        begun = each.sessions[0][0]
        looked_at = begun - timedelta(minutes=1)
        user.refresh_from_db()
        listed = list(rows(user).filter(pk=task.pk).select_related("stated_range"))
        said = likely(recall(user, now=looked_at), listed)
        assert said[task.pk].overrun(0.0, task.estimate_hours) is Overrun.WITHIN
        state(listed, said, now=looked_at)
        change_status(task, Status.IN_PROGRESS, now=begun)
        for start, end in each.sessions:
            FocusSession.objects.create(
                user=user,
                task=task,
                started_at=start,
                ended_at=end,
                seconds=(end - start).total_seconds(),
                last_sign_at=end,
                source=SessionSource.TIMER,
                ending=Ending.PAUSED,
            )
        change_status(task, Status.DONE, now=each.done_at)
        _change(user, do="edit", issue=Link.objects.get(task=task).key, status=DONE[each.project])


def _change(user: User, **change: object) -> None:
    site = Connection.objects.get(user=user).site
    request = urllib.request.Request(
        f"http://{site}/__sandbox__/", json.dumps(change).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
        answer.read()
