"""The tie between tasks and issues, and the receipt that each pass leaves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ekachit.connections.models import Connection
from ekachit.tasks.models import Task


class Presence(models.TextChoices):
    """What the last proof said of an issue."""

    CURRENT = "current", _("in your Jira list")
    GONE = "gone", _("no longer yours in Jira")
    NOT_PICKED = "not_picked", _("project not picked")


class Link(models.Model):
    """The tie of a task to an issue: (cloud id, numeric issue id) is the identity, the key only a label.

    `version` is Jira's `updated` of what was last applied, as UTC; it never goes back. `base` holds the values
    both sides last agreed on (`domain.sync.state.Snapshot` as JSON).
    """

    # What begins with the person or the connection has an index already, here and below: one more to write for each row.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="links", db_index=False
    )
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="link")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="links", db_index=False)
    cloud_id = models.CharField(max_length=64)
    issue_id = models.CharField(max_length=32)
    key = models.CharField(max_length=255)
    project_id = models.CharField(max_length=32)
    issue_type = models.CharField(max_length=100, blank=True)
    jira_status = models.CharField(max_length=255, blank=True)
    version = models.DateTimeField(null=True, blank=True)
    base = models.JSONField(default=dict, blank=True)
    presence = models.CharField(max_length=12, choices=Presence, default=Presence.CURRENT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "cloud_id", "issue_id"], name="link_once"),
        ]
        indexes = [models.Index(fields=["connection", "presence"], name="link_by_connection")]

    def __str__(self) -> str:
        return self.key


class ConflictKind(models.TextChoices):
    """When it was found that both sides had changed."""

    CONFLICT = "conflict", _("both changed")
    LATE = "late_conflict", _("both changed at the same moment")


class ConflictState(models.TextChoices):
    """What the person did about it."""

    OPEN = "open", _("set aside")
    REAPPLIED = "reapplied", _("applied again")
    DISMISSED = "dismissed", _("left as Jira has it")


class Conflict(models.Model):
    """Both sides changed a task's status since they last agreed: Jira's was taken, ours is kept here.

    `base`, `ours` and `jiras` are statuses of tasks; `jira_status` is Jira's own name for its. `ours_at` is when
    the person made the change, None where that is not known.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conflicts")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="conflicts")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="conflicts")
    kind = models.CharField(max_length=16, choices=ConflictKind, default=ConflictKind.CONFLICT)
    base = models.CharField(max_length=12)
    ours = models.CharField(max_length=12)
    jiras = models.CharField(max_length=12)
    jira_status = models.CharField(max_length=255, blank=True)
    ours_at = models.DateTimeField(null=True, blank=True)
    jiras_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=ConflictState, default=ConflictState.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["user", "state"], name="conflict_by_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ConflictState.OPEN, closed_at__isnull=True)
                | (~Q(state=ConflictState.OPEN) & Q(closed_at__isnull=False)),
                name="conflict_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ours} against {self.jiras}"


class EntryState(models.TextChoices):
    """Where a status change is on its way to Jira; `domain.sync.delivery.EntryState` with words."""

    WAITING = "waiting", _("waiting for Jira")
    SENDING = "sending", _("on its way to Jira")
    APPLIED = "applied", _("done in Jira")
    SUPERSEDED = "superseded", _("replaced by a later change")
    CONFLICT = "conflict", _("set aside: Jira had changed")
    LATE_CONFLICT = "late_conflict", _("sent while Jira changed")
    REFUSED = "refused", _("refused by Jira")
    CANCELLED = "cancelled", _("not sent")


OPEN_STATES = (EntryState.WAITING, EntryState.SENDING)
# Taken back by the person before it left: as if it had never been said.
UNDONE = Q(state=EntryState.CANCELLED, code="undone")


class OutboxEntry(models.Model):
    """One status change on its way to Jira, stored in the transaction of the change itself.

    `wanted` and `base` are statuses of tasks: what the person wants, what Jira is taken to have. `code` is why it
    was refused or cancelled, `detail` what the words for it need. `posted_at` is when the write may have left,
    `seen_status_id` what Jira had a moment before, and `detail` until it ends where the write leads to and how many
    changes of status there were before it (`sending.Left`): an answer that was lost is found out by reading. `left_at`
    is when the person said that it may stay refused or unsent.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="outbox")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="outbox")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="outbox")
    wanted = models.CharField(max_length=12)
    base = models.CharField(max_length=12)
    state = models.CharField(max_length=16, choices=EntryState, default=EntryState.WAITING)
    code = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    created_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True, blank=True)
    seen_status_id = models.CharField(max_length=32, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "outbox entries"
        indexes = [
            models.Index(fields=["not_before"], name="outbox_due", condition=Q(state__in=OPEN_STATES)),
            models.Index(fields=["task", "-id"], name="outbox_by_task"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "state"], condition=Q(state__in=OPEN_STATES), name="outbox_one_of_each"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, ended_at__isnull=True)
                | (~Q(state__in=OPEN_STATES) & Q(ended_at__isnull=False)),
                name="outbox_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wanted} ({self.state})"


class PutAside(models.Model):
    """An issue that cannot be read, with the reason; it is tried again once its version changed."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="put_aside")
    issue_id = models.CharField(max_length=32)
    key = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=200)
    version = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "issue_id"], name="put_aside_once")]
        verbose_name_plural = "put aside"

    def __str__(self) -> str:
        return self.key or self.issue_id


class SiteHold(models.Model):
    """A site that nobody may ask before `until`: it asked to be left alone, or does not answer.

    `failures` counts the passes in a row, of whichever connection, that found it so.
    """

    site = models.CharField(max_length=255, unique=True)
    until = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.site


class PassState(models.TextChoices):
    """How far a pass came."""

    RUNNING = "running", _("running")
    STOPPED = "stopped", _("stopped")
    COMPLETE = "complete", _("complete")
    PARTIAL = "partial", _("partial")
    FAILED = "failed", _("failed")


class Pass(models.Model):
    """One run of the sync for one connection; when ended it is the receipt.

    `progress` maps a project id to [issues applied, issues expected (None: not known)]. `notes` lists what a
    person should be told, such as an issue that could not be read and why.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="passes", db_index=False
    )
    epoch = models.PositiveBigIntegerField()
    is_import = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=PassState, default=PassState.RUNNING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    set_aside = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    code = models.CharField(max_length=64, blank=True)
    progress = models.JSONField(default=dict, blank=True)
    notes = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "passes"
        indexes = [
            models.Index(fields=["connection", "-id"], name="pass_latest"),
            models.Index(fields=["started_at"], name="pass_by_time"),
            # Each pass looks for one that was cut off, among some four thousand of three months.
            models.Index(fields=["connection"], name="pass_running", condition=Q(state=PassState.RUNNING)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PassState.RUNNING, ended_at__isnull=True)
                | (~Q(state=PassState.RUNNING) & Q(ended_at__isnull=False)),
                name="pass_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"pass {self.pk} of connection {self.connection_id}"
