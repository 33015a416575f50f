"""Reads that start from a person."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet

from ekachit.accounts.models import User
from ekachit.tasks.models import Status, Task


def day_bounds(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first moment of the person's day that `now` lies in, and of the next; 23 to 25 hours apart."""
    today = now.astimezone(zone).date()
    start = datetime.combine(today, time.min, tzinfo=zone)
    end = datetime.combine(today + timedelta(days=1), time.min, tzinfo=zone)
    return start, end


def rows(user: User) -> QuerySet[Task]:
    """Return the person's tasks as lists show them, with `checklist_total` and `checklist_done` counted."""
    return (
        Task.objects.filter(user=user)
        .annotate(
            checklist_total=Count("checklist") + F("checklist_more"),
            checklist_done=Count("checklist", filter=Q(checklist__done=True)),
        )
        .order_by("position", F("priority_rank").asc(nulls_last=True), "id")
    )


def todays_rows(user: User, now: datetime) -> QuerySet[Task]:
    """Return the open tasks and those finished today in the person's zone."""
    start, end = day_bounds(now, user.zone)
    return rows(user).filter(~Q(status=Status.DONE) | Q(done_at__gte=start, done_at__lt=end))
