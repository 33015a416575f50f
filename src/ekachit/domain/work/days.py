"""Days as a person lives them: 23 to 25 hours long where clocks change. All arithmetic is in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ekachit.domain.work.hours import WorkingHours

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Stretch:
    """Measured work from one moment to another. `typed`: only its length is sure, not where in the day it lay."""

    start: datetime
    end: datetime
    typed: bool = False

    @property
    def seconds(self) -> float:
        """How long it is: time that passed, whatever the clocks on the wall did."""
        return (self.end.astimezone(UTC) - self.start.astimezone(UTC)).total_seconds()


@lru_cache(maxsize=4096)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day in a zone, as UTC; where 00:00 is skipped, the moment clocks jump over it."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def split(stretch: Stretch, zone: ZoneInfo) -> Iterator[tuple[date, float]]:
    """Yield the days that a stretch touches in a zone, with the seconds that fall on each; they add up to its own."""
    start, end = stretch.start.astimezone(UTC), stretch.end.astimezone(UTC)
    day = start.astimezone(zone).date()
    while start < end:
        cut = min(end, midnight(day + timedelta(days=1), zone))
        if cut > start:
            yield day, (cut - start).total_seconds()
            start = cut
        day += timedelta(days=1)


def hours_by_day(stretches: Iterable[Stretch], hours: WorkingHours) -> dict[date, float]:
    """Return the hours worked on each day that had some, in the person's zone.

    What was timed is split at midnight. What was typed and is longer than a working day (“took 40h”) is laid over
    as many working days as it needs, back from the one it ended on: nobody works 24 hours a day.
    """
    totals: dict[date, float] = {}
    for each in stretches:
        long = each.typed and each.seconds > hours.day_seconds
        for day, seconds in _laid_back(each, hours) if long else split(each, hours.zone):
            totals[day] = totals.get(day, 0.0) + seconds / HOUR
    return totals


def _laid_back(stretch: Stretch, hours: WorkingHours) -> Iterator[tuple[date, float]]:
    day = stretch.end.astimezone(hours.zone).date()
    left = stretch.seconds
    while left > 0:
        if hours.works(day):
            part = min(left, hours.day_seconds)
            yield day, part
            left -= part
        day -= timedelta(days=1)
