"""A person's tasks and their checklists."""

from __future__ import annotations

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

    `priority_rank` is 1 for the most urgent, None where there is no priority. `started_at` is when work on it
    began, and `started_points` what it was pointed with then: the estimate stays with those, and learning does
    too, whatever Jira says later. `status_changed_at` is when the person last changed the status here.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tasks")
    source = models.CharField(max_length=8, choices=Source, default=Source.OWN)
    title = models.CharField(max_length=500)
    status = models.CharField(max_length=12, choices=Status, default=Status.TODO)
    priority_name = models.CharField(max_length=100, blank=True)
    priority_rank = models.PositiveSmallIntegerField(null=True, blank=True)
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
                condition=Q(status=Status.DONE, done_at__isnull=False)
                | (~Q(status=Status.DONE) & Q(done_at__isnull=True)),
                name="task_done_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


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
