"""Where each task's status change is on its way to Jira, as the rows show it: the truth or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from ekachit.accounts.models import User
from ekachit.connections.models import Project, State
from ekachit.domain.sync.schedule import OVERDUE_SECONDS
from ekachit.sync.models import OPEN_STATES, UNDONE, EntryState, OutboxEntry, SiteHold
from ekachit.tasks.models import Task

# A change that goes its way is there sooner than this; what waits longer has a reason, and that is said.
HELD_UP = timedelta(seconds=5)
# Codes of trouble that is not Jira's.
_OURS = frozenset({"internal", "sandbox_not_allowed", "database", "budget_spent"})
# Changes that began within this time of each other are one bulk.
_ONE_BULK = timedelta(seconds=60)


class Kind(StrEnum):
    """What the row has to say."""

    WAITING = "waiting"
    REFUSED = "refused"
    NOT_SENT = "not_sent"


class Holdup(StrEnum):
    """Why a change waits longer than it takes to send it."""

    TOKEN = "token"  # noqa: S105 # a reason, not a secret
    RATE = "rate"
    READ_ONLY = "read_only"
    AWAY = "away"
    HERE = "here"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Truth:
    """What the latest change of a task came to. `holdup` is why it waits, `until` when it is tried again."""

    entry: OutboxEntry
    kind: Kind
    holdup: Holdup | None = None
    until: datetime | None = None

    @property
    def moves(self) -> bool:
        """Whether it may be settled at any moment."""
        return self.kind is Kind.WAITING and self.holdup is None


@dataclass(frozen=True, slots=True)
class Bulk:
    """How far several changes are that began together: how many are settled, and of how many."""

    settled: int
    total: int


def truths(tasks: Iterable[Task], *, now: datetime) -> dict[int, Truth]:
    """Return what there is to say of these tasks, by their id: one query, however many."""
    statuses = {task.pk: task.status for task in tasks}
    return truths_from(_latest(OutboxEntry.objects.filter(task__in=list(statuses)), now), statuses, now=now)


def entries_of(user: User, *, now: datetime) -> list[OutboxEntry]:
    """Return the entries that rows may speak of, for `truths_from`: one query.

    To be read before the rows. What is settled in between is then shown as on its way, and looked at again; the other
    way round a row would show what Jira had before, and nothing would tell that it is old.
    """
    return list(_latest(OutboxEntry.objects.filter(user=user), now))


def truths_from(
    entries: Iterable[OutboxEntry], statuses: Mapping[int, str], *, now: datetime
) -> dict[int, Truth]:
    """Return what entries tell of the tasks whose statuses these are, by the tasks' ids."""
    mine = (each for each in entries if each.task_id in statuses)
    found = ((each, _truth(each, statuses[each.task_id], now)) for each in mine)
    return {entry.task_id: truth for entry, truth in found if truth is not None}


def unsettled_of(user: User, *, now: datetime) -> list[Truth]:
    """Return what of a person's changes waits, was refused or was not sent, newest first."""
    entries = _latest(OutboxEntry.objects.filter(user=user), now).order_by("-id")
    rows = entries.select_related("task__link__connection")
    found = (_truth(each, each.task.status, now) for each in rows)
    return [each for each in found if each is not None]


def waiting_in(project: Project) -> int:
    """Return how many changes of a project's tasks are on their way to Jira."""
    return OutboxEntry.objects.filter(
        connection_id=project.connection_id, task__link__project_id=project.project_id, state__in=OPEN_STATES
    ).count()


def bulk_of(user: User) -> Bulk | None:
    """Return how far the changes are that a person made together; None where no more than one is on its way."""
    mine = OutboxEntry.objects.filter(user=user)
    still = mine.filter(state__in=OPEN_STATES).aggregate(
        count=Count("pk"), first=Min("created_at"), last=Max("created_at")
    )
    if still["count"] < 2:  # noqa: PLR2004 # a single one says so in its row
        return None
    together = Q(created_at__gte=still["first"] - _ONE_BULK, created_at__lte=still["last"] + _ONE_BULK)
    gone = Q(state__in=(EntryState.SUPERSEDED, EntryState.CANCELLED))
    settled = mine.filter(together, ended_at__isnull=False).exclude(gone).count()
    return Bulk(settled, settled + still["count"])


def _latest(entries: QuerySet[OutboxEntry], now: datetime) -> QuerySet[OutboxEntry]:
    """Of each task the latest entry, where it is one that a row may speak of.

    What was taken back or replaced before it left does not stand before what is being sent.
    """
    later = OutboxEntry.objects.filter(~UNDONE, task=OuterRef("task"), pk__gt=OuterRef("pk"))
    holds = SiteHold.objects.filter(site=OuterRef("connection__site"), until__gt=now)
    shown = Q(state__in=OPEN_STATES) | Q(
        state__in=(EntryState.REFUSED, EntryState.CANCELLED), left_at__isnull=True
    )
    return (
        entries.filter(shown)
        .exclude(Exists(later), ended_at__isnull=False)
        .exclude(Exists(later.exclude(state=EntryState.SUPERSEDED)), ended_at__isnull=True)
        .select_related("connection")
        .annotate(
            held_until=Subquery(holds.values("until")[:1]),
            hold_code=Subquery(holds.values("code")[:1]),
            sender=F("connection__send_until"),
        )
    )


def _truth(entry: OutboxEntry, status: str, now: datetime) -> Truth | None:
    if entry.state in OPEN_STATES:
        return Truth(entry, Kind.WAITING, *_holdup(entry, now))
    if entry.state == EntryState.REFUSED:
        # Where the task got there by another way, there is nothing left to say.
        return None if status == entry.wanted else Truth(entry, Kind.REFUSED)
    if entry.code == "undone" or status != entry.wanted:
        return None
    return Truth(entry, Kind.NOT_SENT)


def _holdup(entry: OutboxEntry, now: datetime) -> tuple[Holdup | None, datetime | None]:
    """Why an entry waits, and until when; nothing where it is on its way."""
    if entry.connection.state == State.NEEDS_TOKEN:
        return Holdup.TOKEN, None
    held_until: datetime | None = getattr(entry, "held_until", None)
    if held_until is not None and held_until > now + HELD_UP:
        return _by_code(getattr(entry, "hold_code", "")), held_until
    if entry.not_before > now + HELD_UP:
        return _by_code(entry.code), entry.not_before
    if _is_late(entry, now):
        return Holdup.NOBODY, None
    return None, None


def _is_late(entry: OutboxEntry, now: datetime) -> bool:
    """Whether it should long have been taken, and nobody is at work for the connection."""
    sender: datetime | None = getattr(entry, "sender", None)
    at_work = sender is not None and sender > now
    return not at_work and now - entry.not_before > timedelta(seconds=OVERDUE_SECONDS)


def _by_code(code: str) -> Holdup:
    if code == "rate_limited":
        return Holdup.RATE
    if code == "read_only":
        return Holdup.READ_ONLY
    if code.startswith(("token_", "password_", "scope_", "captcha", "no_jira", "account_")):
        return Holdup.TOKEN
    return Holdup.HERE if code in _OURS or code.startswith(("key_", "sealed_")) else Holdup.AWAY
