"""What a person can ask of the sync."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ekachit.connections.models import Connection, State

# However often "Sync now" is clicked, one pass is due; a new one is due at the earliest this long after the last began.
SYNC_NOW_SECONDS = 10


def start_import(connection: Connection) -> bool:
    """Make the import due at once; returns whether the connection can run (it is connected)."""
    return _due_now(connection)


def resume(connection: Connection) -> bool:
    """Go on with a stopped import; what was imported stays and is not read again. Returns whether it can run."""
    return _due_now(connection)


def stop(connection: Connection) -> bool:
    """Stop a running or waiting import after the page it is at; returns whether there was something to stop."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if row.lease_until is None:
            waiting = row.due_at is not None
            Connection.objects.filter(pk=row.pk).update(due_at=None)
            return waiting
        Connection.objects.filter(pk=row.pk).update(stop_requested=True)
        return True


def sync_now(connection: Connection) -> bool:
    """Make a pass due at once; returns False when one is due or running already, or the connection cannot run."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        now = timezone.now()
        running = row.lease_until is not None and row.lease_until > now
        waiting = row.due_at is not None and row.due_at <= now
        if running or waiting:
            return False
        return _due_now(row)


def _due_now(connection: Connection) -> bool:
    changed = Connection.objects.filter(pk=connection.pk, state=State.CONNECTED).update(
        due_at=timezone.now(), stop_requested=False
    )
    return bool(changed)
