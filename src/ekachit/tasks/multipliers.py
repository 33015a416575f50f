"""Hours for one story point: the project's own number where there is one, else the person's."""

from __future__ import annotations

from decimal import Decimal

from ekachit import rows
from ekachit.accounts.models import User
from ekachit.tasks.models import ProjectMultiplier


def own_multipliers(user_id: int) -> dict[str, float]:
    """Return hours a point of the projects that have a number of their own."""
    query = "SELECT project_key, hours_per_point FROM tasks_projectmultiplier WHERE user_id = %s"
    return {key: float(number) for key, number in rows.select(query, [user_id])}


def hours_per_point(user_id: int, project_key: str) -> float:
    """Return hours a point for a person's tasks of a project; an empty key means the tasks of none."""
    own = own_multipliers(user_id).get(project_key)
    return (
        own if own is not None else float(User.objects.values_list("multiplier", flat=True).get(pk=user_id))
    )


def set_project_multiplier(user: User, project_key: str, hours: Decimal | None) -> None:
    """Store a project's own hours a point, None for the person's again; `tasks.actions.reestimate` follows it."""
    if hours is None:
        ProjectMultiplier.objects.filter(user=user, project_key=project_key).delete()
    else:
        ProjectMultiplier.objects.update_or_create(
            user=user, project_key=project_key, defaults={"hours_per_point": hours}
        )
