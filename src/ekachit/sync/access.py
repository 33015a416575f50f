"""The only door from a person to a conflict or a status change: somebody else's do not exist for them."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from ekachit.accounts.models import User
from ekachit.sync.models import Conflict, OutboxEntry


def own_conflict(user: User, conflict_id: int) -> Conflict:
    """Return the person's conflict, with its task.

    Raises:
        Http404: there is none with this id, or it is somebody else's.
    """
    return get_object_or_404(Conflict.objects.select_related("task"), pk=conflict_id, user=user)


def own_entry(user: User, entry_id: int) -> OutboxEntry:
    """Return the person's status change, with its task.

    Raises:
        Http404: there is none with this id, or it is somebody else's.
    """
    return get_object_or_404(OutboxEntry.objects.select_related("task"), pk=entry_id, user=user)
