"""What the worker does beside passes: spreads what is late, mends what cannot be, forgets what is old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from ekachit.connections.models import AccessRecord, Connection, State
from ekachit.domain.sync.schedule import (
    CLOCKS_DIFFER_SECONDS,
    LONGEST_WAIT_SECONDS,
    OVERDUE_SECONDS,
    POLL_SECONDS,
    RETRY_AFTER_CAP_SECONDS,
    restart_seconds,
)
from ekachit.sync.leases import shorten_leases
from ekachit.sync.models import (
    OPEN_STATES,
    Conflict,
    ConflictState,
    Link,
    OutboxEntry,
    Pass,
    PassState,
    SiteHold,
)

KEPT_DAYS = 90
FURTHEST_AHEAD = timedelta(days=1)
CLOCKS_DIFFER = timedelta(seconds=CLOCKS_DIFFER_SECONDS)


@transaction.atomic
def spread_overdue(now: datetime, chance: Callable[[], float]) -> int:
    """Spread the passes that are late because nobody worked; returns how many were moved.

    After a restart or an outage all of them are due at once; they begin one after the other, the latest first, the
    very first at once. Passes that are late because there is much to do are not moved: only a worker that begins,
    or that has slept, calls this.
    """
    late = list(
        Connection.objects.select_for_update()
        .filter(state=State.CONNECTED, due_at__lt=now - timedelta(seconds=OVERDUE_SECONDS))
        .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)
    )
    for place, pk in enumerate(late):
        wait = restart_seconds(place, len(late), chance=chance())
        Connection.objects.filter(pk=pk).update(due_at=now + timedelta(seconds=wait))
    return len(late)


def mend_schedule(now: datetime) -> int:
    """Bring back what lies further ahead than any rule allows; returns how many passes that were due too late.

    The clock was wrong when it was written, or has been set back since. How long a site's hold, or a lease, had still
    to last nobody knows then: it lasts as long as one at most does.
    """
    latest = now + timedelta(seconds=LONGEST_WAIT_SECONDS)
    SiteHold.objects.filter(until__gt=latest).update(until=now + timedelta(seconds=RETRY_AFTER_CAP_SECONDS))
    OutboxEntry.objects.filter(state__in=OPEN_STATES, not_before__gt=latest).update(not_before=now)
    Connection.objects.filter(picked_at__gt=now + CLOCKS_DIFFER).update(picked_at=now)
    shorten_leases()
    return Connection.objects.filter(state=State.CONNECTED, due_at__gt=latest).update(
        due_at=now + timedelta(seconds=POLL_SECONDS)
    )


def mend_versions(now: datetime) -> int:
    """Forget versions from more than a day ahead, so that these issues are read again; returns how many.

    Versions are otherwise compared with versions only. But no site's clock is wrong by a day, and an issue would never
    be read again until such a moment has come.
    """
    return Link.objects.filter(version__gt=now + FURTHEST_AHEAD).update(version=None)


def forget_old(now: datetime) -> int:
    """Delete receipts, ledger entries and closed conflicts older than 90 days; returns how many rows went.

    The last complete receipt of a connection stays: it says since when the import is over.
    """
    before = now - timedelta(days=KEPT_DAYS)
    complete = Pass.objects.filter(state=PassState.COMPLETE).values("connection")
    kept = complete.annotate(last=Max("pk")).values("last")
    passes, _ = (
        Pass.objects.filter(started_at__lt=before).exclude(pk__in=[each["last"] for each in kept]).delete()
    )
    records, _ = AccessRecord.objects.filter(at__lt=before).delete()
    conflicts, _ = Conflict.objects.filter(closed_at__lt=before).exclude(state=ConflictState.OPEN).delete()
    return passes + records + conflicts
