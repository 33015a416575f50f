"""The web app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages people see."""

    name = "ekachit.web"
    label = "web"
