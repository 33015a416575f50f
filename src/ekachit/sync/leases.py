"""One writer for each connection: a time-limited claim whose number fences whoever lost it.

A connection has two lanes, each with a lease of its own: one for passes, one for sending status changes. So a long
import does not hold up a click; what both write is kept apart by the rows they lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from ekachit import rows
from ekachit.connections.models import Connection, State

# Short enough that another worker goes on within a minute after one died.
LEASE_SECONDS = 45
# A pass renews its claim when less than this is left of it.
RENEW_BELOW_SECONDS = 30


# Asked several times a second by every worker, so it is not compiled anew each time.
_FREE = """
SELECT c.id FROM connections_connection c WHERE c.state = 'connected' AND (c.{until} IS NULL OR c.{until} < {now})
AND NOT EXISTS (SELECT 1 FROM sync_sitehold hold WHERE hold.site = c.site AND hold.until > {at})
"""
_DUE = _FREE + "AND c.due_at <= {at} ORDER BY c.due_at, c.id LIMIT %s"
_SENDABLE = """AND EXISTS (
  SELECT 1 FROM sync_outboxentry entry
  WHERE entry.connection_id = c.id AND entry.state IN ('waiting', 'sending') AND entry.not_before <= {at}
  AND NOT EXISTS (
    SELECT 1 FROM sync_outboxentry earlier
    WHERE earlier.task_id = entry.task_id AND earlier.id < entry.id
    AND earlier.state IN ('waiting', 'sending') AND earlier.not_before > {at}))
ORDER BY c.id LIMIT %s
"""
_TO_SEND = _FREE + _SENDABLE


class LeaseLostError(Exception):
    """Somebody else has the connection now, or it was disconnected: what was about to be written is not."""

    code = "lease_lost"


class Lane(Enum):
    """What a claim is for; the value names the columns of its lease."""

    PASS = ("epoch", "lease_until", "lease_owner")
    SEND = ("send_epoch", "send_until", "send_owner")

    @property
    def epoch(self) -> str:
        """The column of the fencing number."""
        return self.value[0]

    @property
    def until(self) -> str:
        """The column of the lease's end."""
        return self.value[1]

    @property
    def owner(self) -> str:
        """The column of who has it."""
        return self.value[2]


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to write for a connection while its row still has this epoch."""

    connection_id: int
    epoch: int
    lane: Lane = Lane.PASS

    def rows(self) -> QuerySet[Connection]:
        """Return the connection, or nothing if the claim is gone."""
        held: dict[str, Any] = {self.lane.epoch: self.epoch}
        return Connection.objects.filter(pk=self.connection_id, state=State.CONNECTED, **held)

    def where(self) -> tuple[str, list[object]]:
        """Return the same as a condition for `rows`."""
        sql = f"id = %s AND state = %s AND {self.lane.epoch} = %s"
        return sql, [self.connection_id, State.CONNECTED.value, self.epoch]


def due(limit: int, *, at: datetime | None = None) -> list[int]:
    """Return ids of connections whose pass is due and that nobody holds, longest overdue first.

    Those of a site that is to be left alone for now are not among them. `at` is the moment that counts; None: the
    database's.
    """
    return _looked_for(_DUE, Lane.PASS, limit, at)


def to_send(limit: int, *, at: datetime | None = None) -> list[int]:
    """Return ids of connections with a status change to send now, and that nobody sends for; `at` as in `due`.

    Of one task the older change goes first: what comes after one that has to wait cannot be sent either.
    """
    return _looked_for(_TO_SEND, Lane.SEND, limit, at)


def claim(connection_id: int, owner: str, lane: Lane = Lane.PASS) -> Claim | None:
    """Take a connection for `LEASE_SECONDS`; None when somebody holds it or it is not active.

    Times are the database's own (`Now()`), so that workers with different clocks agree.
    """
    taken = (
        f"UPDATE connections_connection SET {lane.epoch} = {lane.epoch} + 1, {lane.owner} = %s,"  # noqa: S608 # columns
        f" {lane.until} = {rows.from_now(LEASE_SECONDS)}"
        f" WHERE id = {rows.unless_locked('connections_connection')}"
        f" AND state = %s AND ({lane.until} IS NULL OR {lane.until} < {rows.now()})"
    )
    values = [owner, connection_id, State.CONNECTED.value]
    if rows.returns():
        found = rows.select(f"{taken} RETURNING {lane.epoch}", values)
        return Claim(connection_id, found[0][0], lane) if found else None
    if not rows.execute(taken, values):
        return None
    mine = f"SELECT {lane.epoch} FROM connections_connection WHERE id = %s AND {lane.owner} = %s"  # noqa: S608 # columns
    found = rows.select(mine, [connection_id, owner])
    return Claim(connection_id, found[0][0], lane) if found else None


def claim_due(owner: str, limit: int, *, at: datetime | None = None) -> list[Claim]:
    """Take up to `limit` connections whose pass is due; `at` as in `due`."""
    claims = (claim(connection_id, owner) for connection_id in due(limit, at=at))
    return [each for each in claims if each is not None]


def claim_to_send(owner: str, limit: int, *, at: datetime | None = None) -> list[Claim]:
    """Take up to `limit` connections with something to send; `at` as in `due`."""
    claims = (claim(connection_id, owner, Lane.SEND) for connection_id in to_send(limit, at=at))
    return [each for each in claims if each is not None]


def fence(held: Claim) -> Connection:
    """Return the connection's row, locked; to be called first in every transaction under a claim.

    Raises:
        LeaseLostError: the epoch moved on, or the connection is no longer active.
    """
    return fence_with(held, ())[0]


def fence_with(
    held: Claim, more: Sequence[str], values: Sequence[object] = ()
) -> tuple[Connection, tuple[Any, ...]]:
    """Return the row as `fence` does, and `more` columns, which are SQL with `values`. Raises as `fence`."""
    where, whose = held.where()
    found = rows.one_with(Connection, more, where, [*values, *whose], lock=True)
    if found is None:
        raise LeaseLostError(f"connection {held.connection_id}, epoch {held.epoch}")
    return found


def keep_held(held: Claim) -> bool:
    """Extend the claim when it is about to end; returns whether it still holds."""
    soon = Now() + timedelta(seconds=RENEW_BELOW_SECONDS)
    ending: dict[str, Any] = {f"{held.lane.until}__lt": soon}
    if held.rows().filter(**ending).update(**_extended(held.lane)):
        return True
    return held.rows().exists()


def renew(held: Claim) -> None:
    """Extend the claim; inside a transaction that called `fence`."""
    where, values = held.where()
    until = rows.from_now(LEASE_SECONDS)
    rows.execute(f"UPDATE connections_connection SET {held.lane.until} = {until} WHERE {where}", values)  # noqa: S608 # columns


def give_back(held: Claim) -> None:
    """End the claim: whoever is next need not wait for its time to run out."""
    free: dict[str, Any] = {held.lane.until: None, held.lane.owner: ""}
    held.rows().update(**free)


def shorten_leases() -> None:
    """End in due time what a lease of an earlier clock holds: none is longer than a lease, by the database's clock."""
    for lane in Lane:
        until = rows.from_now(LEASE_SECONDS)
        sql = f"UPDATE connections_connection SET {lane.until} = {until} WHERE {lane.until} > {until}"  # noqa: S608 # columns
        rows.execute(sql, [])


def _extended(lane: Lane) -> dict[str, Any]:
    return {lane.until: Now() + timedelta(seconds=LEASE_SECONDS)}


def _looked_for(query: str, lane: Lane, limit: int, at: datetime | None) -> list[int]:
    """The connections that a query finds: free in a lane, of a site that may be asked."""
    moment = rows.now() if at is None else "%s"
    given = [] if at is None else [rows.moment(at)] * query.count("{at}")
    found = rows.select(query.format(until=lane.until, now=rows.now(), at=moment), [*given, limit])
    return [pk for (pk,) in found]
