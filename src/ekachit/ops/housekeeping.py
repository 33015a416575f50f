"""What a worker does beside passes, every now and then."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone

from ekachit.accounts.actions import forget_ended_sessions
from ekachit.connections.credentials import finish_scrubs
from ekachit.connections.instance import held_back
from ekachit.domain.sync.schedule import OVERDUE_SECONDS
from ekachit.ops.copies import forget_old_copies
from ekachit.ops.heartbeat import beat
from ekachit.sync.expiry import warn_of_expiry
from ekachit.sync.leaving import end_again, follow_plans
from ekachit.sync.outbox import close_unsendable
from ekachit.sync.surroundings import InDatabase, in_thread
from ekachit.sync.upkeep import forget_old, mend_schedule, mend_versions, spread_overdue
from ekachit.vault.errors import VaultError

log = logging.getLogger(__name__)

ROUND_SECONDS = 15.0
FORGET_EVERY = timedelta(hours=6)
WARN_EVERY = timedelta(hours=1)


class Housekeeping:
    """One worker's rounds. A round that fails is made again; it never ends the worker.

    `alive` is called at the end of each, also of one that failed: not where the loop or the database's thread hangs.
    """

    def __init__(
        self,
        owner: str,
        clock: Callable[[], datetime] = timezone.now,
        alive: Callable[[], None] = lambda: None,
        in_database: InDatabase = in_thread,
    ) -> None:
        self._owner = owner
        self._clock = clock
        self._alive = alive
        self._in_database = in_database
        self._last_round: datetime | None = None
        self._forget_at = self._warn_at = clock()

    async def run(self) -> None:
        """Make rounds until cancelled."""
        while True:
            try:
                await self._in_database(self.make_round)
            except DatabaseError as trouble:
                log.warning("Housekeeping waits for the database: %s", type(trouble).__name__)
            self._alive()
            await asyncio.sleep(ROUND_SECONDS)

    def make_round(self) -> None:
        """Make one round. The first, and one after a sleep, spreads what is late."""
        now = self._clock()
        if not held_back():
            beat(self._owner)
        finish_scrubs()
        _end_again(now)
        mend_schedule(now)
        follow_plans(now)
        close_unsendable(now)
        if self._last_round is None or now - self._last_round > timedelta(seconds=OVERDUE_SECONDS):
            spread_overdue(now, random.random)
        # A clock that was set back since does not put them off.
        self._warn_at, self._forget_at = (
            min(self._warn_at, now + WARN_EVERY),
            min(self._forget_at, now + FORGET_EVERY),
        )
        if now >= self._warn_at:
            warn_of_expiry(now)
            self._warn_at = now + WARN_EVERY
        if now >= self._forget_at:
            mend_versions(now)
            forget_old(now)
            forget_ended_sessions()
            forget_old_copies(now)
            self._forget_at = now + FORGET_EVERY
        self._last_round = now


def _end_again(now: datetime) -> None:
    """End what a restore brought back; where the list of what was ended cannot be read, no token is opened anyway."""
    with contextlib.suppress(VaultError):
        end_again(now)
