"""Finished tasks from a file, and all of them into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from ekachit.accounts.models import User
from ekachit.domain.estimation.history_csv import SHOWN, Row, RowError, read, write
from ekachit.domain.estimation.observation import Task
from ekachit.estimates.history import Finished, Known
from ekachit.estimates.models import PastTask

MOST_BYTES = 1_000_000
MOST_TASKS = 5_000
KEY_LENGTH = PastTask._meta.get_field("project_key").max_length or 0  # noqa: SLF001 # Django's documented name
TYPE_LENGTH = PastTask._meta.get_field("issue_type").max_length or 0  # noqa: SLF001 # likewise


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds, for one of the people in it: rows that are new, how many are here already, and errors."""

    people: dict[str, int]
    person: str
    rows: tuple[Row, ...]
    known: int
    errors: tuple[RowError, ...]


def read_file(text: str, known: Known, person: str = "") -> Reading:
    """Return what a CSV file would bring in. Nothing is stored.

    Args:
        text: of the file.
        known: what is here already: it does not come in twice.
        person: whose rows; if not said, the first in the file.
    """
    preview = read(text)
    people = preview.by_person()
    counts = {name: len(rows) for name, rows in people.items()}
    chosen = person if person in people else next(iter(people), "")
    here = {
        _mark(each.hours, each.observation.task, each.done_at) for each in known.finished if each.observation
    }
    errors = list(preview.errors)
    rows: list[Row] = []
    double = 0
    for row in people.get(chosen, []):
        if row.actual_hours is None or _mark(row.actual_hours, row.task, row.finished) in here:
            double += 1
        elif len(row.task.project) > KEY_LENGTH or len(row.task.type) > TYPE_LENGTH:
            given = (row.task.project if len(row.task.project) > KEY_LENGTH else row.task.type)[:SHOWN]
            why = f"The project or type “{given}” is too long."
            errors.append(RowError(0, "too_long", why, given=given))
        else:
            rows.append(row)
    if len(rows) > MOST_TASKS:
        why = f"Only the last {MOST_TASKS:,} of {len(rows):,} tasks are taken."
        errors.append(RowError(0, "too_many", why, given=str(len(rows))))
    return Reading(counts, chosen, tuple(rows[-MOST_TASKS:]), double, tuple(errors))


def past_tasks(user: User, rows: Sequence[Row], *, now: datetime) -> list[PastTask]:
    """Return the rows of a file as tasks to store; times without a zone are the person's."""
    zone = user.zone
    return [
        PastTask(
            user=user,
            fingerprint=_fingerprint(row, place),
            estimate=row.task.estimate,
            unit=row.task.unit,
            actual_hours=row.actual_hours or 0.0,
            project_key=row.task.project,
            issue_type=row.task.type,
            place=place,
            started_at=_in_zone(row.started, zone),
            done_at=_in_zone(row.finished, zone),
            imported_at=now,
        )
        for place, row in enumerate(rows)
    ]


def export(known: Known) -> str:
    """Return all finished tasks that are learned from as CSV, as `read_file` takes it; no cell runs as a formula."""
    return write(_rows(known.finished))


def _rows(finished: Iterable[Finished]) -> Iterable[Row]:
    for place, each in enumerate(finished, 1):
        if each.observation is not None:
            yield Row(
                "",
                each.observation.task,
                each.hours,
                float(place),
                _plain(each.done_at),
                _plain(each.started_at),
            )


def _plain(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=None)


def _in_zone(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=zone)


def _mark(hours: float, task: Task, done_at: datetime | None) -> tuple[object, ...]:
    """What two finished tasks are the same by: an export that comes back brings nothing in."""
    when = "" if done_at is None else done_at.replace(tzinfo=None).isoformat(timespec="seconds")
    return (round(hours, 6), round(task.estimate, 6), task.unit, task.type, task.project, when)


def _fingerprint(row: Row, place: int) -> str:
    mark = _mark(row.actual_hours or 0.0, row.task, row.finished)
    order = place if row.finished is None else row.order
    return sha256(repr((*mark, order)).encode()).hexdigest()
