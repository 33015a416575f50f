"""What the top of a page tells of a person's work: the session at hand, and how long they focus. One query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, DateField, F, Q, Value

from ekachit.accounts.models import DayOff, User
from ekachit.domain.work.days import Stretch, hours_by_day, midnight
from ekachit.domain.work.plan import usual_hours
from ekachit.tasks.focus import LOOK_BACK, FocusSummary
from ekachit.tasks.models import FocusSession, SessionSource
from ekachit.tasks.sessions import question_about

_COLUMNS = ("id", "task_id", "started_at", "ended_at", "last_sign_at", "seconds", "ending", "edition")
_DAY_OFF = "off"


@dataclass(frozen=True, slots=True)
class Glance:
    """`session` is the one that runs, else the last timed one of 60 days, without its task; None without any."""

    session: FocusSession | None
    summary: FocusSummary


def glance(user: User, *, now: datetime) -> Glance:
    """Return the session at hand and the hours of today and of a usual day, as `tasks.focus` counts them.

    Days off and sessions are read with one statement, since Today has few to spend.
    """
    today = now.astimezone(user.zone).date()
    first = today - LOOK_BACK
    since = midnight(first, user.zone)
    days_off: set[date] = set()
    sessions: list[FocusSession] = []
    for kind, day, *values in _rows(user, first, since):
        if kind == _DAY_OFF:
            days_off.add(day)
        else:
            sessions.append(FocusSession(user=user, source=kind, **dict(zip(_COLUMNS, values, strict=True))))
    hours = replace(user.hours, days_off=frozenset(days_off))
    totals = hours_by_day(filter(None, (_stretch(user, each, now) for each in sessions)), hours)
    summary = FocusSummary(totals.get(today, 0.0), usual_hours(totals, today, hours))
    timed = [each for each in sessions if each.source != SessionSource.MANUAL]
    last = max(timed, key=lambda each: (each.running, each.started_at, each.pk), default=None)
    return Glance(last, summary)


def _rows(user: User, first: date, since: datetime) -> Any:
    sessions = (
        FocusSession.objects.filter(Q(ended_at__gt=since) | Q(ended_at__isnull=True), user=user)
        .order_by()
        .annotate(kind=F("source"), off=Value(None, output_field=DateField()))
        .values_list("kind", "off", *_COLUMNS)
    )
    fields = FocusSession._meta  # noqa: SLF001 # Django's documented name
    nothing = {f"no_{name}": Value(None, output_field=fields.get_field(name)) for name in _COLUMNS}  # type: ignore[arg-type] # plain columns all of them, no relation from elsewhere
    days = (
        DayOff.objects.filter(user=user, day__gte=first)
        .order_by()
        .annotate(kind=Value(_DAY_OFF, output_field=CharField()), **nothing)
        .values_list("kind", "day", *nothing)
    )
    return sessions.union(days, all=True)


def _stretch(user: User, session: FocusSession, now: datetime) -> Stretch | None:
    """What counts of a session; of one that will be asked about, what lies before the last sign of life."""
    end = session.ended_at
    if end is None:
        end = now if question_about(user, session, now=now) is None else session.last_sign_at
    typed = session.source == SessionSource.MANUAL
    return Stretch(session.started_at, end, typed) if end > session.started_at else None
