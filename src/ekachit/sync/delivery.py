"""Sending the status changes of one connection, one after the other."""

from __future__ import annotations

import asyncio
import contextlib

from django.db import DatabaseError

from ekachit.connections.reach import CallLog, client_for
from ekachit.jira.errors import JiraError
from ekachit.sync import pauses, sending
from ekachit.sync.attempt import Attempt
from ekachit.sync.gate import Gate
from ekachit.sync.leases import Claim, LeaseLostError, keep_held
from ekachit.sync.surroundings import Surroundings
from ekachit.sync.translate import Reader
from ekachit.vault.errors import VaultError


async def deliver(claim: Claim, around: Surroundings) -> int:
    """Send what waits for one connection; returns how many attempts were made.

    Trouble at Jira is in the entries; nothing of it is raised. What nobody foresaw is, once what waits is put off.

    Raises:
        asyncio.CancelledError: the worker ends; what was cut off is read first by whoever goes on.
    """
    log = CallLog()
    work = asyncio.ensure_future(_work(claim, around, log))
    watch = asyncio.ensure_future(_watch(claim, around, work))
    try:
        return await work
    except LeaseLostError:
        return 0
    except asyncio.CancelledError:
        if not watch.done():
            raise
        return 0
    except Exception:
        # What nobody foresaw is not tried again with the worker's next breath.
        with contextlib.suppress(DatabaseError, LeaseLostError):
            await around.in_database(pauses.hold_back, claim, code="internal", now=around.clock())
        raise
    finally:
        for each in (watch, work):
            each.cancel()
        await asyncio.gather(watch, work, return_exceptions=True)
        await around.in_database(sending.end_sending, claim, log.waiting())


async def _watch(claim: Claim, around: Surroundings, work: asyncio.Future[int]) -> None:
    """Cut the work off, with any request in flight, soon after the claim is lost."""
    pause = around.watch_seconds
    while pause is not None:
        await asyncio.sleep(pause)
        if not await around.in_database(keep_held, claim):
            work.cancel()
            return
    await asyncio.Event().wait()


async def _work(claim: Claim, around: Surroundings, log: CallLog) -> int:
    try:
        sender = await around.in_database(sending.load_sender, claim)
        gate = Gate(claim, around)
        client = client_for(sender.connection, sender.token, gate, log)
    except (VaultError, JiraError) as trouble:
        await around.in_database(pauses.hold_back, claim, code=trouble.code, now=around.clock())
        return 0
    attempts = 0
    while True:
        calls = log.waiting()
        job = await around.in_database(sending.take_next, claim, now=around.clock(), calls=calls)
        log.forget(len(calls))
        if job is None:
            return attempts
        attempts += 1
        reader = Reader(sender.points, {job.project_id: job.rules.reading})
        if not await Attempt(claim, around, log, client, reader, job).run():
            return attempts
