"""The connections app."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """A person's links to Jira sites."""

    name = "ekachit.connections"
    label = "connections"
