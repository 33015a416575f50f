"""Sites that nobody may ask for a while: one hold for the whole tenant, whichever worker found it out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F

from ekachit import rows
from ekachit.connections.models import Connection, State
from ekachit.domain.sync.schedule import hold_seconds, restart_seconds
from ekachit.sync.models import SiteHold

# As SQL beside a connection's row: whether its site is known for having failed, and until when nobody may ask it.
IS_HELD = "EXISTS (SELECT 1 FROM sync_sitehold WHERE site = connections_connection.site)"
HELD_UNTIL = "(SELECT until FROM sync_sitehold WHERE site = connections_connection.site AND until > %s)"


def seconds_until(until: datetime | str | None, now: datetime) -> float:
    """Return for how many seconds nobody may ask a site, by a value of `HELD_UNTIL`."""
    end = rows.as_moment(until)
    return 0.0 if end is None else max(0.0, (end - now).total_seconds())


def seconds_held(site: str, now: datetime) -> float:
    """Return for how many seconds nobody may ask a site; 0 where it may be asked."""
    until = SiteHold.objects.filter(site=site, until__gt=now).values_list("until", flat=True).first()
    return seconds_until(until, now)


def hold(
    site: str, *, code: str, retry_after: float | None, now: datetime, chance: Callable[[], float]
) -> None:
    """Note that a site did not answer as it should; inside the transaction that ends the pass.

    Where it named a time, or has failed often, nobody asks it before then, and its connections begin again one
    after the other.
    """
    row, _ = SiteHold.objects.get_or_create(site=site, defaults={"until": now})
    failures = row.failures + 1
    wait = hold_seconds(failures, retry_after=retry_after, chance=chance())
    until = max(row.until, now + timedelta(seconds=wait))
    SiteHold.objects.filter(pk=row.pk).update(failures=F("failures") + 1, until=until, code=code)
    if wait:
        _restart(site, until, chance)


def release(site: str) -> None:
    """Note that a site answers again."""
    rows.execute("DELETE FROM sync_sitehold WHERE site = %s", [site])


def _restart(site: str, until: datetime, chance: Callable[[], float]) -> None:
    """Spread what would all begin the moment the hold ends."""
    waiting = list(
        Connection.objects.filter(site=site, state=State.CONNECTED, due_at__lt=until).values_list(
            "pk", flat=True
        )
    )
    for place, pk in enumerate(waiting):
        later = restart_seconds(place, len(waiting), chance=chance())
        Connection.objects.filter(pk=pk).update(due_at=until + timedelta(seconds=later))
