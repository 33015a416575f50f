"""Warning people before their token ends."""

from __future__ import annotations

from datetime import datetime

from ekachit.accounts.notices import tell
from ekachit.connections.models import Connection, State
from ekachit.domain.sync.schedule import expiry_warning


def warn_of_expiry(now: datetime) -> int:
    """Tell each person whose token ends in 14, 3 or 1 days, once for each of these; returns how many were told."""
    ending = Connection.objects.filter(state=State.CONNECTED, token_expires_on__isnull=False).select_related(
        "user"
    )
    return sum(_warn(each, now) for each in ending)


def _warn(connection: Connection, now: datetime) -> bool:
    days = expiry_warning(connection.token_expires_on, now.astimezone(connection.user.zone).date())
    if days is None:
        return False
    key = f"token-expires-{connection.pk}-{connection.token_expires_on}-{days}"
    return tell(
        connection.user,
        "token_expires",
        key=key,
        site=connection.site,
        connection=connection.pk,
        days=days,
        on=str(connection.token_expires_on),
    )
