"""One writer for each connection: a time-limited claim whose number fences whoever lost it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from ekachit.connections.models import Connection, State
from ekachit.sync.models import SiteHold

LEASE_SECONDS = 60
# A pass renews its claim when less than this is left of it.
RENEW_BELOW_SECONDS = 40


class LeaseLostError(Exception):
    """Somebody else has the connection now, or it was disconnected: what was about to be written is not."""

    code = "lease_lost"


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to write for a connection while its row still has this epoch."""

    connection_id: int
    epoch: int


def due(limit: int, *, at: datetime | None = None) -> list[int]:
    """Return ids of connections whose pass is due and that nobody holds, longest overdue first.

    Those of a site that is to be left alone for now are not among them. `at` is the moment that counts; None: the
    database's.
    """
    moment = Now() if at is None else at
    held = SiteHold.objects.filter(site=OuterRef("site"), until__gt=moment)
    ready = _free().filter(due_at__lte=moment).exclude(Exists(held)).order_by("due_at", "pk")
    return list(ready.values_list("pk", flat=True)[:limit])


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


def claim_due(owner: str, limit: int, *, at: datetime | None = None) -> list[Claim]:
    """Take up to `limit` due connections; `at` as in `due`."""
    claims = (claim(connection_id, owner) for connection_id in due(limit, at=at))
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


def keep_held(held: Claim) -> bool:
    """Extend the claim when it is about to end; returns whether it still holds."""
    row = Connection.objects.filter(pk=held.connection_id, epoch=held.epoch, state=State.CONNECTED)
    soon = Now() + timedelta(seconds=RENEW_BELOW_SECONDS)
    if row.filter(lease_until__lt=soon).update(lease_until=Now() + timedelta(seconds=LEASE_SECONDS)):
        return True
    return row.exists()


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
