"""The estimates app."""

from django.apps import AppConfig


class EstimatesConfig(AppConfig):
    """What is learned from a person's finished tasks, and what was said of the open ones."""

    name = "ekachit.estimates"
    label = "estimates"
