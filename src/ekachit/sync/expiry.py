"""Telling people ahead that their token ends, so that the sync does not stop unannounced."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ekachit.accounts.models import Notice
from ekachit.accounts.notices import tell
from ekachit.connections.models import Connection, State
from ekachit.domain.sync.schedule import EXPIRY_WARNING_DAYS, expiry_warning

# The days of two people at the same moment differ by at most one from that of UTC.
_WINDOW = timedelta(days=max(EXPIRY_WARNING_DAYS) + 1)


def days_left(connection: Connection, now: datetime) -> int | None:
    """Return how many of the person's days are left until the token's last one; None where nobody knows it."""
    if connection.token_expires_on is None:
        return None
    return (connection.token_expires_on - _today(connection, now)).days


def warn_of_expiry(now: datetime) -> int:
    """Leave a notice for each token that ends in 14, 3 or 1 days, each once; returns how many are new."""
    ending = list(
        Connection.objects.filter(
            state=State.CONNECTED, token_expires_on__lte=now.date() + _WINDOW
        ).select_related("user")
    )
    due = {key: each for each in ending if (key := _key(each, now)) is not None}
    told = set(Notice.objects.filter(key__in=due).values_list("key", flat=True))
    return sum(_warn(due[key], key, now) for key in due if key not in told)


def _warn(connection: Connection, key: str, now: datetime) -> bool:
    return tell(
        connection.user,
        "token_expires",
        key=key,
        site=connection.site,
        connection=connection.pk,
        days=days_left(connection, now) or 0,
        on=str(connection.token_expires_on),
    )


def _key(connection: Connection, now: datetime) -> str | None:
    """What names the warning that is due; another end of the token is another one."""
    ahead = expiry_warning(connection.token_expires_on, _today(connection, now))
    if ahead is None:
        return None
    return f"token-expires-{connection.pk}-{connection.token_expires_on}-{ahead}"


def _today(connection: Connection, now: datetime) -> date:
    zone: ZoneInfo = connection.user.zone
    return now.astimezone(zone).date()
