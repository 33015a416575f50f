"""Leaving Jira, by a disconnect or with the plan: what still waits for it is closed at once, as not sent."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from ekachit.accounts.models import Plan, User
from ekachit.connections import actions
from ekachit.connections.ended import brought_back
from ekachit.connections.models import Connection, State
from ekachit.sync.outbox import close_unsendable


def disconnect(connection: Connection, *, now: datetime) -> int:
    """Disconnect (`connections.actions.disconnect`); returns how many waiting changes were closed as not sent."""
    actions.disconnect(connection)
    return close_unsendable(now, connection_id=connection.pk)


def end_again(now: datetime) -> int:
    """Disconnect what was disconnected before, and is not in a database that was restored; returns how many.

    Raises:
        VaultError: `ended_unreadable`.
    """
    back = brought_back()
    for each in back:
        disconnect(each, now=now)
    return len(back)


def follow_plan(user: User, *, now: datetime) -> int:
    """Let the person's connections follow the plan; returns how many waiting changes were closed as not sent."""
    actions.follow_plan(user)
    mine = list(Connection.objects.filter(user=user).values_list("pk", flat=True))
    return sum(close_unsendable(now, connection_id=each) for each in mine)


def follow_plans(now: datetime) -> int:
    """Let connections follow plans that were changed without saying so here, as in the administration.

    Returns how many people's did.
    """
    left = Q(state=State.CONNECTED) & ~Q(user__plan=Plan.PRO)
    back = Q(state=State.PAUSED, user__plan=Plan.PRO)
    differing = User.objects.filter(pk__in=Connection.objects.filter(left | back).values("user"))
    for user in differing:
        follow_plan(user, now=now)
    return len(differing)
