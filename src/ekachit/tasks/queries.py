"""Reads that start from a person."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from ekachit.accounts.models import User
from ekachit.tasks.models import ChecklistItem, FocusSession, SessionSource, Status, Task
from ekachit.tasks.ordering import in_order, is_open, open_tasks

# How long a finished task stays on the board.
DONE_SHOWN = timedelta(days=14)
DONE_AT_MOST = 100
# How long after finishing a task somebody still knows how long it took.
ASK_WITHIN = timedelta(days=2)
HOUR = 3600


def day_bounds(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first moment of the person's day that `now` lies in, and of the next; 23 to 25 hours apart."""
    today = now.astimezone(zone).date()
    start = datetime.combine(today, time.min, tzinfo=zone)
    end = datetime.combine(today + timedelta(days=1), time.min, tzinfo=zone)
    return start, end


def rows(user: User) -> QuerySet[Task]:
    """Return the person's tasks as lists show them, in order, with `checklist_total` and `checklist_done` counted.

    `actual_seconds` is what the sessions that have ended come to; the running one is the page's to add. Notes are not
    read.
    """
    return _listed(Task.objects.filter(user=user))


def actual_hours(task: Task) -> float:
    """Return the hours worked on a task that came from a query with `actual_seconds`."""
    return float(vars(task)["actual_seconds"]) / HOUR


def todays_rows(user: User, now: datetime, also: QuerySet[Task] | None = None) -> QuerySet[Task]:
    """Return the open tasks and those finished today in the person's zone; `also` others, where they are needed."""
    start, end = day_bounds(now, user.zone)
    finished = Task.objects.filter(user=user, status=Status.DONE, done_at__gte=start, done_at__lt=end)
    # Two searches of an index; an OR of both, or naming the person once more, would go through all their tasks.
    found = [each.order_by().values("pk") for each in (open_tasks(user), finished, also) if each is not None]
    shown = found[0].union(*found[1:], all=True)
    return _listed(Task.objects.filter(pk__in=shown))


def board_rows(user: User, now: datetime) -> tuple[QuerySet[Task], QuerySet[Task]]:
    """Return the open tasks in order, and those finished in the last 14 days, at most 100, the latest first."""
    finished = rows(user).filter(status=Status.DONE, done_at__gte=now - DONE_SHOWN)
    return rows(user).filter(is_open()), finished.order_by("-done_at", "-id")[:DONE_AT_MOST]


def saying(text: str, *fields: str) -> Q:
    """Return the condition that every word of a text is found in one of the fields, in any case."""
    condition = Q()
    for word in text.split():
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__icontains": word})
        condition &= anywhere
    return condition


def finished_observations(user: User) -> QuerySet[Task]:
    """Return the finished tasks with measured time, the latest first, for learning: two queries, also for a slice.

    Each has `points_then` (what it was pointed with when work began, else points), `estimate_hours` as it was at the
    end, `actual_seconds`, and its sessions, whose `source` says which were typed.
    """
    ended = FocusSession.objects.filter(ended_at__isnull=False)
    return (
        Task.objects.filter(user=user, status=Status.DONE)
        .filter(Exists(ended.filter(task=OuterRef("pk"))))
        .annotate(points_then=Coalesce("started_points", "points"), actual_seconds=_actual_seconds())
        .defer("notes")
        .order_by("-done_at", "-id")
        .prefetch_related(Prefetch("sessions", ended))
    )


def finished_without_session(user: User, now: datetime) -> QuerySet[Task]:
    """Return the tasks finished in the last two days that nobody measured nor was asked about, the latest first."""
    measured = FocusSession.objects.filter(task=OuterRef("pk"))
    return (
        Task.objects.filter(user=user, status=Status.DONE, done_at__gt=now - ASK_WITHIN)
        .filter(~Exists(measured), took_asked_at__isnull=True)
        .order_by("-done_at", "-id")
    )


def last_without_session(user: User, now: datetime) -> QuerySet[Task]:
    """Return the task that was finished last, if it is one of `finished_without_session`: one task, or none."""
    latest = Task.objects.filter(user=user, status=Status.DONE).order_by("-done_at", "-id").values("pk")[:1]
    return finished_without_session(user, now).filter(pk=Subquery(latest))


def current_session(user: User) -> FocusSession | None:
    """Return the session that runs, else the last timed one, with its task: one query.

    The last one may be resumed where `ending` is paused and its task is not done.
    """
    return timed_sessions(user).first()


def timed_sessions(user: User) -> QuerySet[FocusSession]:
    """Return the person's timed sessions with their tasks, the one that began last first."""
    timed = FocusSession.objects.filter(user=user).exclude(source=SessionSource.MANUAL)
    return timed.select_related("task").order_by("-started_at", "-id")


def sessions_of(task: Task) -> QuerySet[FocusSession]:
    """Return the sessions of a task, the latest first."""
    return FocusSession.objects.filter(task=task).order_by("-started_at", "-id")


def _listed(tasks: QuerySet[Task]) -> QuerySet[Task]:
    lines = ChecklistItem.objects.filter(task=OuterRef("pk")).order_by().values("task")
    counted = tasks.annotate(
        checklist_total=_of_lines(lines, Count("pk")) + F("checklist_more"),
        checklist_done=_of_lines(lines, Count("pk", filter=Q(done=True))),
        actual_seconds=_actual_seconds(),
    )
    return in_order(counted).defer("notes")


def _of_lines(lines: QuerySet[ChecklistItem, Any], count: Count) -> Coalesce:
    return Coalesce(Subquery(lines.annotate(number=count).values("number")), 0)


def _actual_seconds() -> Coalesce:
    ended = FocusSession.objects.filter(task=OuterRef("pk"), ended_at__isnull=False).order_by()
    return Coalesce(Subquery(ended.values("task").annotate(sum=Sum("seconds")).values("sum")), 0.0)
