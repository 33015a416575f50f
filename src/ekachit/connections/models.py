"""A person's link to one Jira site, its sealed token, the picked projects and the record of every request."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """What a connection can do now."""

    CONNECTED = "connected", _("Connected")
    NEEDS_TOKEN = "needs_token", _("Needs a new token")
    PAUSED = "paused", _("Paused: needs the Pro plan")
    DISCONNECTED = "disconnected", _("Disconnected")


class Connection(models.Model):
    """One person's link to one Jira site. It outlives a disconnect, so that the tasks keep their badge.

    `epoch` is the lease's fencing number: every claim and every disconnect raises it, and a write that
    names an older one changes nothing. `due_at` is when the next pass may start; None: not at all.
    `points_override` is the field that holds points where the person chose one, `reread` asks the next pass to read
    every issue anew because of it.
    Sending status changes has a lease of its own (`send_…`), so that a long import does not hold them up.
    `absence_suspects` has the ids of issues that one pass found absent and a second one has yet to confirm.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="connections")
    site = models.CharField(max_length=255)
    cloud_id = models.CharField(max_length=64)
    account_id = models.CharField(max_length=128)
    account_name = models.CharField(max_length=255, blank=True)
    email = models.EmailField()
    via_gateway = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State, default=State.CONNECTED)
    token_expires_on = models.DateField(null=True, blank=True)
    points_fields = models.JSONField(default=dict, blank=True)
    points_override = models.CharField(max_length=64, blank=True)
    points_override_name = models.CharField(max_length=255, blank=True)
    reread = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    picked_at = models.DateTimeField(null=True, blank=True)
    disconnected_at = models.DateTimeField(null=True, blank=True)

    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(max_length=80, blank=True)
    epoch = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    stop_requested = models.BooleanField(default=False)
    scrub_pending = models.BooleanField(default=False)
    send_until = models.DateTimeField(null=True, blank=True)
    send_owner = models.CharField(max_length=80, blank=True)
    send_epoch = models.PositiveBigIntegerField(default=0)
    absence_suspects = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["user", "cloud_id", "account_id"], name="connection_once"),
        ]
        indexes = [models.Index(fields=["due_at"], name="connection_due", condition=Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return self.site

    @property
    def active(self) -> bool:
        """Whether passes may run."""
        return self.state == State.CONNECTED


class DataKey(models.Model):
    """The connection's data key, wrapped by a key that is kept outside the database. Destroyed first."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="data_key")
    key_id = models.CharField(max_length=64)
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return f"data key of connection {self.connection_id}"


class Credential(models.Model):
    """The API token, sealed by the data key; the plain token is never stored."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="credential")
    sealed = models.BinaryField()
    sealed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"credential of connection {self.connection_id}"


class Project(models.Model):
    """A Jira project of the site, and whether the person picked it. `open_count` is how many open issues are theirs.

    `two_way` sends status changes to Jira. `done_status_id` and `progress_status_id` are the statuses they go to,
    empty for any status of the category. `allow_path` lets a change take several transitions where there is no direct
    one. `chosen_values` has the values that the person chose for fields which transitions require, by field id;
    `points_override` is the project's own field for points, in place of the connection's;
    `workflow` the transitions that were seen, by issue type and status id, for finding such a way.
    """

    # `project_once` begins with it, and `access_by_time` below.
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="projects", db_index=False
    )
    project_id = models.CharField(max_length=32)
    key = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    style = models.CharField(max_length=16, blank=True)
    open_count = models.PositiveIntegerField(default=0)
    picked = models.BooleanField(default=False)
    two_way = models.BooleanField(default=False)
    done_status_id = models.CharField(max_length=32, blank=True)
    done_status_name = models.CharField(max_length=255, blank=True)
    progress_status_id = models.CharField(max_length=32, blank=True)
    progress_status_name = models.CharField(max_length=255, blank=True)
    points_override = models.CharField(max_length=64, blank=True)
    points_override_name = models.CharField(max_length=255, blank=True)
    allow_path = models.BooleanField(default=False)
    chosen_values = models.JSONField(default=dict, blank=True)
    workflow = models.JSONField(default=dict, blank=True)
    seen = models.BooleanField(default=True)

    class Meta:
        ordering = ("-open_count", "key")
        constraints = [models.UniqueConstraint(fields=["connection", "project_id"], name="project_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"


class AccessRecord(models.Model):
    """One request made to Jira: when, what, why, which fields, what came back. Never a token, never a query's values."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="access_records", db_index=False
    )
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=255)
    why = models.CharField(max_length=120)
    fields = models.CharField(max_length=500, blank=True)
    count = models.PositiveIntegerField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=64, blank=True)
    seconds = models.FloatField(default=0)

    class Meta:
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=["connection", "-at"], name="access_by_time")]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Instance(models.Model):
    """Which installation goes on with this database: one row, compared with what lies outside of it (`instance`)."""

    place = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.place
