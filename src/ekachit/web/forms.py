"""The forms of the pages."""

from __future__ import annotations

import zoneinfo
from typing import Any, Self

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ekachit.accounts.models import User

# A token is never filled in by a browser, never spell-checked by a web service, never rendered back.
SECRET = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none", "data-1p-ignore": ""}


def zone_choices() -> list[tuple[str, str]]:
    """Return the time zones people know, by area and city; the technical ones are left out, except UTC."""
    skipped = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    names = [name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(skipped)]
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in sorted(names))]


class ProfileForm(forms.Form):
    """Name and time zone."""

    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, widget=forms.TextInput({"autocomplete": "name"})
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        help_text=_("Days begin and end, and times are shown, as they are there."),
    )

    @classmethod
    def stored(cls, user: User) -> Self:
        """Return the form with what is stored."""
        return cls(initial={"name": user.name, "time_zone": user.time_zone})


class EstimatesForm(forms.Form):
    """Hours per story point."""

    multiplier = forms.DecimalField(
        label=_("Hours per story point"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0.05), MaxValueValidator(100)],
        widget=forms.NumberInput({"min": "0.05", "max": "100", "step": "0.05", "inputmode": "decimal"}),
    )

    @classmethod
    def stored(cls, user: User) -> Self:
        """Return the form with what is stored."""
        return cls(initial={"multiplier": user.multiplier.normalize()})


class ProjectNumberForm(EstimatesForm):
    """Hours per story point in one project."""

    project = forms.CharField(max_length=255)


class TokenForm(forms.Form):
    """E-mail and API token of an Atlassian account."""

    email = forms.EmailField(
        label=_("E-mail of your Atlassian account"), widget=forms.EmailInput({"autocomplete": "email"})
    )
    token = forms.CharField(
        label=_("API token"),
        strip=False,
        max_length=2000,
        widget=forms.PasswordInput(SECRET),
        help_text=_("Encrypted on this server before anything else happens; never shown again."),
    )
    expires_on = forms.DateField(
        label=_("Token expires on (optional)"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=_("Atlassian shows it beside the new token; it is then shown with the connection."),
    )

    def point_at(self, field: str | None, trouble_id: str) -> None:
        """Tie the alert with this id to the input it is about."""
        if field in self.fields:
            attrs: dict[str, Any] = self.fields[field].widget.attrs
            attrs.update({"aria-invalid": "true", "aria-describedby": trouble_id, "autofocus": True})

    def clean_expires_on(self) -> object:
        """Refuse a day that has passed."""
        day = self.cleaned_data["expires_on"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."), code="past")
        return day


class ConnectForm(TokenForm):
    """Where the person's Jira is, and how to sign in there."""

    site = forms.CharField(
        label=_("Site"),
        max_length=500,
        widget=forms.TextInput(
            {
                "placeholder": "yourteam.atlassian.net",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        help_text=_("Any link of your Jira will do."),
    )
