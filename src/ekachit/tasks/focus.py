"""How long a person focuses: by day, in a usual day, today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from ekachit.accounts.models import User
from ekachit.accounts.queries import working_hours
from ekachit.domain.work.days import Stretch, hours_by_day, midnight
from ekachit.domain.work.hours import WorkingHours
from ekachit.domain.work.idle import question
from ekachit.domain.work.plan import usual_hours
from ekachit.tasks.models import FocusSession, SessionSource

# How far back the usual day is looked for.
LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class FocusSummary:
    """Hours of focus: today so far, and in a usual working day, None while too few are known."""

    today: float
    usual: float | None


def stretches(user: User, since: datetime, *, now: datetime, project: str = "") -> list[Stretch]:
    """Return the person's sessions that end after a moment; the running one ends now, or where it was last sure.

    Where the running one will be asked about, only what lies before the last sign of life counts. With a project, by
    its key, only sessions on its tasks.
    """
    rows = FocusSession.objects.filter(Q(ended_at__gt=since) | Q(ended_at__isnull=True), user=user).order_by()
    if project:
        rows = rows.filter(task__project_key=project)
    found = []
    for start, end, source, sign in rows.values_list("started_at", "ended_at", "source", "last_sign_at"):
        sure = end or (now if question(start, sign, now, user.hours) is None else sign)
        if sure > start:
            found.append(Stretch(start, sure, source == SessionSource.MANUAL))
    return found


def focus_by_day(user: User, first: date, *, now: datetime) -> dict[date, float]:
    """Return the hours of focus of each day that had some, from a day on, in the person's zone: two queries.

    Days without any are not named: which of them were working days is for `accounts.queries.working_hours` to say.
    """
    return _by_day(user, first, working_hours(user, first), now)


def focus_summary(user: User, *, now: datetime) -> FocusSummary:
    """Return the hours of today and of a usual day (`domain.work.plan.usual_hours`): two queries."""
    today = now.astimezone(user.zone).date()
    first = today - LOOK_BACK
    hours = working_hours(user, first)
    totals = _by_day(user, first, hours, now)
    return FocusSummary(totals.get(today, 0.0), usual_hours(totals, today, hours))


def _by_day(user: User, first: date, hours: WorkingHours, now: datetime) -> dict[date, float]:
    totals = hours_by_day(stretches(user, midnight(first, hours.zone), now=now), hours)
    return {day: worked for day, worked in sorted(totals.items()) if day >= first}
