"""What is planned, against what the person usually gets done in a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from statistics import fmean

from ekachit.domain.work.hours import WorkingHours

USUAL_DAYS = 20
# With fewer days than this, "usually" would say more than is known.
FEWEST_DAYS = 3


def usual_hours(totals: Mapping[date, float], today: date, hours: WorkingHours) -> float | None:
    """Return the person's usual focus hours a day: the mean over their last 20 working days with any focus.

    Days without any are left out: they tell that the timer was off, at a conference or in bed, not how long the
    person can focus. So are today, which is not over, and work on days that are not working days. None with
    fewer than 3 days.

    Args:
        totals: hours by day, as far back as known.
        today: in the person's zone.
        hours: which days are worked.
    """
    days = sorted((day for day, worked in totals.items() if worked > 0 and day < today), reverse=True)
    last = [totals[day] for day in islice(filter(hours.works, days), USUAL_DAYS)]
    return fmean(last) if len(last) >= FEWEST_DAYS else None


def remaining_hours(estimate: float | None, actual: float) -> float | None:
    """Return the hours that a task still needs by its estimate: never below 0, None without one."""
    return None if estimate is None else max(0.0, estimate - actual)


@dataclass(frozen=True, slots=True)
class Planned:
    """Open work: hours still needed by the estimates, tasks that have none, and how many from the top fit a budget."""

    hours: float
    without_estimate: int
    fitting: int


def planned(remaining: Iterable[float | None], budget: float | None) -> Planned:
    """Return what a list of open tasks comes to.

    Args:
        remaining: hours left of each task, in order, None where unknown.
        budget: hours left of the day, None where nobody knows. Tasks fit as long as their sum does not pass it.
    """
    total, unknown, fitting, all_fit = 0.0, 0, 0, budget is not None
    for each in remaining:
        total += each or 0.0
        unknown += each is None
        all_fit = all_fit and budget is not None and total <= budget
        fitting += all_fit
    return Planned(total, unknown, fitting)
