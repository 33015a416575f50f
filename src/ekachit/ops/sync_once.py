"""One pass in the foreground, for `ekachit sync`."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ekachit.connections.models import Connection
from ekachit.connections.way_out import way_out
from ekachit.connections.words import words_for
from ekachit.jira.transport import AiohttpTransport
from ekachit.sync.engine import run_pass
from ekachit.sync.leases import LEASE_SECONDS, Claim, claim
from ekachit.sync.models import Pass, PassState
from ekachit.sync.queries import receipts
from ekachit.sync.surroundings import Surroundings

POLL_SECONDS = 0.2


def sync_connection(connection: Connection) -> dict[str, Any]:
    """Run one pass and return its receipt as JSON values; joins a pass that a worker is running already."""
    if not connection.active:
        words = words_for("not_connected")
        return _result(
            connection,
            None,
            code=connection.state,
            message=f"{connection.get_state_display()}. {words.next_step}",
        )
    began = timezone.now()
    mine = _claim(connection, began)
    receipt = asyncio.run(_run(mine)) if mine is not None else _joined(connection, began)
    return _result(connection, receipt)


async def _run(mine: Claim) -> Pass:
    async with AiohttpTransport(way_out()) as transport:
        return await run_pass(mine, Surroundings(transport))


def _claim(connection: Connection, began: Any) -> Claim | None:
    """The right to run; None when a worker ran a whole pass while we waited for it."""
    owner = f"command:{os.getpid()}"
    deadline = time.monotonic() + 2 * LEASE_SECONDS
    while time.monotonic() < deadline:
        mine = claim(connection.pk, owner)
        if mine is not None:
            return mine
        time.sleep(POLL_SECONDS)
        if _joined(connection, began) is not None:
            return None
    return None


def _joined(connection: Connection, began: Any) -> Pass | None:
    return (
        receipts(connection)
        .exclude(state=PassState.RUNNING)
        .filter(started_at__gte=began - timedelta(seconds=LEASE_SECONDS), ended_at__gte=began)
        .first()
    )


def _result(
    connection: Connection, receipt: Pass | None, *, code: str = "", message: str = ""
) -> dict[str, Any]:
    code = receipt.code if receipt else code
    if code and not message:
        words = words_for(code)
        message = f"{words.title} {words.next_step}"
    return {
        "site": connection.site,
        "state": receipt.state if receipt else "not_run",
        "created": receipt.created if receipt else 0,
        "updated": receipt.updated if receipt else 0,
        "unchanged": receipt.unchanged if receipt else 0,
        "set_aside": receipt.set_aside if receipt else 0,
        "failed": receipt.failed if receipt else 0,
        "requests": receipt.requests if receipt else 0,
        "seconds": receipt.seconds if receipt else 0.0,
        "code": code or None,
        "message": message or None,
    }
