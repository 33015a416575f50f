"""The forms of passkeys, as allauth has them, that also stand an answer which is nested without end."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput


class CredentialField(forms.JSONField):
    """What a browser says of a passkey. Django's field takes JSON that is too deep for a failure of the server."""

    def to_python(self, value: Any) -> Any:
        """Return the value.

        Raises:
            ValidationError: it is no JSON, or too deep.
        """
        try:
            return super().to_python(value)
        except RecursionError:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": ""}
            ) from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what the form shows again."""
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput("")


class AddForm(AddWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """Adds a passkey."""

    credential = CredentialField(required=True, widget=forms.HiddenInput)


class LoginForm(LoginWebAuthnForm):  # type: ignore[misc] # likewise
    """Signs in with a passkey."""

    credential = CredentialField(required=True, widget=forms.HiddenInput)


class ReauthenticateForm(ReauthenticateWebAuthnForm):  # type: ignore[misc] # likewise
    """Proves once more who it is with a passkey."""

    credential = CredentialField(required=True, widget=forms.HiddenInput)
