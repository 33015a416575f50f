"""How hours, times and outcomes are written on pages."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ekachit.connections.words import words_for
from ekachit.domain.work.duration import HOUR, written
from ekachit.web.ledger_words import in_words

register = template.Library()

HOURS_A_DAY = 8
TENTHS_BELOW = 100
MINUTE_OF_HOUR = 1 / 60


@register.filter
def hours(value: float | None) -> str:
    """Return hours as people write them: `2h`, `11.5h`, `1h 20m`, a dash where nobody knows."""
    if value is None:
        return "—"
    exact = abs(value - round(value, 1)) < MINUTE_OF_HOUR / 2
    return (
        _("%(number)sh") % {"number": _number(value)}
        if exact or value >= TENTHS_BELOW
        else written(value * HOUR)
    )


@register.filter
def duration(seconds: float | None) -> str:
    """Return a length of time to the minute: `1h 20m`; empty where nobody knows."""
    return "" if seconds is None else written(seconds)


@register.filter
def points(value: float) -> str:
    """Return story points: `3 points`."""
    return ngettext("%(number)s point", "%(number)s points", 1 if value == 1 else 2) % {
        "number": _number(value)
    }


@register.filter
def about_days(value: float | None) -> str:
    """Return working days of 8 hours for what is longer than one: `about 2 days`; empty below."""
    if value is None or value <= HOURS_A_DAY:
        return ""
    return _("about %(number)s days") % {"number": _number(round(value / HOURS_A_DAY * 2) / 2)}


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """Return a time in the person's zone: the hour today, else with the date; whole on hover."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    same_day = local.date() == timezone.localdate()
    short = formats.date_format(local, "H:i" if same_day else "j M, H:i")
    whole = formats.date_format(local, "D j M Y, H:i:s T")
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), whole, short)


@register.filter
def why_asked(why: str) -> str:
    """Return why a request was made, in the reader's language."""
    return in_words(why)


@register.filter
def short_path(path: str) -> str:
    """Return a path of Jira's API without what all of them begin with."""
    return path.removeprefix("/rest/api/3")


@register.filter
def reason(code: str) -> str:
    """Return the plain words of an error code, empty for none."""
    return str(words_for(code).title) if code else ""


@register.filter
def next_step(code: str) -> str:
    """Return what to do about an error code, empty for none."""
    return str(words_for(code).next_step) if code else ""


def _number(value: float) -> str:
    """A number with one decimal where it has one (two below a tenth), none for large ones."""
    if value >= TENTHS_BELOW:
        return formats.number_format(value, decimal_pos=0)
    digits = 2 if 0 < value < 0.1 else 1  # noqa: PLR2004 # a tenth
    rounded = round(value, digits)
    return formats.number_format(int(rounded) if rounded == int(rounded) else rounded)
