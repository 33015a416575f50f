"""A sign of life of each worker, so that health and pages can say whether anybody works."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from ekachit.ops.models import Heartbeat

ALIVE_SECONDS = 60
KEPT_DAYS = 7


def beat(owner: str) -> None:
    """Say that a worker lives, and forget those that have not for a week."""
    Heartbeat.objects.update_or_create(owner=owner, defaults={"at": Now()})
    Heartbeat.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()


def workers_alive() -> int:
    """Return how many workers gave a sign of life within the last minute; one of a time to come is none."""
    now, lately = timezone.now(), timedelta(seconds=ALIVE_SECONDS)
    return Heartbeat.objects.filter(at__gte=now - lately, at__lte=now + lately).count()
