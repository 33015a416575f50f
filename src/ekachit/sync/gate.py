"""What stands before the transport in a pass: the claim must hold, the site may be asked, the budget must last."""

from __future__ import annotations

import asyncio
from datetime import datetime

from ekachit import rows
from ekachit.jira.errors import Unavailable, Withheld
from ekachit.jira.transport import Request, Response
from ekachit.sync.checkpoints import Checkpoint, reach
from ekachit.sync.holds import HELD_UNTIL, seconds_until
from ekachit.sync.leases import Claim, LeaseLostError
from ekachit.sync.surroundings import Budget, Surroundings

# Well within the part of a lease that is left when it is renewed.
ANSWER_GOOD_SECONDS = 5.0
TRIES = 3


class BudgetSpentError(Withheld):
    """The pass has used what it may use; nothing was sent."""

    code = "budget_spent"


class Gate:
    """A transport that asks before each request: none is sent after a disconnect, in a hold, or over budget."""

    def __init__(self, claim: Claim, around: Surroundings) -> None:
        self._claim = claim
        self._around = around
        self._budget: Budget = around.budget
        # By a clock that nobody sets.
        self._began = asyncio.get_running_loop().time()
        self._requests = 0
        self._bytes = 0

    async def send(self, request: Request) -> Response:
        """Send a request.

        Raises:
            LeaseLostError, BudgetSpentError, Unavailable: nothing was sent.
            JiraError: as the transport.
        """
        self._spend()
        reach(Checkpoint.BEFORE_REQUEST)
        wait = await self._wait_seconds()
        if wait:
            raise Unavailable("rate_limited", wait, sent=False)
        response = await self._around.transport.send(request)
        reach(Checkpoint.AFTER_REQUEST)
        self._bytes += len(response.body)
        return response

    async def _wait_seconds(self) -> float:
        """For how many seconds the site is held, 0 where it may be asked now.

        A process that was stopped between the question and its answer may have lost its claim meanwhile: an answer
        that took long counts for nothing.

        Raises:
            LeaseLostError: the claim is gone, or it cannot be found out in time whether it is.
        """
        loop = asyncio.get_running_loop()
        for _ in range(TRIES):
            asked = loop.time()
            wait = await self._around.in_database(_may_send, self._claim, self._around.clock())
            if loop.time() - asked < ANSWER_GOOD_SECONDS:
                return wait
        raise LeaseLostError(f"connection {self._claim.connection_id}: the database is slow")

    def _spend(self) -> None:
        seconds = asyncio.get_running_loop().time() - self._began
        if (
            self._requests >= self._budget.requests
            or self._bytes >= self._budget.body_bytes
            or seconds >= self._budget.seconds
        ):
            raise BudgetSpentError
        self._requests += 1


def _may_send(claim: Claim, now: datetime) -> float:
    """Return for how many seconds the site is held, 0 where it is not.

    Raises:
        LeaseLostError: the claim is gone.
    """
    where, values = claim.where()
    found = rows.select(
        f"SELECT {HELD_UNTIL} FROM connections_connection WHERE {where}",  # noqa: S608 # our own text
        [rows.moment(now), *values],
    )
    if not found:
        raise LeaseLostError(f"connection {claim.connection_id}, epoch {claim.epoch}")
    return seconds_until(found[0][0], now)
