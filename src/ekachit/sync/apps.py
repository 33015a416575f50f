"""The sync app."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """Keeps tasks and Jira issues in step."""

    name = "ekachit.sync"
    label = "sync"
