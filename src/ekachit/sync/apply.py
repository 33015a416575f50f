"""Reconciling a view with what the database holds and writing what follows: one transaction, fenced by the lease."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from ekachit.connections.ledger import file_calls
from ekachit.connections.models import Connection
from ekachit.domain.sync.absence import judge_absence
from ekachit.domain.sync.reconcile import reconcile
from ekachit.domain.sync.state import RemoteView, Scope
from ekachit.jira.ledger import Call
from ekachit.sync.checkpoints import Checkpoint, reach
from ekachit.sync.held import held_by_issue
from ekachit.sync.leases import Claim, fence, renew
from ekachit.sync.models import PutAside
from ekachit.sync.passes import Tally, write
from ekachit.sync.translate import Refusal
from ekachit.sync.writing import Writer


@dataclass(frozen=True, slots=True)
class Found:
    """What a step of a pass brings to the database.

    `refused` could not be read, at the version in `versions`; `settled` could not be read before and is now over.
    With `checks_absence` the view's absences are all of this pass, and `current` is how many issues were the
    person's before it: so that it can be judged whether so many can be gone.
    """

    view: RemoteView
    refused: Sequence[Refusal] = ()
    versions: Mapping[str, datetime | None] = field(default_factory=dict)
    settled: Collection[str] = ()
    checks_absence: bool = False
    current: int = 0


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of it: the receipt as it stands now, and whether the person asked to stop.

    `written` is False where nothing was news: then the requests wait to be filed with a later write.
    """

    tally: Tally
    stop: bool
    written: bool


@transaction.atomic
def apply(  # noqa: PLR0913 # each is asked for by name
    claim: Claim, before: Tally, found: Found, scope: Scope, *, now: datetime, calls: Sequence[Call] = ()
) -> Applied:
    """Write what follows from a view, with its share of the receipt.

    What we hold is read inside the transaction: a change that the person makes meanwhile is either in it or waits.
    `before` is not touched, so that it still holds if the transaction fails.

    Raises:
        LeaseLostError: another worker or a disconnect came between; nothing was written.
    """
    connection = fence(claim)
    tally = before.copy()
    view = _judged(connection, found, tally)
    actions = reconcile(view, held_by_issue(connection, _ids(view)), scope)
    news = Writer(connection, tally, now).write(actions)
    tally.turn_over(Counter(each.project_id for each in view.issues))
    news = _put_aside(connection, tally, found, now) or news
    written = news or tally.is_import
    if written:
        tally.requests += len(calls)
        write(connection, tally)
        file_calls(connection, calls)
        renew(claim)
    reach(Checkpoint.IN_APPLY)
    return Applied(tally, connection.stop_requested, written)


def _ids(view: RemoteView) -> set[str]:
    """The issues of a view and their sub-tasks: what we hold of them is compared."""
    lines = {line.issue_id for each in view.issues for line in each.subtasks}
    return {each.issue_id for each in view.issues} | view.absent | lines


def _judged(connection: Connection, found: Found, tally: Tally) -> RemoteView:
    """The view with only those absences that are believed; the others are remembered for the next pass."""
    if not found.checks_absence:
        return found.view
    judged = judge_absence(found.view.absent, current=found.current, suspects=connection.absence_suspects)
    suspects = sorted(judged.suspects)
    if suspects != connection.absence_suspects:
        Connection.objects.filter(pk=connection.pk).update(absence_suspects=suspects)
    tally.suspects = len(suspects)
    return replace(found.view, absent=judged.gone)


def _put_aside(connection: Connection, tally: Tally, found: Found, now: datetime) -> bool:
    """Remember what could not be read, and forget it where it can be read now; returns whether anything changed."""
    tally.failed += len(found.refused)
    for each in found.refused:
        tally.note(**each.note())
        if each.issue_id:
            PutAside.objects.update_or_create(
                connection=connection,
                issue_id=each.issue_id,
                defaults={
                    "key": each.key,
                    "reason": each.reason[:200],
                    "version": found.versions.get(each.issue_id),
                    "at": now,
                },
            )
    forgotten = 0
    if found.settled:
        forgotten, _ = PutAside.objects.filter(connection=connection, issue_id__in=found.settled).delete()
    return bool(found.refused or forgotten)
