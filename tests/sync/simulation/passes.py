"""How passes come about: on time, asked for, dying, overtaken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ekachit.connections.models import Connection
from ekachit.sync import leases
from ekachit.sync.models import SiteHold
from tests.sync.simulation.stage import Person, Ran, Stage

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def take(stage: Stage, person: Person) -> leases.Claim | None:
    """What a worker gets that looks now; other people's due passes are left for later."""
    waiting = leases.due(50, at=stage.clock())
    return leases.claim(person.connection.pk, "worker") if person.connection.pk in waiting else None


def when_due(stage: Stage, person: Person) -> bool:
    """Let the clock move on to the person's next pass; returns whether there is one."""
    row = person.reload()
    if row.due_at is None or not row.active:
        return False
    hold = SiteHold.objects.filter(site=row.site).first()
    moment = max(row.due_at, hold.until if hold else row.due_at)
    if moment > stage.clock():
        stage.clock.advance((moment - stage.clock()).total_seconds() + 0.001)
    return True


def poll(
    stage: Stage,
    person: Person,
    *,
    crash_at: int | None = None,
    pause_at: int | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Ran | None:
    """The person's next pass, at its time; None where none is due."""
    if not when_due(stage, person):
        return None
    claim = take(stage, person)
    if claim is None:
        return None
    return stage.pass_of(person, claim, crash_at=crash_at, pause_at=pause_at, meanwhile=meanwhile)


def let_lease_end(person: Person) -> None:
    """The lease runs out, by the database's own clock."""
    Connection.objects.filter(pk=person.connection.pk, lease_until__isnull=False).update(
        lease_until=LONG_AGO + timedelta(days=1)
    )
