"""A person's finished tasks as the engine learns from them: their own here, and those brought in from a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from ekachit.accounts.models import User
from ekachit.domain.estimation import alike
from ekachit.domain.estimation.model import Model, fit
from ekachit.domain.estimation.observation import History, Observation, ObservationError, Task, Unit
from ekachit.domain.estimation.sessions import SHORT, LeftOut, left_out
from ekachit.domain.estimation.suggestion import in_unit
from ekachit.estimates.models import PastTask
from ekachit.tasks.models import FocusSession, SessionSource, Status
from ekachit.tasks.queries import finished_observations

HOUR = 3600
# Tasks from a file that say no date come before all that do.
BEFORE_ALL = -1e11


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished task with the hours it took. `observation` is None where it had no estimate.

    `task_id` is None for one that was brought in from a file; `done_at` is in the person's zone.
    """

    task_id: int | None
    title: str
    type: str
    project: str
    hours: float
    done_at: datetime | None
    started_at: datetime | None
    observation: Observation | None


@dataclass(frozen=True)
class Known:
    """What there is to learn from, oldest first, and what is left out: the task's title, and why."""

    finished: tuple[Finished, ...]
    left_out: tuple[tuple[str, LeftOut], ...]
    left_out_projects: tuple[str, ...] = ()

    def in_project(self, project: str) -> list[Finished]:
        """Return the finished tasks of a project; of no project named, all."""
        return [each for each in self.finished if project in ("", each.project)]

    def left_out_in(self, project: str) -> list[tuple[str, LeftOut]]:
        """Return those of a project that are left out; of no project named, all."""
        rows = zip(self.left_out, self.left_out_projects, strict=True)
        return [each for each, own in rows if project in ("", own)]

    @cached_property
    def observations(self) -> list[Observation]:
        """The finished tasks that had an estimate."""
        return [each.observation for each in self.finished if each.observation is not None]

    @cached_property
    def history(self) -> History:
        """Likewise, by column."""
        return History.of(self.observations)

    @cached_property
    def model(self) -> Model:
        """What they teach of the next task."""
        return fit(self.history)

    @cached_property
    def in_points(self) -> History:
        """Those that were estimated in points: what the multiplier is learned from."""
        return in_unit(self.history, points=True)

    @cached_property
    def model_of_points(self) -> Model:
        """What those teach."""
        return self.model if self.history.in_points.all() else fit(self.in_points)

    @cached_property
    def by_words(self) -> list[alike.Finished]:
        """All of them by their words, to compare a task without an estimate with."""
        return [
            alike.Finished(str(each.task_id or ""), each.title, each.type, each.project, each.hours)
            for each in self.finished
        ]

    def reasons(self) -> dict[str, int]:
        """How many tasks are left out, by the code of the reason."""
        counts: dict[str, int] = defaultdict(int)
        for _title, why in self.left_out:
            counts[why.code] += 1
        return dict(counts)


def estimated(override: float | None, points: float | None, *, type_: str, project: str) -> Task | None:
    """Return an estimate as the engine takes it: the hours that the person typed, else the points; None without one.

    Raises:
        ObservationError: it cannot be learned from or predicted, such as 0 points.
    """
    unit: Unit = "points" if override is None else "hours"
    size = points if override is None else override
    return None if size is None else Task(size, unit, type_, project)


def known_of(user: User) -> Known:
    """Return what there is to learn from of a person: three queries."""
    zone = user.zone
    finished = [*_brought_in(user, zone)]
    out: list[tuple[str, LeftOut, str]] = []
    suspects = _long_sessions(user, zone)
    rows = finished_observations(user).prefetch_related(None).values_list(*_COLUMNS)
    for row in rows:
        _own(Row(*row), zone, suspects, finished, out)
    finished.sort(key=lambda each: BEFORE_ALL if each.done_at is None else each.done_at.timestamp())
    return Known(
        tuple(finished), tuple((title, why) for title, why, _own in out), tuple(own for _t, _w, own in out)
    )


_COLUMNS = (
    "pk",
    "title",
    "issue_type",
    "project_key",
    "points_then",
    "estimate_override_hours",
    "actual_seconds",
    "started_at",
    "done_at",
)


@dataclass(frozen=True, slots=True)
class Row:
    """The columns of a finished task, in the order of the query."""

    pk: int
    title: str
    type: str
    project: str
    points: float | None
    override: float | None
    seconds: float
    started_at: datetime | None
    done_at: datetime


def _own(
    row: Row,
    zone: ZoneInfo,
    suspects: Mapping[int, list[tuple[datetime, datetime]]],
    finished: list[Finished],
    out: list[tuple[str, LeftOut, str]],
) -> None:
    """Put a task where it belongs: among those to learn from, or among those left out."""
    why = left_out(suspects.get(row.pk, ()))
    if why is not None:
        out.append((row.title, why, row.project))
        return
    hours = row.seconds / HOUR
    observation = None
    try:
        task = estimated(row.override, row.points, type_=row.type, project=row.project)
        if task is not None:
            observation = Observation(task, hours, row.done_at.timestamp())
    except ObservationError as wrong:
        out.append((row.title, LeftOut("unusable", str(wrong)), row.project))
        return
    started = row.started_at.astimezone(zone) if row.started_at else None
    finished.append(
        Finished(
            row.pk,
            row.title,
            row.type,
            row.project,
            hours,
            row.done_at.astimezone(zone),
            started,
            observation,
        )
    )


def _long_sessions(user: User, zone: ZoneInfo) -> dict[int, list[tuple[datetime, datetime]]]:
    """Return the timed sessions that may be a timer left on, by task; what the person typed or settled is theirs."""
    rows: Iterable[tuple[int, datetime, datetime | None]] = FocusSession.objects.filter(
        user=user,
        source=SessionSource.TIMER,
        settled="",
        seconds__gt=SHORT.total_seconds(),
        task__status=Status.DONE,
    ).values_list("task_id", "started_at", "ended_at")
    by_task: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for task_id, start, end in rows:
        if end is not None:
            by_task[task_id].append((start.astimezone(zone), end.astimezone(zone)))
    return by_task


def _brought_in(user: User, zone: ZoneInfo) -> Iterable[Finished]:
    for each in PastTask.objects.filter(user=user).order_by("place", "pk"):
        done_at = each.done_at.astimezone(zone) if each.done_at else None
        order = done_at.timestamp() if done_at else BEFORE_ALL + each.place
        unit: Unit = "points" if each.unit == "points" else "hours"
        task = Task(each.estimate, unit, each.issue_type, each.project_key)
        started = each.started_at.astimezone(zone) if each.started_at else None
        yield Finished(
            None,
            "",
            each.issue_type,
            each.project_key,
            each.actual_hours,
            done_at,
            started,
            Observation(task, each.actual_hours, order),
        )
