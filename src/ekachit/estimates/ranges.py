"""Likely ranges of open tasks, and keeping them as they were said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import IntegrityError, transaction

from ekachit import rows
from ekachit.domain.estimation import alike
from ekachit.domain.estimation import observation as engine
from ekachit.domain.estimation.overrun import Overrun, overrun
from ekachit.domain.estimation.shape import hours_quantiles
from ekachit.estimates.history import Known, estimated
from ekachit.estimates.models import StatedRange
from ekachit.tasks.models import Status, Task

LEVELS = np.array([0.1, 0.5, 0.9])


@dataclass(frozen=True, slots=True)
class Likely:
    """What a task will take, in hours: 10, 50 and 90 %, and how many finished tasks say so.

    `alike` has the most alike finished tasks where the range is only by comparison, because nothing is estimated.
    """

    low: float
    middle: float
    high: float
    tasks: int
    alike: tuple[alike.Finished, ...] = ()

    @property
    def compared(self) -> bool:
        """Whether it comes from comparing titles, types and projects, not from an estimate."""
        return bool(self.alike)

    def overrun(self, worked: float, expected: float | None) -> Overrun:
        """How far a task is, of hours worked and expected."""
        return overrun(worked, expected, None if self.compared else self.high)


def open_task(task: Task) -> engine.Task | None:
    """Return a task's estimate as the engine takes it; None without one that can be used."""
    points = task.points if task.started_points is None else task.started_points
    try:
        return estimated(
            task.estimate_override_hours, points, type_=task.issue_type, project=task.project_key
        )
    except engine.ObservationError:
        return None


def likely(known: Known, tasks: Iterable[Task]) -> dict[int, Likely]:
    """Return the likely range of each open task, by id: one fit, no query. Tasks nobody can tell of are not named.

    A task with an estimate is predicted from it; one without is compared with the person's finished ones.
    """
    opened = [task for task in tasks if task.status != Status.DONE]
    estimates = [(task, what) for task in opened if (what := open_task(task)) is not None]
    found: dict[int, Likely] = {}
    if estimates:
        ends = hours_quantiles(known.model, [what for _task, what in estimates], LEVELS)
        count = len(known.history)
        for (task, _what), (low, middle, high) in zip(estimates, ends, strict=True):
            found[task.pk] = Likely(float(low), float(middle), float(high), count)
    for task in opened:
        if task.pk not in found and task.estimate_hours is None and known.finished:
            guess = alike.guess(task.title, task.issue_type, task.project_key, known.by_words)
            if guess is not None:
                found[task.pk] = Likely(guess.low, guess.middle, guess.high, guess.tasks, guess.alike)
    return found


def state(tasks: Sequence[Task], said: Mapping[int, Likely], *, now: datetime) -> int:
    """Keep the ranges that are being shown, of tasks nobody has worked on yet; returns how many are new.

    What was said once stays: a later range would know of tasks finished meanwhile. Another estimate is another
    range. Tasks have to come from a query with `actual_seconds` that joins `stated_range`: no query, and two where
    there is news.
    """
    candidates = [
        (task, what)
        for task in tasks
        if task.pk in said
        and not said[task.pk].compared
        and not vars(task)["actual_seconds"]
        and (what := open_task(task)) is not None
    ]
    news: list[dict[str, object]] = [
        {
            "task_id": task.pk,
            "estimate": what.estimate,
            "unit": what.unit,
            "low": said[task.pk].low,
            "middle": said[task.pk].middle,
            "high": said[task.pk].high,
            "tasks": said[task.pk].tasks,
            "stated_at": now,
        }
        for task, what in candidates
        if _stated(task) != (what.estimate, what.unit)
    ]
    if news:
        _store(news)
    return len(news)


def _stated(task: Task) -> tuple[float, str] | None:
    said: StatedRange | None = getattr(task, "stated_range", None)
    return None if said is None else (said.estimate, said.unit)


def _store(news: list[dict[str, object]]) -> None:
    """Write ranges in place of those of the same tasks; where another window was quicker, its stand."""
    with suppress(IntegrityError), transaction.atomic():
        StatedRange.objects.filter(task__in=[each["task_id"] for each in news]).delete()
        rows.insert(StatedRange, news)
