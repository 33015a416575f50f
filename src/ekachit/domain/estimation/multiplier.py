"""From story points to hours."""

from __future__ import annotations

DECIMALS = 4


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
