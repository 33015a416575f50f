"""The life of a pass: begun, advanced page by page, ended; what stays is its receipt."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from ekachit.connections.ledger import file_calls
from ekachit.connections.models import Connection, Project, State
from ekachit.domain.sync.schedule import AUTH_TRIES, Ending, next_due_seconds
from ekachit.jira.ledger import Call
from ekachit.sync.leases import Claim, fence
from ekachit.sync.models import Pass, PassState

if TYPE_CHECKING:
    from ekachit.sync.apply import Applied

NOTES_KEPT = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a pass ended: the state for its receipt, and a stable code where something was wrong."""

    state: PassState
    ending: Ending
    code: str = ""
    retry_after: float | None = None


@transaction.atomic
def begin(claim: Claim, *, now: datetime) -> Pass:
    """Open the receipt of a pass. The first one of a connection, until it was complete once, is its import.

    Raises:
        LeaseLostError: the claim is no longer ours.
    """
    connection = fence(claim)
    Pass.objects.filter(connection=connection, state=PassState.RUNNING).update(
        state=PassState.FAILED, ended_at=now, code="interrupted"
    )
    is_import = needs_import(connection)
    projects = Project.objects.filter(connection=connection, picked=True)
    progress = {each.project_id: [0, each.open_count] for each in projects} if is_import else {}
    return Pass.objects.create(
        connection=connection, epoch=claim.epoch, is_import=is_import, started_at=now, progress=progress
    )


def needs_import(connection: Connection) -> bool:
    """Return whether the next pass reads everything: none was complete since the projects were last picked."""
    latest = Pass.objects.filter(connection=connection, state=PassState.COMPLETE).order_by("-id").first()
    return latest is None or connection.picked_at is None or latest.started_at < connection.picked_at


def advance(connection: Connection, pass_id: int, done: Applied, calls: Sequence[Call]) -> None:
    """Add a transaction's counts to the receipt and its requests to the ledger; inside that transaction."""
    receipt = Pass.objects.get(pk=pass_id)
    progress = {project: list(pair) for project, pair in receipt.progress.items()}
    for project, count in done.by_project.items():
        if project in progress:
            progress[project][0] += count
    Pass.objects.filter(pk=pass_id).update(
        created=F("created") + done.created,
        updated=F("updated") + done.updated,
        unchanged=F("unchanged") + done.unchanged,
        failed=F("failed") + done.failed,
        requests=F("requests") + len(calls),
        progress=progress,
        notes=[*receipt.notes, *done.notes][:NOTES_KEPT],
    )
    file_calls(connection, calls)


@transaction.atomic
def end(claim: Claim, pass_id: int, outcome: Outcome, calls: Sequence[Call], *, now: datetime) -> None:
    """Close the receipt, file the requests, set when the next pass is due, and give the connection back.

    Raises:
        LeaseLostError: the claim is no longer ours; whoever has it now closes the receipt.
    """
    connection = fence(claim)
    receipt = Pass.objects.get(pk=pass_id)
    Pass.objects.filter(pk=pass_id).update(
        state=outcome.state,
        ended_at=now,
        code=outcome.code,
        requests=F("requests") + len(calls),
        seconds=max(0.0, (now - receipt.started_at).total_seconds()),
    )
    file_calls(connection, calls)
    failures = 0 if outcome.ending in {Ending.FINE, Ending.STOPPED} else connection.failures + 1
    wait = next_due_seconds(
        outcome.ending,
        failures=failures,
        chance=random.random(),  # noqa: S311 # spreads polls over time, guards nothing
        retry_after=outcome.retry_after,
    )
    connection.failures = failures
    connection.due_at = None if wait is None else now + timedelta(seconds=wait)
    if outcome.ending is Ending.AUTH_REJECTED and failures >= AUTH_TRIES:
        connection.state = State.NEEDS_TOKEN
    connection.lease_until, connection.lease_owner, connection.stop_requested = None, "", False
    connection.save(
        update_fields=["failures", "due_at", "state", "lease_until", "lease_owner", "stop_requested"]
    )


@transaction.atomic
def abandon(pass_id: int, calls: Sequence[Call], *, code: str, now: datetime) -> None:
    """Close the receipt of a pass that was cut off: what it asked is on record, nothing else is written."""
    receipt = Pass.objects.select_related("connection").get(pk=pass_id)
    file_calls(receipt.connection, calls)
    Pass.objects.filter(pk=pass_id, state=PassState.RUNNING).update(
        state=PassState.FAILED, ended_at=now, code=code, requests=F("requests") + len(calls)
    )
