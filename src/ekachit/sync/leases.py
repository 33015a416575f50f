"""One writer for each connection: a time-limited claim whose number fences whoever lost it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from ekachit.connections.models import Connection, State

LEASE_SECONDS = 60


class LeaseLostError(Exception):
    """Somebody else has the connection now, or it was disconnected: what was about to be written is not."""

    code = "lease_lost"


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to write for a connection while its row still has this epoch."""

    connection_id: int
    epoch: int


def due(limit: int) -> list[int]:
    """Return ids of connections whose pass is due and that nobody holds, longest overdue first."""
    return list(
        _free().filter(due_at__lte=Now()).order_by("due_at", "pk").values_list("pk", flat=True)[:limit]
    )


def claim(connection_id: int, owner: str) -> Claim | None:
    """Take a connection for `LEASE_SECONDS`; None when somebody holds it or it is not active.

    Times are the database's own (`Now()`), so that workers with different clocks agree.
    """
    taken = (
        _free()
        .filter(pk=connection_id)
        .update(epoch=F("epoch") + 1, lease_owner=owner, lease_until=Now() + timedelta(seconds=LEASE_SECONDS))
    )
    if not taken:
        return None
    row = (
        Connection.objects.filter(pk=connection_id, lease_owner=owner).values_list("epoch", flat=True).first()
    )
    return None if row is None else Claim(connection_id, row)


def claim_due(owner: str, limit: int) -> list[Claim]:
    """Take up to `limit` due connections."""
    claims = (claim(connection_id, owner) for connection_id in due(limit))
    return [each for each in claims if each is not None]


def fence(held: Claim) -> Connection:
    """Return the connection's row, locked; to be called first in every transaction of a pass.

    Raises:
        LeaseLostError: the epoch moved on, or the connection is no longer active.
    """
    row = (
        Connection.objects.select_for_update()
        .filter(pk=held.connection_id, epoch=held.epoch, state=State.CONNECTED)
        .first()
    )
    if row is None:
        raise LeaseLostError(f"connection {held.connection_id}, epoch {held.epoch}")
    return row


def still_held(held: Claim) -> bool:
    """Return whether a request may still be sent under this claim."""
    return Connection.objects.filter(pk=held.connection_id, epoch=held.epoch, state=State.CONNECTED).exists()


def renew(held: Claim) -> None:
    """Extend the claim; inside a transaction that called `fence`."""
    Connection.objects.filter(pk=held.connection_id, epoch=held.epoch).update(
        lease_until=Now() + timedelta(seconds=LEASE_SECONDS)
    )


def release_all(owner: str, held: Sequence[Claim]) -> None:
    """Give claims back at once, for a worker that is told to end."""
    for each in held:
        Connection.objects.filter(pk=each.connection_id, epoch=each.epoch, lease_owner=owner).update(
            lease_until=None, lease_owner=""
        )


def _free() -> QuerySet[Connection]:
    return Connection.objects.filter(state=State.CONNECTED).filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    )
