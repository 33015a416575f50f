"""Telling a person something, once."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from ekachit.accounts.models import Notice, User


def tell(user: User, kind: str, *, key: str, **params: str | float) -> bool:
    """Leave a notice, unless one with this key was left before; returns whether it is new.

    Args:
        user: who is told.
        kind: stable; the words for it are `ekachit.web.notices`.
        key: names the event, so that it is told once however often it is found.
        params: what the words need, such as a site or a task's title.
    """
    _, new = Notice.objects.get_or_create(user=user, key=key[:120], defaults={"kind": kind, "params": params})
    return new


def take_back(user: User, prefix: str) -> None:
    """Remove the notices whose key begins with `prefix`: what they said is no longer so, and may be told anew."""
    Notice.objects.filter(user=user, key__startswith=prefix).delete()


def notices_of(user: User) -> QuerySet[Notice]:
    """Return the person's notices, newest first."""
    return Notice.objects.filter(user=user)


def mark_seen(user: User, *, now: datetime) -> int:
    """Mark all of the person's notices as seen; returns how many were new."""
    return Notice.objects.filter(user=user, seen_at__isnull=True).update(seen_at=now)
