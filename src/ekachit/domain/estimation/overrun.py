"""Whether a running task has gone past what was expected of it."""

from __future__ import annotations

from enum import Enum

# A quiet mark at this part of the expected time.
NEAR = 0.8


class Overrun(Enum):
    """How far a running task is."""

    WITHIN = "within"
    NEAR = "near"  # past 80 % of its expected time
    BEYOND = "beyond"  # past its upper range


def overrun(worked: float, expected: float | None, upper: float | None) -> Overrun:
    """Return how far a task is, of hours worked, hours expected and the upper end of its range (None: unknown)."""
    if upper is not None and worked > upper:
        return Overrun.BEYOND
    if expected is not None and worked > NEAR * expected:
        return Overrun.NEAR
    return Overrun.WITHIN
