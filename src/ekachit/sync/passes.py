"""The life of a pass: begun, advanced by each write, ended; what stays is its receipt.

A pass that finds nothing new writes one small row, at its end. The row comes earlier only where there is something
to show meanwhile: an import's progress, or changes that are in the database already.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from django.db import transaction

from ekachit import rows
from ekachit.accounts.notices import take_back, tell
from ekachit.connections.ledger import file_calls
from ekachit.connections.models import Connection, State
from ekachit.domain.sync.schedule import AUTH_TRIES, HARMLESS, Ending, next_due_seconds
from ekachit.jira.errors import AUTH_CODES
from ekachit.jira.ledger import Call
from ekachit.sync.checkpoints import Checkpoint, reach
from ekachit.sync.holds import IS_HELD, hold, release
from ekachit.sync.leases import Claim, fence_with
from ekachit.sync.models import Pass, PassState

log = logging.getLogger(__name__)

# Passes that ended without a verdict on the connection: another worker closed them, or they lost it.
CUT_OFF = ("interrupted", "lease_lost")
NOTES_KEPT = 200
# Columns of `Before`, as SQL beside a connection's row. The state is not a value of its own, so that the index fits.
LAST_COMPLETE = (
    "(SELECT started_at FROM sync_pass WHERE connection_id = connections_connection.id AND state = 'complete'"
    " AND started_at >= connections_connection.picked_at ORDER BY id DESC LIMIT 1)"
)
WAS_CUT_OFF = (
    "EXISTS (SELECT 1 FROM sync_pass WHERE connection_id = connections_connection.id AND state = 'running')"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a pass ended: the state for its receipt, and a stable code where something was wrong.

    `asked` is False where the last request was not let out, so that nothing was found out of the site.
    """

    state: PassState
    ending: Ending
    code: str = ""
    retry_after: float | None = None
    asked: bool = True


class Before(NamedTuple):
    """What was before a pass: when the last complete one began, if there was one since the projects were last picked.

    `cut_off` is whether one never ended.
    """

    last_complete: datetime | None
    cut_off: bool


class Picked(Protocol):
    """A picked project, with how many open issues are the person's, as far as is known."""

    @property
    def project_id(self) -> str:
        """Jira's number of it."""

    @property
    def open_count(self) -> int:
        """How many."""


@dataclass(slots=True)
class Tally:
    """The receipt in the making. `pass_id` is None for as long as there is nothing to show.

    `last_complete` is when the last complete pass began, None for an import: none was since the projects were picked.
    `progress` maps a project id to [issues applied, issues expected (None: not known)], for an import.
    """

    epoch: int
    started_at: datetime
    last_complete: datetime | None = None
    is_import: bool = False
    pass_id: int | None = None
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    set_aside: int = 0
    failed: int = 0
    requests: int = 0
    suspects: int = 0
    progress: dict[str, list[int | None]] = field(default_factory=dict)
    notes: list[dict[str, object]] = field(default_factory=list)

    def copy(self) -> Tally:
        """Return a tally of its own that starts where this one stands."""
        progress = {project: list(pair) for project, pair in self.progress.items()}
        return replace(self, progress=progress, notes=list(self.notes))

    def note(self, **what: object) -> None:
        """Add a note for the person; past a limit only the counts go on."""
        if len(self.notes) < NOTES_KEPT:
            self.notes.append(what)

    def turn_over(self, projects: Counter[str]) -> None:
        """Count issues whose turn is over, by project."""
        for project, count in projects.items():
            pair = self.progress.get(project)
            if pair is not None:
                pair[0] = (pair[0] or 0) + count

    def columns(self) -> dict[str, object]:
        """Return the receipt's columns as they stand."""
        names = ("created", "updated", "unchanged", "set_aside", "failed", "requests", "progress", "notes")
        return {name: getattr(self, name) for name in names}


def begin(
    connection: Connection, epoch: int, projects: Sequence[Picked], before: Before, *, now: datetime
) -> Tally:
    """Begin the receipt of a pass; inside the transaction that fences it.

    A pass that was cut off without a word is closed. The first one of a connection, until it was complete once, is
    its import.
    """
    if before.cut_off:
        rows.update(
            Pass,
            {"state": PassState.FAILED.value, "ended_at": now, "code": "interrupted"},
            "connection_id = %s AND state = 'running'",
            [connection.pk],
        )
    last = before.last_complete
    tally = Tally(epoch, now, last, is_import=last is None)
    if tally.is_import:
        tally.progress = {each.project_id: [0, each.open_count] for each in projects}
        write(connection, tally)
    return tally


def needs_import(connection: Connection) -> bool:
    """Return whether the next pass brings in what is new: none was complete since the projects were last picked."""
    found = rows.select(f"SELECT {LAST_COMPLETE} FROM connections_connection WHERE id = %s", [connection.pk])  # noqa: S608 # ours
    return not found or found[0][0] is None


def write(connection: Connection, tally: Tally) -> None:
    """Store the receipt as it stands; inside the transaction whose changes it tells of."""
    if tally.pass_id is not None:
        rows.update(Pass, tally.columns(), "id = %s", [tally.pass_id])
        return
    row = Pass.objects.create(
        connection=connection,
        epoch=tally.epoch,
        is_import=tally.is_import,
        started_at=tally.started_at,
        **tally.columns(),
    )
    tally.pass_id = row.pk


@transaction.atomic
def end(  # noqa: PLR0913 # each is asked for by name
    claim: Claim,
    tally: Tally,
    outcome: Outcome,
    calls: Sequence[Call],
    *,
    now: datetime,
    chance: Callable[[], float],
) -> Pass:
    """Close the receipt, file the requests, set when the next pass is due, and give the connection back.

    Raises:
        LeaseLostError: the claim is no longer ours; whoever has it now closes the receipt.
    """
    connection, (held,) = fence_with(claim, [IS_HELD])
    tally = tally.copy()
    tally.requests += len(calls)
    file_calls(connection, calls)
    receipt = _close(connection, tally, outcome.state, outcome.code, now)
    _tell_of_projects(connection, tally)
    if tally.is_import and outcome.state == PassState.COMPLETE:
        _tell_of_import(connection, tally)
    if outcome.ending is Ending.UNAVAILABLE and outcome.asked:
        hold(connection.site, code=outcome.code, retry_after=outcome.retry_after, now=now, chance=chance)
    elif outcome.ending is Ending.FINE and held:
        release(connection.site)
    _reschedule(connection, outcome, now, chance)
    reach(Checkpoint.IN_CLOSE)
    return receipt


@transaction.atomic
def abandon(claim: Claim, tally: Tally, calls: Sequence[Call], *, code: str, now: datetime) -> Pass:
    """Close the receipt of a pass that was cut off: what it asked is on record, nothing else is written.

    A claim that still holds is given back. Where it was lost, and nothing had been written under it, there is no
    receipt to store: the newest one is that of whoever has the connection now.
    """
    connection = Connection.objects.get(pk=claim.connection_id)
    tally = tally.copy()
    tally.requests += len(calls)
    file_calls(connection, calls)
    held = Connection.objects.filter(pk=claim.connection_id, epoch=claim.epoch).update(
        lease_until=None, lease_owner=""
    )
    if not held and tally.pass_id is None:
        return Pass(connection=connection, epoch=tally.epoch, **_closing(tally, PassState.FAILED, code, now))
    return _close(connection, tally, PassState.FAILED, code, now)


def _close(connection: Connection, tally: Tally, state: PassState, code: str, now: datetime) -> Pass:
    columns = _closing(tally, state, code, now)
    if tally.pass_id is not None:
        # Whoever took the connection over may have closed it already; its word stands.
        Pass.objects.filter(pk=tally.pass_id, state=PassState.RUNNING).update(**columns)
        return Pass.objects.get(pk=tally.pass_id)
    values = {"connection_id": connection.pk, "epoch": tally.epoch, **columns}
    (number,) = rows.insert_for_ids(Pass, tuple(values), [tuple(values.values())])
    return Pass(id=number, **values)


def _closing(tally: Tally, state: PassState, code: str, now: datetime) -> dict[str, object]:
    return {
        **tally.columns(),
        "is_import": tally.is_import,
        "started_at": tally.started_at,
        "state": state,
        "code": code,
        "ended_at": now,
        "seconds": max(0.0, (now - tally.started_at).total_seconds()),
    }


def _tell_of_projects(connection: Connection, tally: Tally) -> None:
    """Say once of each picked project that Jira no longer knows it; picking projects anew takes it back."""
    for project in (str(note["project"]) for note in tally.notes if note.get("gone")):
        key = f"project-gone-{connection.pk}-{project}"
        told: dict[str, str | int] = {
            "site": connection.site,
            "connection": connection.pk,
            "project": project,
        }
        tell(connection.user, "project_gone", key=key, **told)


def _tell_of_import(connection: Connection, tally: Tally) -> None:
    """Say once of each choice of projects that its import is done."""
    told: dict[str, str | int] = {
        "site": connection.site,
        "connection": connection.pk,
        "created": tally.created,
    }
    picked = "" if connection.picked_at is None else connection.picked_at.isoformat()
    tell(connection.user, "import_done", key=f"import-done-{connection.pk}-{picked}", **told)


def _reschedule(connection: Connection, outcome: Outcome, now: datetime, chance: Callable[[], float]) -> None:
    failed_before = connection.failures
    connection.failures = 0 if outcome.ending in HARMLESS else failed_before + 1
    refused = outcome.ending is Ending.AUTH_REJECTED
    tries = _refusals(connection) if refused else connection.failures
    wait = next_due_seconds(outcome.ending, failures=tries, chance=chance(), retry_after=outcome.retry_after)
    connection.due_at = None if wait is None else now + timedelta(seconds=wait)
    if refused and tries >= AUTH_TRIES:
        connection.state = State.NEEDS_TOKEN
        # A new token that is refused in its turn is another event: the epoch tells them apart.
        told = f"needs-token-{connection.pk}-{connection.epoch}"
        tell(connection.user, "needs_token", key=told, site=connection.site, connection=connection.pk)
    elif outcome.ending is Ending.FINE and failed_before:
        take_back(connection.user, f"needs-token-{connection.pk}-")
    _log_change(connection, outcome, failed_before)
    connection.lease_until, connection.lease_owner, connection.stop_requested = None, "", False
    connection.reread = connection.reread and outcome.ending is not Ending.FINE
    names = ("failures", "due_at", "state", "lease_until", "lease_owner", "stop_requested", "reread")
    rows.update(Connection, {name: getattr(connection, name) for name in names}, "id = %s", [connection.pk])


def _refusals(connection: Connection) -> int:
    """How often the token was refused since a pass last went well; other failures in between do not count.

    Those that were cut off are not among the failures, so they are not among the passes looked at.
    """
    passes = Pass.objects.filter(connection=connection).exclude(code__in=CUT_OFF)
    since = passes.values_list("code", flat=True)[: connection.failures]
    return sum(code in AUTH_CODES for code in since)


def _log_change(connection: Connection, outcome: Outcome, failed_before: int) -> None:
    """Log once when it breaks and once when it works again, not each time."""
    if connection.failures and not failed_before:
        log.warning("Connection %s: passes fail now [%s]", connection.pk, outcome.code)
    elif failed_before and not connection.failures:
        log.info("Connection %s: passes work again", connection.pk)
