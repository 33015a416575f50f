"""What changes an account, one transaction each."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from ekachit.accounts.models import Installation, Plan, User
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
