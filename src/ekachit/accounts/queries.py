"""Reads that start from a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db.models import QuerySet

from ekachit.accounts.models import DayOff, User
from ekachit.domain.work.hours import WorkingHours


def days_off_of(user: User, since: date) -> QuerySet[DayOff]:
    """Return the person's days off from a day on, in order."""
    return DayOff.objects.filter(user=user, day__gte=since)


def working_hours(user: User, since: date) -> WorkingHours:
    """Return the person's working days and hours, with their days off from a day on: one query."""
    days = frozenset(days_off_of(user, since).values_list("day", flat=True))
    return replace(user.hours, days_off=days)
