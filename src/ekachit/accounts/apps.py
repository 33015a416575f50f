"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who use this installation."""

    name = "ekachit.accounts"
    label = "accounts"
