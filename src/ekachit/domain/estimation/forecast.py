"""When the open work will be done: futures walked along the person's own past days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ekachit.domain.estimation.observation import Floats, Whole
from ekachit.domain.estimation.priors import PRIORS, Priors

# Three years of working days: what is later than this is "not in sight".
HORIZON = 780
# A past day older than this many working days tells nothing of the days to come.
LOOK_BACK = 260
FRIDAY = 4
# A list of tasks begins with one that is under way, on average a quarter of it done.
UNDER_WAY = 0.25


class ForecastError(ValueError):
    """A forecast cannot be made. `code` is stable; the text is for the person."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked: days of the week (Monday is 0), and single days off."""

    weekdays: frozenset[int] = frozenset(range(FRIDAY + 1))
    days_off: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Return whether work may be done on a day."""
        return day.weekday() in self.weekdays and day not in self.days_off

    def from_day(self, first: date, count: int) -> list[date]:
        """Return the first `count` working days, beginning with `first` if it is one.

        Raises:
            ForecastError: no day of the week is worked.
        """
        if not self.weekdays & set(range(7)):
            raise ForecastError("no_working_days", "Choose at least one working day of the week.")
        days: list[date] = []
        day = first
        for _ in range(count * 7 + 7 * len(self.days_off) + 7):
            if len(days) == count or day == date.max:
                break
            if self.works(day):
                days.append(day)
            day += timedelta(days=1)
        return days


@dataclass(frozen=True, slots=True)
class Worked:
    """Hours given to tasks of the list on one day, and how many of them were finished that day."""

    day: date
    hours: float
    finished: int = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """The day on which each task of the list is done, in order, for each future; `HORIZON` means not in sight."""

    days: tuple[date, ...]
    done: Whole  # futures × tasks, as places in `days`
    hours: Floats  # hours of the whole list, for each future

    def sure_by(self, probability: float, task: int = -1) -> date | None:
        """Return the first day by which a task (the last one if not said) is done with a probability."""
        place = int(np.ceil(np.quantile(self.done[:, task], probability)))
        return self.days[place] if place < len(self.days) else None

    def chances(self, task: int = -1) -> list[tuple[date, float]]:
        """Return each working day with the probability that a task is done by its end, up to 99 %."""
        counts = np.bincount(self.done[:, task], minlength=len(self.days))[: len(self.days)]
        chances = np.cumsum(counts) / len(self.done)
        last = int(np.searchsorted(chances, 0.99))
        pairs = zip(self.days[: last + 1], chances[: last + 1], strict=True)
        return [(day, float(chance)) for day, chance in pairs]


def by_working_day(worked: Iterable[Worked], today: date, calendar: Calendar) -> tuple[Floats, Floats]:
    """Return hours and tasks finished on each working day up to today, oldest first, idle days kept as zeros.

    What was done on a day off counts for the working day after it.
    """
    past = sorted((one for one in worked if one.day <= today and one.hours >= 0), key=lambda one: one.day)
    past = [one for one in past if (today - one.day).days <= LOOK_BACK * 2]
    if not past:
        raise ForecastError("no_work", "No work is recorded yet: run the timer on a task, then look again.")
    first = past[0].day
    days = [first + timedelta(days=back) for back in range((today - first).days + 1)]
    days = [day for day in days if day.weekday() in calendar.weekdays] or [today]
    places = {day: place for place, day in enumerate(days)}
    hours, finished = np.zeros(len(days)), np.zeros(len(days))
    for one in past:
        day = one.day
        while day not in places and day < today:
            day += timedelta(days=1)
        place = places.get(day, len(days) - 1)
        hours[place] += one.hours
        finished[place] += one.finished
    return hours[-LOOK_BACK:], finished[-LOOK_BACK:]


def walk(hours: Floats, random: np.random.Generator, futures: int, horizon: int, priors: Priors) -> Whole:
    """Return for each future the past days that its days repeat.

    A future begins on a past day like today (worked on of late, or idle) and follows what really came after it,
    so that busy and idle weeks keep their order; where it meets the present it begins anew.
    """
    count = len(hours)
    busy = 2 * (hours > 0) + np.append([False], hours[:-1] > 0) * (hours <= 0)
    weights = priors.day_forgetting ** np.arange(count - 1, -1, -1.0)
    alike = np.where(busy == busy[-1], weights, 0.0)
    anywhere = weights / weights.sum()
    place = random.choice(count, futures, p=alike / alike.sum())
    places = np.empty((futures, horizon), dtype=np.int64)
    for day in range(horizon):
        places[:, day] = place
        place = place + 1
        over = np.flatnonzero(place >= count)
        place[over] = random.choice(count, len(over), p=anywhere)
    return places


def forecast(  # noqa: PLR0913 - a forecast is made of all of these
    task_hours: Floats,
    worked: Iterable[Worked],
    today: date,
    *,
    calendar: Calendar | None = None,
    seed: int = 0,
    priors: Priors = PRIORS,
) -> Forecast:
    """Return when tasks will be done, in the order of the columns.

    Args:
        task_hours: simulated hours left, a row for each future and a column for each task (`draw_hours`); to see
            what dropping a task or another multiplier does, leave out the column or scale the hours.
        worked: hours and finished tasks by day, any order; days without an entry were idle.
        today: the first day of the future.
        calendar: working days and days off, Monday to Friday if not said.
        seed: of the walk; the same seed gives the same forecast.
        priors: how fast past days are forgotten, and how far the pace may shift.

    Raises:
        ForecastError: nothing is to be done, nothing was done yet, or no day is worked.
    """
    if task_hours.ndim != 2 or not task_hours.size:  # noqa: PLR2004 - rows and columns
        raise ForecastError("nothing_open", "There is no open work to forecast.")
    calendar = calendar or Calendar()
    hours, finished = by_working_day(worked, today, calendar)
    if hours.sum() <= 0:
        raise ForecastError("no_work", "No work is recorded yet: run the timer on a task, then look again.")
    random = np.random.default_rng(seed)
    futures, tasks = task_hours.shape
    cumulative = np.cumsum(task_hours, axis=1)
    rate = max(float(hours.mean()), 1e-9)
    horizon = int(np.clip(6 * np.quantile(cumulative[:, -1], 0.9) / rate + 20, 30, HORIZON))
    shock = np.exp(random.normal(0, priors.pace_sd, (futures, 1)))
    places = walk(hours, random, futures, horizon, priors)
    part = random.random((futures, 1))  # what is left of today
    paths = _paths(hours, places, part) * shock
    goal = cumulative.copy()
    if finished.sum() > 0:
        # Every other future counts tasks, half by number and half by size: where tasks lie idle, a steadier clock.
        paths[1::2] = (_paths(finished, places, part) * shock)[1::2]
        sizes = cumulative[1::2] * finished.sum() / hours.sum()
        goal[1::2] = np.sqrt((np.arange(1, tasks + 1) - UNDER_WAY) * sizes)
    # Paths rise, so that a search finds the first day on which a goal is reached.
    done = np.array([np.searchsorted(path, reached) for path, reached in zip(paths, goal, strict=True)])
    done[done == horizon] = HORIZON
    days = calendar.from_day(today, horizon)
    return Forecast(tuple(days), done, cumulative[:, -1])


def _paths(amounts: Floats, places: Whole, part: Floats) -> Floats:
    """Return running sums of what past days amounted to; the first day counts in part."""
    steps = amounts[places]
    steps[:, :1] *= part
    return np.asarray(np.cumsum(steps, axis=1))
