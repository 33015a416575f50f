"""The database's side of a delivery: each step is one transaction, fenced by the lease of the sending lane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import Q
from msgspec.structs import replace

from ekachit.connections.credentials import sealed_token
from ekachit.connections.ledger import file_calls
from ekachit.connections.models import Connection, Project
from ekachit.domain.sync.delivery import write_wait
from ekachit.domain.sync.reconcile import reconcile
from ekachit.domain.sync.state import Issue, RemoteView, Scope
from ekachit.domain.sync.status import Category
from ekachit.domain.sync.transitions import Transition
from ekachit.durability import durably
from ekachit.jira.ledger import Call
from ekachit.jira.points import PointsFields
from ekachit.sync import outbox
from ekachit.sync.checkpoints import Checkpoint, reach
from ekachit.sync.held import held_by_issue
from ekachit.sync.leases import Claim, fence, give_back, renew
from ekachit.sync.loading import reading_of
from ekachit.sync.models import OPEN_STATES, UNDONE, EntryState, Link, OutboxEntry, Presence
from ekachit.sync.passes import Tally
from ekachit.sync.workflow import Rules, rules_of, with_seen
from ekachit.sync.writing import Writer
from ekachit.vault.seal import SealedToken

LONGEST_WINDOW = timedelta(seconds=30)
# In an entry's detail; only read while it is open.
_LEFT = "left"


@dataclass(frozen=True, slots=True)
class Sender:
    """A connection as sending needs it."""

    connection: Connection
    token: SealedToken
    points: PointsFields


class Left(msgspec.Struct, frozen=True):
    """A write that left: the status it leads to, and how many changes of status the issue had a moment before.

    By the changes that have come since, a reading tells whether it arrived, also where Jira moved on from there.
    """

    to_id: str
    to_category: Category
    changes: int


@dataclass(frozen=True, slots=True)
class Job:
    """One entry whose turn it is. `posted` is whether an earlier attempt's write may have arrived.

    `left` is that write, None without one.
    """

    entry_id: int
    task_id: int
    issue_id: str
    issue_type: str
    project_id: str
    key: str
    wanted: str
    attempts: int
    posted: bool
    seen_status_id: str
    rules: Rules
    left: Left | None = None


@transaction.atomic
def load_sender(claim: Claim) -> Sender:
    """Return what sending needs.

    Raises:
        LeaseLostError: the claim is no longer ours.
        VaultError: the token cannot be opened.
    """
    connection = fence(claim)
    points = msgspec.convert(connection.points_fields, PointsFields)
    return Sender(connection, sealed_token(connection), points)


@transaction.atomic
def take_next(claim: Claim, *, now: datetime, calls: Sequence[Call] = ()) -> Job | None:
    """Take the next entry whose time has come, oldest first, one that was cut off before all; None: nothing to do.

    Raises:
        LeaseLostError: the claim is no longer ours.
    """
    connection = fence(claim)
    file_calls(connection, calls)
    ready = (
        OutboxEntry.objects.select_for_update()
        .filter(connection=connection, state__in=OPEN_STATES, not_before__lte=now)
        .order_by("id")
    )
    # Of one task the older entry goes first, also when it still has to wait.
    cut_off = OutboxEntry.objects.filter(connection=connection, state=EntryState.SENDING, not_before__gt=now)
    busy: set[int] = set(cut_off.values_list("task_id", flat=True))
    for entry in sorted(ready, key=lambda each: each.state != EntryState.SENDING):
        if entry.task_id in busy:
            continue
        busy.add(entry.task_id)
        job = _job(connection, entry, now)
        if job is not None:
            renew(claim)
            return job
    return None


def _job(connection: Connection, entry: OutboxEntry, now: datetime) -> Job | None:
    """Mark an entry as being sent and return it; None where it has to wait or cannot be sent at all."""
    link = Link.objects.filter(task_id=entry.task_id, connection=connection).first()
    project = None
    if link is not None and link.presence != Presence.GONE:
        project = Project.objects.filter(connection=connection, project_id=link.project_id).first()
    if link is None or project is None:
        outbox.refuse(entry, "not_yours", now=now, detail={"unheard": True} if entry.posted_at else None)
        return None
    wait = write_wait(_sent_lately(entry.task_id, now), now)
    if wait:
        entry.not_before = now + timedelta(seconds=wait)
        entry.save(update_fields=["not_before"])
        return None
    entry.state, entry.attempts = EntryState.SENDING, entry.attempts + 1
    entry.save(update_fields=["state", "attempts"])
    return Job(
        entry_id=entry.pk,
        task_id=entry.task_id,
        issue_id=link.issue_id,
        issue_type=link.issue_type,
        project_id=link.project_id,
        key=link.key,
        wanted=entry.wanted,
        attempts=entry.attempts,
        posted=entry.posted_at is not None,
        seen_status_id=entry.seen_status_id,
        rules=rules_of(project, reading_of(project, connection)),
        left=msgspec.convert(entry.detail[_LEFT], Left) if _LEFT in entry.detail else None,
    )


def _sent_lately(task_id: int, now: datetime) -> list[datetime]:
    recent = OutboxEntry.objects.filter(task_id=task_id, posted_at__gt=now - LONGEST_WINDOW)
    return [each for each in recent.values_list("posted_at", flat=True) if each is not None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of the issue. `agreed` is the task's status that our own write gave it in Jira, if one did.

    `theirs` is the status (as a task's, with Jira's name) that somebody gave it between our look and our write.
    """

    issue: Issue
    agreed: str | None = None
    theirs: tuple[str, str] | None = None


@transaction.atomic
def observe(claim: Claim, job: Job, seen: Seen, *, now: datetime, calls: Sequence[Call] = ()) -> bool:
    """Compare what was read three ways and write what follows; returns whether the entry is still to be sent.

    Raises:
        LeaseLostError: the claim is no longer ours.
    """
    connection = fence(claim)
    file_calls(connection, calls)
    if seen.agreed is not None:
        _agree(job, seen.agreed)
    if seen.theirs is not None:
        # Before anything else: what Jira shows now would close the entry as if nothing had been gone over.
        _late_conflict(connection, job, seen.theirs, now)
    _take_over(connection, seen.issue, now)
    entry = OutboxEntry.objects.select_for_update().get(pk=job.entry_id)
    link = Link.objects.get(task_id=job.task_id)
    if entry.state in OPEN_STATES and seen.agreed == entry.wanted:
        # Our write arrived. If Jira has moved the issue on since, that is Jira's word and no concern of the entry.
        outbox.close(entry, EntryState.APPLIED, now=now)
    elif entry.state in OPEN_STATES and link.base["status"] == entry.wanted:
        outbox.close(entry, EntryState.APPLIED, now=now, code="" if job.posted else "already_there")
    elif entry.state in OPEN_STATES and seen.agreed is None and _has_newer(entry):
        # It was cut off, did not arrive, and is no longer what the person wants.
        outbox.close(entry, EntryState.SUPERSEDED, now=now)
    elif entry.state in OPEN_STATES and entry.base != link.base["status"]:
        entry.base = link.base["status"]
        entry.save(update_fields=["base"])
    renew(claim)
    reach(Checkpoint.IN_APPLY)
    return entry.state == EntryState.SENDING


@transaction.atomic
def lose_sight(  # noqa: PLR0913 # what was made, and why it cannot be looked at
    claim: Claim,
    job: Job,
    agreed: str,
    status_name: str,
    code: str,
    *,
    now: datetime,
    calls: Sequence[Call] = (),
) -> None:
    """Record a step that Jira confirmed for an issue that cannot be read back, as it may be nobody's or another's now.

    Its answer is all there is.

    The entry is done where the step led to what was wanted; where it was on the way there, it is refused by `code`.

    Raises:
        LeaseLostError: the claim is no longer ours.
    """
    connection = fence(claim)
    file_calls(connection, calls)
    _agree(job, agreed)
    Link.objects.filter(task_id=job.task_id).update(jira_status=status_name[:255])
    entry = OutboxEntry.objects.select_for_update().get(pk=job.entry_id)
    if entry.state in OPEN_STATES and agreed == entry.wanted:
        outbox.close(entry, EntryState.APPLIED, now=now, code="not_read_back")
    elif entry.state in OPEN_STATES:
        outbox.refuse(entry, code, now=now)


def _has_newer(entry: OutboxEntry) -> bool:
    """Whether the person has said something since that stands: not what was replaced or taken back before it left."""
    newer = OutboxEntry.objects.filter(task_id=entry.task_id, pk__gt=entry.pk)
    return newer.exclude(UNDONE | Q(state=EntryState.SUPERSEDED)).exists()


def _agree(job: Job, status: str) -> None:
    """Our own write is what both sides agree on: it is no news when Jira shows it."""
    link = Link.objects.get(task_id=job.task_id)
    link.base = {**link.base, "status": status}
    link.save(update_fields=["base"])


def _take_over(connection: Connection, issue: Issue, now: datetime) -> None:
    ids = {issue.issue_id} | {line.issue_id for line in issue.subtasks}
    held = {key: replace(each, sending=False) for key, each in held_by_issue(connection, ids).items()}
    picked = Project.objects.filter(connection=connection, picked=True)
    scope = Scope(frozenset(picked.values_list("project_id", flat=True)), frozenset(held))
    Writer(connection, Tally(0, now), now).write(reconcile(RemoteView((issue,)), held, scope))


def _late_conflict(connection: Connection, job: Job, theirs: tuple[str, str], now: datetime) -> None:
    entry = OutboxEntry.objects.select_for_update().get(pk=job.entry_id)
    link = Link.objects.get(task_id=job.task_id)
    Writer(connection, Tally(0, now), now).late_conflict(entry, link, theirs)
    if entry.state in OPEN_STATES:
        outbox.close(entry, EntryState.LATE_CONFLICT, now=now)


@durably()
@transaction.atomic
def about_to_post(  # noqa: PLR0913 # each is asked for by name
    claim: Claim,
    job: Job,
    status_id: str,
    transitions: Iterable[Transition],
    left: Left,
    *,
    now: datetime,
    calls: Sequence[Call] = (),
) -> bool:
    """Note that a write leaves now, and what Jira had a moment before; returns False where it is no longer wanted.

    Nor does it leave where two-way was switched off since: then it is closed as not sent.

    Raises:
        LeaseLostError: the claim is no longer ours; nothing may be sent.
    """
    connection = fence(claim)
    file_calls(connection, calls)
    _remember(connection, job, status_id, transitions)
    renew(claim)
    sending = OutboxEntry.objects.filter(pk=job.entry_id, state=EntryState.SENDING)
    link = Link.objects.select_related("connection").get(task_id=job.task_id)
    if outbox.sends(link) is None:
        for entry in sending.select_for_update():
            outbox.close(entry, EntryState.CANCELLED, now=now, code="two_way_off")
        return False
    noted = {_LEFT: msgspec.to_builtins(left)}
    return bool(sending.update(posted_at=now, seen_status_id=status_id, detail=noted))


@transaction.atomic
def remember(
    claim: Claim, job: Job, status_id: str, transitions: Iterable[Transition], *, now: datetime
) -> None:
    """Keep what was seen of the workflow: another change may find its way by it.

    Raises:
        LeaseLostError: the claim is no longer ours.
    """
    del now  # every step is given it
    _remember(fence(claim), job, status_id, transitions)


def _remember(connection: Connection, job: Job, status_id: str, transitions: Iterable[Transition]) -> None:
    link = Link.objects.get(task_id=job.task_id)
    project = Project.objects.filter(connection=connection, project_id=link.project_id).first()
    if project is None:
        return
    workflow = with_seen(project.workflow, job.issue_type, status_id, transitions)
    if workflow != project.workflow:
        Project.objects.filter(pk=project.pk).update(workflow=workflow)


@transaction.atomic
def refuse(  # noqa: PLR0913 # each is asked for by name
    claim: Claim,
    job: Job,
    code: str,
    *,
    now: datetime,
    detail: dict[str, object] | None = None,
    calls: Sequence[Call] = (),
) -> None:
    """Close the entry as refused, with what the words for it need.

    Raises:
        LeaseLostError: the claim is no longer ours.
    """
    connection = fence(claim)
    file_calls(connection, calls)
    entry = OutboxEntry.objects.select_for_update().get(pk=job.entry_id)
    if entry.state in OPEN_STATES:
        outbox.refuse(entry, code, now=now, detail=detail)


@transaction.atomic
def put_back(  # noqa: PLR0913 # each is asked for by name
    claim: Claim,
    job: Job,
    *,
    wait: float,
    landed: bool,
    code: str,
    now: datetime,
    calls: Sequence[Call] = (),
) -> None:
    """Let an entry wait for its next attempt. `landed` is whether the write may have arrived all the same.

    Raises:
        LeaseLostError: the claim is no longer ours.
    """
    connection = fence(claim)
    file_calls(connection, calls)
    entry = OutboxEntry.objects.select_for_update().get(pk=job.entry_id)
    if entry.state not in OPEN_STATES:
        return
    newer = OutboxEntry.objects.filter(task_id=entry.task_id, state=EntryState.WAITING).exists()
    # Two cannot wait for one task; this one has left already, so it stays first.
    entry.state = EntryState.SENDING if newer else EntryState.WAITING
    entry.not_before = now + timedelta(seconds=wait)
    entry.code = code
    if not landed:
        entry.posted_at = None
    entry.save(update_fields=["state", "not_before", "code", "posted_at"])


@transaction.atomic
def end_sending(claim: Claim, calls: Sequence[Call]) -> None:
    """File the last requests and give the lane back; whoever has it now is not disturbed."""
    file_calls(Connection.objects.get(pk=claim.connection_id), calls)
    give_back(claim)
