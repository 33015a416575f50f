"""A task as lists show it: on Today, on the board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zlib import crc32

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from ekachit.domain.work.duration import HOUR, written
from ekachit.domain.work.plan import remaining_hours
from ekachit.sync.models import Link, OutboxEntry, Presence
from ekachit.sync.queries import browse_url, has_set_aside
from ekachit.sync.truth import Truth, truths_from
from ekachit.tasks.models import FocusSession, Status, Task
from ekachit.web.outbox_chip import Chip, chip_of
from ekachit.web.templatetags.ekachit import about_days, hours, points

PRIORITY_GLYPHS = {1: "highest", 2: "high", 3: "medium", 4: "low", 5: "lowest"}


class Words:
    """The words that every row has, looked up once for a list: there may be hundreds of rows."""

    def __init__(self) -> None:
        self.change = _("Change the status")
        self.start, self.pause = _("Start"), _("Pause")
        self.opens = _("(opens Jira in a new tab)")
        self.in_jira = _("Status in Jira:")
        self.priority = _("Priority %(name)s.")
        self.worked = _("%(worked)s worked, %(expected)s expected")
        self.took = _("took %(length)s")
        self.no_points, self.no_estimate, self.own = _("no points"), _("no estimate"), _("your own")
        self.statuses = {status.value: str(status.label) for status in Status}
        self.root = reverse("web:tasks")


@dataclass(slots=True)
class Figures:
    """What a row says of estimate and work; `under` is the small line below the estimate."""

    estimate: str
    about: str
    under: str
    worked: str
    percent: int
    over: bool


@dataclass
class Row:
    """A task as a list shows it.

    `seconds` is the work measured on it, that of the running session too. `range` is the likely range under the
    estimate, empty where there is none; `compared`: it comes from tasks like it, as there is no estimate. `overrun` is
    a value of `domain.estimation.overrun.Overrun`. `hidden`: the filter leaves it out.
    """

    task: Task
    link: Link | None
    truth: Truth | None
    seconds: float
    running: bool
    words: Words
    range: str = ""
    compared: bool = False
    overrun: str = ""
    hidden: bool = False

    @cached_property
    def address(self) -> str:
        """Where the issue is in Jira, empty for one's own."""
        return browse_url(self.link) if self.link else ""

    @cached_property
    def place(self) -> str:
        """The address of the task's page, which those of all that can be done to it begin with."""
        return f"{self.words.root}{self.task.pk}/"

    @cached_property
    def status_words(self) -> str:
        """The status, by our name for it."""
        return self.words.statuses[self.task.status]

    @cached_property
    def priority_glyph(self) -> str:
        """The name of the sign for the priority, empty for none."""
        return PRIORITY_GLYPHS.get(self.task.priority_rank or 0, "other") if self.task.priority_name else ""

    @cached_property
    def priority_words(self) -> str:
        """The priority by its name, in a sentence."""
        return self.words.priority % {"name": self.task.priority_name}

    @cached_property
    def sending(self) -> Chip | None:
        """What became of the person's change of status on its way to Jira, None where there is nothing to say."""
        return None if self.truth is None else chip_of(self.truth)

    @cached_property
    def chip(self) -> str:
        """What the person should know about the tie to Jira, empty when all is well."""
        if self.link is None or self.link.presence == Presence.CURRENT:
            return ""
        return str(Presence(self.link.presence).label)

    @cached_property
    def set_aside(self) -> bool:
        """Whether a status of it is set aside."""
        return bool(vars(self.task)["set_aside"])

    @cached_property
    def trouble(self) -> bool:
        """Whether something between the task and Jira needs the person."""
        stuck = self.truth is not None and not self.truth.moves
        return stuck or self.set_aside or bool(self.chip)

    @cached_property
    def noted(self) -> bool:
        """Whether there is any chip to show."""
        unsized = self.figures.over or self.task.estimate_hours is None
        return (
            self.truth is not None
            or self.set_aside
            or bool(self.chip)
            or unsized
            or self.overrun in {"near", "beyond"}
        )

    @cached_property
    def life(self) -> str:
        """What of it may change by itself, as the page says it back: empty where nothing."""
        return life_of(self.truth, running=self.running)

    @cached_property
    def jira_status(self) -> str:
        """Jira's own name for the status where it says more than ours."""
        named = self.link.jira_status if self.link else ""
        return "" if named.casefold() == self.status_words.casefold() else named

    @cached_property
    def project(self) -> str:
        """The key of the project that the issue is in, empty for one's own tasks."""
        return self.link.key.rpartition("-")[0] if self.link else ""

    @cached_property
    def remaining(self) -> float | None:
        """The hours that it still needs by its estimate, None without one."""
        return remaining_hours(self.task.estimate_hours, self.seconds / HOUR)

    @cached_property
    def figures(self) -> Figures:
        """What is expected, what was worked. What is done is not over its estimate any more: it took what it took."""
        expected = self.task.estimate_hours
        share = self.seconds / (expected * HOUR) if expected else 0.0
        return Figures(
            estimate="" if expected is None else hours(expected),
            about=about_days(expected),
            under=self._under(),
            worked=self.words.worked % {"worked": written(self.seconds), "expected": hours(expected)},
            percent=min(100, round(100 * share)),
            over=share > 1 and self.task.status != Status.DONE,
        )

    def _under(self) -> str:
        task, words = self.task, self.words
        if task.status == Status.DONE and self.seconds:
            return words.took % {"length": written(self.seconds)}
        if self.range:
            return f"≈ {self.range}" if self.compared else self.range
        if task.estimate_hours is None:
            return words.no_points if self.link else words.no_estimate
        if task.estimate_override_hours is not None:
            return words.own if self.link else ""
        return "" if task.points is None else points(task.points)


def listed(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return a query of tasks with what their rows need, notes left out."""
    return (
        tasks.annotate(set_aside=has_set_aside())
        .select_related("link__connection", "stated_range")
        .defer("notes")
    )


def rows_of(
    tasks: Iterable[Task],
    session: FocusSession | None,
    entries: Iterable[OutboxEntry],
    *,
    now: datetime,
) -> list[Row]:
    """Return the rows of tasks that come from `listed`; `entries` are from `truth.entries_of`, read before them.

    `session` is the one at hand.
    """
    found, words = list(tasks), Words()
    told = truths_from(entries, {task.pk: task.status for task in found}, now=now)
    running = session if session is not None and session.running else None
    rows: list[Row] = []
    for task in found:
        seconds = float(vars(task)["actual_seconds"])
        mine = running is not None and running.task_id == task.pk
        if mine and running is not None:
            seconds += running.seconds_at(now)
        rows.append(Row(task, getattr(task, "link", None), told.get(task.pk), seconds, mine, words))
    return rows


def life_of(truth: Truth | None, *, running: bool) -> str:
    """Return a mark of what a row says of things that go on without the person's doing; empty where nothing does."""
    if truth is None:
        return "r" if running else ""
    said = f"{truth.entry.pk} {truth.kind} {truth.holdup} {truth.until} {running}"
    return f"{crc32(said.encode()):x}"
