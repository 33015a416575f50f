"""When a person works: days of the week, hours of the day, days off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONDAY_TO_FRIDAY = frozenset(range(5))
MIDNIGHT_TO_MIDNIGHT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Days of the week (Monday is 0), the hours of each, single days off, and the zone they are meant in.

    A day whose end is not after its beginning ends on the next one: a night shift.

    Raises:
        ValueError: no day of the week is worked, or one does not exist.
    """

    zone: ZoneInfo
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    begins: time = time(9)
    ends: time = time(18)
    days_off: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("working days are one or more of 0 (Monday) to 6")

    @property
    def day_seconds(self) -> float:
        """How long a working day is on a clock that nobody changes, in seconds; never 0."""
        length = timedelta(hours=self.ends.hour, minutes=self.ends.minute) - timedelta(
            hours=self.begins.hour, minutes=self.begins.minute
        )
        return (length if length > timedelta() else length + MIDNIGHT_TO_MIDNIGHT).total_seconds()

    def works(self, day: date) -> bool:
        """Return whether a day is a working day."""
        return day.weekday() in self.weekdays and day not in self.days_off

    def end_of(self, day: date) -> datetime:
        """Return the moment, as UTC, at which the working day that begins on this date ends."""
        ends_on = day if self.ends > self.begins else day + timedelta(days=1)
        return datetime.combine(ends_on, self.ends, tzinfo=self.zone).astimezone(UTC)

    def next_end(self, after: datetime, until: datetime) -> datetime | None:
        """Return the first end of a working day later than one moment and not later than another, None without one."""
        day = after.astimezone(self.zone).date() - timedelta(days=1)
        last = until.astimezone(self.zone).date()
        while day <= last:
            if self.works(day) and after < self.end_of(day) <= until:
                return self.end_of(day)
            day += timedelta(days=1)
        return None

    def working_days_before(self, day: date, count: int) -> list[date]:
        """Return the last `count` working days before a day, the latest first."""
        found: list[date] = []
        for _ in range(7 * count + len(self.days_off)):
            day -= timedelta(days=1)
            if self.works(day):
                found.append(day)
            if len(found) == count:
                break
        return found
