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
from ekachit.sync.leases import Claim, LeaseLostError
from ekachit.sync.surroundings import Surroundings
from ekachit.sync.translate import Reader
from ekachit.sync.watch import watched
from ekachit.vault.errors import VaultError


async def deliver(claim: Claim, around: Surroundings) -> int:
    """Send what waits for one connection; returns how many attempts were made.

    Trouble at Jira is in the entries; nothing of it is raised. What nobody foresaw is, once what waits is put off.

    Raises:
        asyncio.CancelledError: the worker ends; what was cut off is read first by whoever goes on.
    """
    log = CallLog()
    work = asyncio.ensure_future(_work(claim, around, log))
    try:
        return await watched(work, claim, around)
    except LeaseLostError:
        return 0
    except Exception:
        # What nobody foresaw is not tried again with the worker's next breath.
        with contextlib.suppress(DatabaseError, LeaseLostError):
            await around.in_database(pauses.hold_back, claim, code="internal", now=around.clock())
        raise
    finally:
        await around.in_database(sending.end_sending, claim, log.waiting())


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
