"""The ops app."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    """Commands and health for those who run an installation."""

    name = "ekachit.ops"
    label = "ops"
