"""Suggestions with what became of them, ranges as they were said, and finished tasks from before."""

from __future__ import annotations

import math

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ekachit.tasks.models import Task


class SuggestionState(models.TextChoices):
    """What became of a suggestion."""

    SHOWN = "shown", _("shown")
    USED = "used", _("used")
    NOT_NOW = "not_now", _("not now")
    SUPERSEDED = "superseded", _("superseded by what came later")


class Suggestion(models.Model):
    """A multiplier that the person's finished tasks speak for, in hours a point. `project_key` is empty for all tasks.

    `low` and `high` are the ends of its 80 % interval, `present` the number in use when it was found, `tasks` how many
    finished tasks it rests on, and `left_out` how many were left out, by reason.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="suggestions")
    project_key = models.CharField(max_length=255, blank=True)
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    present = models.FloatField()
    tasks = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=12, choices=SuggestionState, default=SuggestionState.SHOWN)
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-found_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "project_key"],
                condition=Q(state=SuggestionState.SHOWN),
                name="suggestion_one_shown",
            ),
            models.CheckConstraint(
                condition=Q(state=SuggestionState.SHOWN, closed_at__isnull=True)
                | (~Q(state=SuggestionState.SHOWN) & Q(closed_at__isnull=False)),
                name="suggestion_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value:.2f} for {self.user_id} {self.project_key}".rstrip()

    @property
    def learned(self) -> float:
        """The number in the middle of the interval, of which `value` stays a little short."""
        return math.sqrt(self.low * self.high)


class StatedRange(models.Model):
    """The likely range (10, 50 and 90 %, in hours) that was shown beside a task's estimate before any work on it.

    It stays as it was said: only another estimate, given before work began, replaces it. `estimate` is in `unit`, and
    `tasks` is how many finished tasks the range rests on.
    """

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="stated_range")
    estimate = models.FloatField()
    unit = models.CharField(max_length=6)
    low = models.FloatField()
    middle = models.FloatField()
    high = models.FloatField()
    tasks = models.PositiveIntegerField()
    stated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.low:.1f}–{self.high:.1f} h for task {self.task_id}"


class PastTask(models.Model):
    """A finished task from before, brought in from a file. `place` is its order where nothing says when it was done."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="past_tasks", db_index=False
    )
    fingerprint = models.CharField(max_length=64)
    estimate = models.FloatField()
    unit = models.CharField(max_length=6)
    actual_hours = models.FloatField()
    project_key = models.CharField(max_length=255, blank=True)
    issue_type = models.CharField(max_length=100, blank=True)
    place = models.FloatField()
    started_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ("place", "id")
        constraints = [
            models.UniqueConstraint(fields=["user", "fingerprint"], name="past_task_once"),
            models.CheckConstraint(
                condition=Q(estimate__gt=0, actual_hours__gt=0), name="past_task_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.estimate} {self.unit}, took {self.actual_hours} h"
