"""What changes tasks, one transaction each."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, FloatField, Value
from django.db.models.functions import Round

from ekachit.accounts.models import User
from ekachit.domain.estimation.multiplier import DECIMALS
from ekachit.tasks.models import Status, Task


@transaction.atomic
def reestimate(user: User) -> int:
    """Re-compute the estimate of every open task that has points and no override; returns how many were."""
    per_point = Value(float(user.multiplier), output_field=FloatField())
    return (
        Task.objects.filter(user=user, points__isnull=False, estimate_override_hours__isnull=True)
        .exclude(status=Status.DONE)
        .update(estimate_hours=Round(F("points") * per_point, DECIMALS))
    )
