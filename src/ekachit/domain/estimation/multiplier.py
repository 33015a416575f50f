"""From story points to hours."""

from __future__ import annotations

DECIMALS = 4


def points_that_count(points: float | None, started_points: float | None) -> float | None:
    """Return the points that an estimate stands on: those the task had when work on it began, else today's.

    A task that is pointed anew while it is under way would otherwise change its estimate behind the person's back,
    and teach the multiplier something that was never estimated.
    """
    return points if started_points is None else started_points


def expected_hours(points: float | None, multiplier: float, override: float | None = None) -> float | None:
    """Return the hours expected of a task: the override if the person typed one, else points × multiplier.

    Args:
        points: story points, None where the issue has none.
        multiplier: hours a point.
        override: hours that the person typed.

    Returns:
        Hours, rounded to 4 decimals so that the database and Python agree; None where nothing is known.
    """
    if override is not None:
        return override
    if points is None:
        return None
    return round(points * multiplier, DECIMALS)
