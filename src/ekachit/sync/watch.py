"""Watching over work that is done under a claim."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TypeVar

from django.db import DatabaseError

from ekachit.sync.leases import Claim, LeaseLostError, keep_held
from ekachit.sync.surroundings import Surroundings

T = TypeVar("T")


async def watched(work: asyncio.Future[T], claim: Claim, around: Surroundings) -> T:
    """Return what the work comes to; meanwhile renew the claim in time.

    Soon after the claim is lost the work is cut off, with any request in flight. However this ends, the work has ended.

    Raises:
        LeaseLostError: the work was cut off.
        asyncio.CancelledError: whoever waits for it was.
    """
    lost = False
    try:
        while not (await asyncio.wait((work,), timeout=around.watch_seconds))[0]:
            with contextlib.suppress(DatabaseError):
                lost = not await around.in_database(keep_held, claim)
            if lost:
                work.cancel()
        if lost and work.cancelled():
            raise LeaseLostError(f"connection {claim.connection_id}, epoch {claim.epoch}")
        return work.result()
    finally:
        if not work.done():
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
