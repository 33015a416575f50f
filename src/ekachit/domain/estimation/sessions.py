"""Rules on focus sessions, before any model: a timer left on is no work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ekachit.domain.estimation.observation import ObservationError

# A session longer than a working day was left on.
WORKING_DAY = timedelta(hours=8)
# So was one that runs through four in the morning, unless it is a short spell of a person awake at that hour.
SMALL_HOURS = 4
SHORT = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a task is not learned from. `code` is stable; `text` is for the person."""

    code: str
    text: str


OVERNIGHT = LeftOut("overnight", "A session ran through the night: the timer was left on.")
TOO_LONG = LeftOut("over_working_day", "A session ran for more than 8 hours: the timer was left on.")


def _through_the_night(start: datetime, end: datetime) -> bool:
    """Return whether a session holds a four o'clock in the morning."""
    at_four = start.replace(hour=SMALL_HOURS, minute=0, second=0, microsecond=0)
    if at_four < start:
        at_four += timedelta(days=1)
    return at_four <= end


def left_out(sessions: Sequence[tuple[datetime, datetime]]) -> LeftOut | None:
    """Return why a task with these sessions (in the person's local time) is not learned from; None if it is.

    Raises:
        ObservationError: a session ends before it starts.
    """
    for start, end in sessions:
        if end < start:
            raise ObservationError("session", "A session ends before it starts.")
        if end - start > SHORT and _through_the_night(start, end):
            return OVERNIGHT
        if end - start > WORKING_DAY:
            return TOO_LONG
    return None


def hours(sessions: Sequence[tuple[datetime, datetime]]) -> float:
    """Return the hours of all sessions together."""
    return sum((end - start).total_seconds() for start, end in sessions) / 3600
