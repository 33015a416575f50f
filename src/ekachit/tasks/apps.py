"""The tasks app."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Tasks and checklists; knows nothing of where a task came from."""

    name = "ekachit.tasks"
    label = "tasks"
