"""A person's tasks, their checklists, the work measured on them, and what has become of them."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """The three states of work; Jira's own status names are for display only."""

    TODO = "todo", _("To Do")
    IN_PROGRESS = "in_progress", _("In Progress")
    DONE = "done", _("Done")


class Source(models.TextChoices):
    """Where a task came from."""

    OWN = "own", _("own")
    JIRA = "jira", "Jira"


class Task(models.Model):
    """One piece of work. `estimate_hours` is what the person sees; the override, when given, wins over points.

    `priority_rank` is 1 for the most urgent, None where there is no priority. `project_key` and `issue_type` are what
    learning tells tasks apart by, empty for the person's own. `started_at` is when work on it
    began, and `started_points` what it was pointed with then: the estimate stays with those, and learning does
    too, whatever Jira says later. `status_changed_at` is when the person last changed the status here. `edition` is
    raised by each edit of the person; an edit says which one it was made on. `took_asked_at` is when the person put
    off the question how long the finished task took.
    """

    # No index on the person alone: it would only draw the planner away from those that begin with the person.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
    source = models.CharField(max_length=8, choices=Source, default=Source.OWN)
    title = models.CharField(max_length=500)
    status = models.CharField(max_length=12, choices=Status, default=Status.TODO)
    priority_name = models.CharField(max_length=100, blank=True)
    priority_rank = models.PositiveSmallIntegerField(null=True, blank=True)
    project_key = models.CharField(max_length=255, blank=True)
    issue_type = models.CharField(max_length=100, blank=True)
    points = models.FloatField(null=True, blank=True)
    estimate_hours = models.FloatField(null=True, blank=True)
    estimate_override_hours = models.FloatField(null=True, blank=True)
    notes = models.TextField(blank=True)
    position = models.BigIntegerField(default=0)
    checklist_more = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    status_changed_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    started_points = models.FloatField(null=True, blank=True)
    edition = models.PositiveIntegerField(default=0)
    took_asked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("position", "id")
        indexes = [
            models.Index(fields=["user", "status", "done_at"], name="task_user_status"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(estimate_hours__isnull=True) | Q(estimate_hours__gte=0),
                name="task_estimate_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(estimate_override_hours__isnull=True) | Q(estimate_override_hours__gt=0),
                name="task_override_positive",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DONE, done_at__isnull=False)
                | (~Q(status=Status.DONE) & Q(done_at__isnull=True)),
                name="task_done_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProjectMultiplier(models.Model):
    """Hours for one story point in one project, where that is another number than the person's own."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="project_multipliers", db_index=False
    )
    project_key = models.CharField(max_length=255)
    hours_per_point = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        ordering = ("project_key",)
        constraints = [
            models.UniqueConstraint(fields=["user", "project_key"], name="project_multiplier_once"),
            models.CheckConstraint(condition=Q(hours_per_point__gt=0), name="project_multiplier_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.project_key}: {self.hours_per_point}"


class ChecklistItem(models.Model):
    """One line of a task's checklist. Lines with a `ref` mirror something elsewhere and are read-only here."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="checklist")
    title = models.CharField(max_length=500)
    done = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    ref = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["task", "ref"], condition=~Q(ref=""), name="checklist_ref_once"),
        ]

    def __str__(self) -> str:
        return self.title


class SessionSource(models.TextChoices):
    """Who says how long a focus session was."""

    TIMER = "timer", _("timed")
    MANUAL = "manual", _("typed")
    TRIMMED = "trimmed", _("timed and trimmed")


class Ending(models.TextChoices):
    """How a focus session ended."""

    PAUSED = "paused", _("paused")
    STOPPED = "stopped", _("stopped")
    DONE = "done", _("task done")
    SETTLED = "settled", _("settled afterwards")
    TYPED = "typed", _("typed")


class Settlement(models.TextChoices):
    """What the person said of a session that had run without them."""

    KEPT = "kept", _("kept whole")
    LAST_SIGN = "last_sign", _("trimmed to the last sign of life")
    DAY_END = "day_end", _("trimmed to the end of the working day")
    MOMENT = "moment", _("trimmed to a moment you chose")


class FocusSession(models.Model):
    """A stretch of measured work on a task; it runs while it has no end. Pausing ends it, resuming begins another.

    `seconds` is its length, stored so that sums are quick; `last_sign_at` is when the person was last heard of.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions", db_index=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="sessions")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=SessionSource, default=SessionSource.TIMER)
    ending = models.CharField(max_length=8, choices=Ending, blank=True)
    settled = models.CharField(max_length=12, choices=Settlement, blank=True)
    last_sign_at = models.DateTimeField()
    edition = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("started_at", "id")
        indexes = [
            models.Index(fields=["user", "-started_at"], name="session_latest"),
            models.Index(fields=["user", "ended_at"], name="session_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True), name="session_one_runs"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, seconds__isnull=True, ending="")
                | (
                    Q(ended_at__isnull=False, seconds__isnull=False)
                    & Q(ended_at__gt=models.F("started_at"), seconds__gt=0)
                    & ~Q(ending="")
                ),
                name="session_ended_whole",
            ),
            models.CheckConstraint(
                condition=Q(last_sign_at__gte=models.F("started_at")), name="session_sign_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.pk} of task {self.task_id}"

    @property
    def running(self) -> bool:
        """Whether it has no end yet."""
        return self.ended_at is None

    def seconds_at(self, now: datetime) -> float:
        """Its length in seconds, up to now while it runs."""
        return max(0.0, self._until(now)) if self.seconds is None else self.seconds

    def seconds_between(self) -> float | None:
        """The seconds from its beginning to its end, None while it runs."""
        return None if self.ended_at is None else self._until(self.ended_at)

    def _until(self, moment: datetime) -> float:
        return (moment.astimezone(UTC) - self.started_at.astimezone(UTC)).total_seconds()


class TaskEvent(models.Model):
    """One thing that happened to a task. `kind` and `params` are what the words are made of, in the reader's language."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=["task", "-at", "-id"], name="event_latest")]

    def __str__(self) -> str:
        return f"{self.kind} of task {self.task_id}"
