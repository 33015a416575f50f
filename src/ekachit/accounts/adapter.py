"""How allauth's sign-up makes an account of ours."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest

from ekachit.accounts.actions import settle_new_account
from ekachit.accounts.models import User
from ekachit.config import settings


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sign-up: open or closed by setting; the first account administers the installation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 # allauth's signature
        """Whether strangers may sign up: as set, and always for the very first account."""
        return settings().signup or not User.objects.exists()

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # noqa: FBT001, FBT002 # allauth's signature
        """Store the new account with its plan."""
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            if commit:
                settle_new_account(saved)
        return saved
