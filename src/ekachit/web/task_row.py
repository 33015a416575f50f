"""A task as lists show it: on Today, on the board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from ekachit.domain.work.duration import HOUR
from ekachit.domain.work.plan import remaining_hours
from ekachit.sync.models import Link, Presence
from ekachit.sync.queries import browse_url, has_set_aside
from ekachit.sync.truth import Truth, truths
from ekachit.tasks.models import FocusSession, Status, Task
from ekachit.web.outbox_chip import Chip, chip_of

PRIORITY_GLYPHS = {1: "highest", 2: "high", 3: "medium", 4: "low", 5: "lowest"}


@dataclass(slots=True)
class Row:
    """A task as a list shows it.

    `seconds` is the work measured on it, that of the running session too. `range` is the likely range under the
    estimate, empty where there is none. `hidden`: the filter leaves it out.
    """

    task: Task
    link: Link | None
    address: str
    truth: Truth | None
    seconds: float
    running: bool
    range: str = ""
    hidden: bool = False

    @property
    def priority_glyph(self) -> str:
        """The name of the sign for the priority, empty for none."""
        return glyph_of(self.task)

    @property
    def sending(self) -> Chip | None:
        """What became of the person's change of status on its way to Jira, None where there is nothing to say."""
        return None if self.truth is None else chip_of(self.truth)

    @property
    def chip(self) -> str:
        """What the person should know about the tie to Jira, empty when all is well."""
        if self.link is None or self.link.presence == Presence.CURRENT:
            return ""
        return str(Presence(self.link.presence).label)

    @property
    def set_aside(self) -> bool:
        """Whether a status of it is set aside."""
        return bool(vars(self.task)["set_aside"])

    @property
    def trouble(self) -> bool:
        """Whether something between the task and Jira needs the person."""
        stuck = self.truth is not None and not self.truth.moves
        return stuck or self.set_aside or bool(self.chip)

    @property
    def jira_status(self) -> str:
        """Jira's own name for the status where it says more than ours."""
        named = self.link.jira_status if self.link else ""
        return "" if named.casefold() == Status(self.task.status).label.casefold() else named

    @property
    def over(self) -> bool:
        """Whether more work was measured than was expected."""
        return self.task.estimate_hours is not None and self.seconds > self.task.estimate_hours * HOUR > 0

    @property
    def percent(self) -> int:
        """How much of the estimate is used, 0 to 100; of what has none, 0."""
        if not self.task.estimate_hours:
            return 0
        return min(100, round(100 * self.seconds / (self.task.estimate_hours * HOUR)))

    @property
    def project(self) -> str:
        """The key of the project that the issue is in, empty for one's own tasks."""
        return self.link.key.rpartition("-")[0] if self.link else ""

    @property
    def remaining(self) -> float | None:
        """The hours that it still needs by its estimate, None without one."""
        return remaining_hours(self.task.estimate_hours, self.seconds / HOUR)


def glyph_of(task: Task) -> str:
    """Return the name of the sign for a task's priority, empty for none."""
    return PRIORITY_GLYPHS.get(task.priority_rank or 0, "other") if task.priority_name else ""


def listed(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return a query of tasks with what their rows need, notes left out."""
    return tasks.annotate(set_aside=has_set_aside()).select_related("link__connection").defer("notes")


def rows_of(tasks: Iterable[Task], session: FocusSession | None, *, now: datetime) -> list[Row]:
    """Return the rows of tasks that come from `listed`: one more query. `session` is the one at hand."""
    found = list(tasks)
    told = truths(found, now=now)
    running = session if session is not None and session.running else None
    return [_row(task, told.get(task.pk), running, now) for task in found]


def _row(task: Task, truth: Truth | None, running: FocusSession | None, now: datetime) -> Row:
    link = getattr(task, "link", None)
    seconds = float(vars(task)["actual_seconds"])
    mine = running is not None and running.task_id == task.pk
    if mine and running is not None:
        seconds += running.seconds_at(now)
    return Row(task, link, browse_url(link) if link else "", truth, seconds, running=mine)
