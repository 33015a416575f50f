"""The forms of the settings page beside the profile's."""

from __future__ import annotations

from typing import Self

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from ekachit.accounts.models import Appearance, User


class HoursForm(forms.Form):
    """Working days and hours."""

    days = forms.MultipleChoiceField(
        label=_("Working days"),
        choices=[(str(number), name) for number, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one working day.")},
    )
    begins = forms.TimeField(
        label=_("Work begins"), widget=forms.TimeInput({"type": "time", "step": "60"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=_("Work ends"),
        widget=forms.TimeInput({"type": "time", "step": "60"}, format="%H:%M"),
        help_text=_("Before it begins means on the next day."),
    )

    @classmethod
    def stored(cls, user: User) -> Self:
        """Return the form with what is stored."""
        return cls(
            initial={"days": list(user.working_days), "begins": user.work_begins, "ends": user.work_ends}
        )


class DaysOffForm(forms.Form):
    """From one day to another, both included; without the last it is one day."""

    first = forms.DateField(
        label=_("First day off"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("Last day off (optional)"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


def language_choices() -> list[tuple[str, object]]:
    """Return the languages of this installation by their own names, and the browser's choice before them."""
    return [("", _("As the browser asks for")), *settings.LANGUAGES]


class LookForm(forms.Form):
    """Colours and language of the pages."""

    appearance = forms.ChoiceField(label=_("Colours"), choices=Appearance.choices, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language"), choices=language_choices, required=False)

    @classmethod
    def stored(cls, user: User) -> Self:
        """Return the form with what is stored."""
        return cls(initial={"appearance": user.appearance, "language": user.language})
