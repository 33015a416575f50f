"""Days off as people say them: from one day to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days off that follow each other, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1


def stretches(days: Iterable[date]) -> list[Stretch]:
    """Return days in order as stretches of those that follow each other."""
    found: list[Stretch] = []
    for day in days:
        if found and day - found[-1].last <= timedelta(days=1):
            found[-1] = Stretch(found[-1].first, day)
        else:
            found.append(Stretch(day, day))
    return found
