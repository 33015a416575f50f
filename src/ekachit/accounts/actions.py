"""What changes an account, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ekachit.accounts.models import (
    Appearance,
    DayOff,
    Installation,
    Plan,
    User,
    validate_language,
    validate_working_days,
)
from ekachit.config import settings


class AccountError(Exception):
    """An account could not be made or changed; `code` is stable, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@transaction.atomic
def settle_new_account(user: User) -> None:
    """Give a new account its plan; the first one of the installation becomes administrator and Pro."""
    _, first = Installation.objects.get_or_create(pk=1, defaults={"first_account": user})
    user.plan = Plan.PRO if first else Plan(settings().default_plan)
    user.is_staff = user.is_superuser = first
    user.save(update_fields=["plan", "is_staff", "is_superuser"])


@transaction.atomic
def add_account(email: str, *, password: str | None = None, plan: str | None = None) -> User:
    """Return a new account made by the administrator; `plan` overrides what a new account gets.

    Raises:
        AccountError: `email_taken` when an account with this address exists.
    """
    if User.objects.filter(email=email.lower()).exists():
        raise AccountError("email_taken", f"There is an account with the address {email} already.")
    user = User.objects.create_user(email, password)
    settle_new_account(user)
    if plan is not None:
        set_plan(user, plan)
    return user


def set_plan(user: User, plan: str) -> None:
    """Move an account to another plan (`free` or `pro`)."""
    user.plan = Plan(plan)
    user.save(update_fields=["plan"])


def set_profile(user: User, *, name: str, time_zone: str) -> None:
    """Store the person's name and IANA time zone (validated by the form)."""
    user.name, user.time_zone = name, time_zone
    user.save(update_fields=["name", "time_zone"])


def set_multiplier(user: User, hours_per_point: Decimal) -> None:
    """Store the person's multiplier (hours a point); the open tasks are re-computed by `tasks.actions.reestimate`."""
    user.multiplier = hours_per_point
    user.save(update_fields=["multiplier"])


# A whole year's leave at once; more is a slip of the keyboard.
DAYS_OFF_AT_MOST = 366


def set_working_hours(user: User, *, days: str, begins: time, ends: time) -> None:
    """Store the person's working days (digits, Monday is 0) and hours; an end before the beginning is the next day's.

    Raises:
        AccountError: `working_days` or `working_hours`.
    """
    try:
        validate_working_days(days)
    except ValidationError as wrong:
        raise AccountError("working_days", str(wrong.messages[0])) from None
    if begins == ends:
        raise AccountError("working_hours", _("Work ends when it begins. Give it an end."))
    user.working_days, user.work_begins, user.work_ends = days, begins, ends
    user.save(update_fields=["working_days", "work_begins", "work_ends"])


def add_days_off(user: User, first: date, last: date) -> int:
    """Store the days from one to another as days off, both included; returns how many were not stored before.

    Raises:
        AccountError: `days_off_order` or `days_off_many`.
    """
    count = (last - first).days + 1
    if count < 1:
        raise AccountError("days_off_order", _("The last day is before the first one. Swap them."))
    if count > DAYS_OFF_AT_MOST:
        raise AccountError("days_off_many", _("Enter at most a year of days off at once."))
    days = [first + timedelta(days=number) for number in range(count)]
    with transaction.atomic():
        known = DayOff.objects.filter(user=user, day__range=(first, last)).count()
        DayOff.objects.bulk_create([DayOff(user=user, day=day) for day in days], ignore_conflicts=True)
    return count - known


def remove_days_off(user: User, first: date, last: date) -> int:
    """Forget the days off from one to another, both included; returns how many there were."""
    return DayOff.objects.filter(user=user, day__range=(first, last)).delete()[0]


@dataclass(frozen=True, slots=True)
class Look:
    """What pages are like for a person; the fields are those of `User`."""

    appearance: str
    language: str
    browser_notifications: bool


def set_look(user: User, look: Look) -> None:
    """Store what pages are like for the person.

    Raises:
        AccountError: `appearance` or `language`.
    """
    if look.appearance not in Appearance.values:
        raise AccountError("appearance", _("Choose light, dark, or as the device has it."))
    try:
        validate_language(look.language)
    except ValidationError as wrong:
        raise AccountError("language", str(wrong.messages[0])) from None
    user.appearance, user.language = look.appearance, look.language
    user.browser_notifications = look.browser_notifications
    user.save(update_fields=["appearance", "language", "browser_notifications"])


def forget_ended_sessions() -> int:
    """Delete what is kept of browsers that are signed in no longer; returns how many they were."""
    SessionStore.clear_expired()
    ended = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    return int(ended.delete()[0])
