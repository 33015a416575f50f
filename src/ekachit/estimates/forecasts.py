"""When the open work will be done, and what moves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from ekachit.accounts.models import User
from ekachit.accounts.queries import working_hours
from ekachit.domain.estimation.features import ahead
from ekachit.domain.estimation.forecast import LOOK_BACK, Calendar, Forecast, ForecastError, Worked, forecast
from ekachit.domain.estimation.interval import multiplier, person_level
from ekachit.domain.estimation.observation import Floats, Whole
from ekachit.domain.estimation.remaining import draw_compared, hours_left
from ekachit.domain.estimation.sessions import left_out
from ekachit.domain.estimation.total import draw_hours
from ekachit.domain.work.days import Stretch, hours_by_day, midnight
from ekachit.domain.work.hours import WorkingHours
from ekachit.estimates.history import Known
from ekachit.estimates.ranges import Likely, open_task
from ekachit.estimates.ranges import likely as likely_of
from ekachit.tasks.focus import stretches
from ekachit.tasks.models import Status, Task
from ekachit.tasks.queries import rows, saying

FUTURES = 1000
SURE = 0.85
SEED = 20
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the tasks of a project or that say some words (empty: all), and what if.

    `dropped` are ids of tasks that are not done at all; `per_point` is hours a point, None for what was learned.
    """

    project: str = ""
    words: str = ""
    dropped: AbstractSet[int] = frozenset()
    per_point: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An open task in the order of the list. `sure_by` is the day by which it is done with 85 %, None: not in sight."""

    task: Task
    likely: Likely | None
    sure_by: date | None
    dropped: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """The answer. `chances` has the working days with the probability that all is done by their end.

    Hours: `estimated` is what the estimates leave, `low` to `high` the likely range of the work, `a_day` the hours on
    a working day. `unknown` counts tasks that nothing is known of: they are left out. `trouble` is why there is no
    forecast, as a stable code, with `text` for the person.
    """

    lines: tuple[Line, ...]
    estimated: float = 0.0
    low: float = 0.0
    high: float = 0.0
    a_day: float = 0.0
    unknown: int = 0
    sure_by: date | None = None
    chances: tuple[tuple[date, float], ...] = ()
    trouble: str = ""
    text: str = ""


def open_work(user: User, question: Question) -> list[Task]:
    """Return the open tasks that are asked for, in the person's order."""
    found = rows(user).exclude(status=Status.DONE).defer("notes")
    if question.project:
        found = found.filter(project_key=question.project)
    return list(found.filter(saying(question.words, "title", "project_key")) if question.words else found)


def look_ahead(
    user: User, known: Known, tasks: Sequence[Task], question: Question, *, now: datetime
) -> Outlook:
    """Return when the tasks will be done, in their order, by a simulation over the person's own days.

    Args:
        user: whose work it is.
        known: what there is to learn from.
        tasks: from `open_work`.
        question: what is asked.
        now: the present.
    """
    likely = likely_of(known, tasks)
    counted = [task for task in tasks if task.pk in likely and task.pk not in question.dropped]
    unknown = sum(task.pk not in likely for task in tasks)
    estimated = sum(max(0.0, (task.estimate_hours or 0.0) - _worked(task)) for task in counted)
    today = now.astimezone(user.zone).date()
    since = today - timedelta(days=2 * LOOK_BACK)
    hours = working_hours(user, since)
    worked = worked_days(user, known, hours, question, now=now)
    try:
        left = _hours_left(known, counted, likely, question)
        calendar = Calendar(hours.weekdays, hours.days_off)
        found = forecast(left, worked, today, calendar=calendar, seed=SEED)
    except ForecastError as none:
        lines = _lines(tasks, likely, question, None, [])
        return Outlook(lines, estimated=estimated, unknown=unknown, trouble=none.code, text=str(none))
    low, high = np.quantile(found.hours, [0.1, 0.9])
    return Outlook(
        _lines(tasks, likely, question, found, [task.pk for task in counted]),
        estimated=estimated,
        low=float(low),
        high=float(high),
        a_day=_a_day(worked, today, hours),
        unknown=unknown,
        sure_by=found.sure_by(SURE),
        chances=tuple(found.chances()),
    )


def worked_days(
    user: User, known: Known, hours: WorkingHours, question: Question, *, now: datetime
) -> list[Worked]:
    """Return the hours given to the tasks in question and how many were finished, by day.

    For one project that is the work on it, as long as there was any; else all work. Without a timer, what was
    brought in from a file says when work was done.
    """
    first = now.astimezone(hours.zone).date() - timedelta(days=2 * LOOK_BACK)
    since = midnight(first, hours.zone)
    finished = [each for each in known.finished if each.done_at is not None and each.done_at.date() >= first]
    spent = stretches(user, since, now=now, project=question.project)
    if question.project and spent:
        finished = [each for each in finished if each.project == question.project]
    elif question.project:
        spent = stretches(user, since, now=now)
    totals = hours_by_day((each for each in spent if _meant(each, hours)), hours)
    days = [Worked(day, amount) for day, amount in totals.items()]
    for each in finished:
        if each.done_at is not None:
            amount = each.hours if each.task_id is None else 0.0
            days.append(Worked(each.done_at.date(), amount, 1))
    return days


def _meant(stretch: Stretch, hours: WorkingHours) -> bool:
    """Whether a session is work, not a timer left on."""
    start, end = stretch.start.astimezone(hours.zone), stretch.end.astimezone(hours.zone)
    return stretch.typed or left_out([(start, end)]) is None


def learned_per_point(known: Known) -> float:
    """Return the hours a point that the forecast rests on, as learned so far."""
    return multiplier(person_level(known.model_of_points), in_points=True).value


def _worked(task: Task) -> float:
    return float(vars(task)["actual_seconds"]) / HOUR


def _hours_left(
    known: Known, tasks: Sequence[Task], likely: Mapping[int, Likely], question: Question
) -> Floats:
    """Return simulated hours left, a row for each future, with what-if multipliers applied to tasks with points."""
    hours = np.empty((FUTURES, len(tasks)))
    places: Whole = np.array(
        [place for place, task in enumerate(tasks) if not likely[task.pk].compared], dtype=np.int64
    )
    estimates = [what for place in places if (what := open_task(tasks[place])) is not None]
    if estimates:
        hours[:, places] = draw_hours(known.model, ahead(estimates, known.model.history), SEED, FUTURES)
        if question.per_point is not None:
            factor = question.per_point / learned_per_point(known)
            hours[:, places] *= np.where([what.unit == "points" for what in estimates], factor, 1.0)
    for place, task in enumerate(tasks):
        each = likely[task.pk]
        if each.compared:
            hours[:, place] = draw_compared(each.low, each.middle, each.high, FUTURES, SEED + place)
    return hours_left(hours, np.array([_worked(task) for task in tasks]), SEED)


def _a_day(worked: Sequence[Worked], today: date, hours: WorkingHours) -> float:
    """Return hours on a working day, idle ones counted, over the last 60 days or since work is recorded."""
    first = max(min(one.day for one in worked), today - timedelta(days=60))
    days = {first + timedelta(days=number) for number in range((today - first).days)} or {today}
    return sum(one.hours for one in worked if one.day in days) / max(sum(map(hours.works, days)), 1)


def _lines(
    tasks: Sequence[Task],
    likely: Mapping[int, Likely],
    question: Question,
    found: Forecast | None,
    columns: list[int],
) -> tuple[Line, ...]:
    places = {pk: place for place, pk in enumerate(columns)}
    return tuple(
        Line(
            task,
            likely.get(task.pk),
            found.sure_by(SURE, places[task.pk]) if found is not None and task.pk in places else None,
            task.pk in question.dropped,
        )
        for task in tasks
    )
