"""What a delivery does where no change can be sent now: everything that is ready waits, or the whole site."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from ekachit.connections.models import Connection
from ekachit.sync.holds import hold
from ekachit.sync.leases import Claim, fence
from ekachit.sync.models import OPEN_STATES, OutboxEntry

HELD_BACK = timedelta(seconds=60)


@transaction.atomic
def hold_back(claim: Claim, *, code: str, now: datetime) -> None:
    """Let everything wait a minute that could be sent now: this server cannot ask at all.

    Raises:
        LeaseLostError: the claim is no longer ours.
    """
    connection = fence(claim)
    ready = OutboxEntry.objects.filter(connection=connection, state__in=OPEN_STATES, not_before__lte=now)
    ready.update(not_before=now + HELD_BACK, code=code)


@transaction.atomic
def hold_site(
    claim: Claim, *, code: str, retry_after: float | None, now: datetime, chance: Callable[[], float]
) -> None:
    """Leave the site alone, as it asked.

    Raises:
        LeaseLostError: the claim is no longer ours.
    """
    connection = fence(claim)
    hold(connection.site, code=code, retry_after=retry_after, now=now, chance=chance)


@transaction.atomic
def prove_soon(claim: Claim, *, now: datetime) -> None:
    """Have a pass find out at once whether the token still holds.

    Raises:
        LeaseLostError: the claim is no longer ours.
    """
    connection = fence(claim)
    Connection.objects.filter(pk=connection.pk, due_at__isnull=False).update(due_at=now)
