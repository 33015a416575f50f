"""How ranges and numbers are written on pages, and the suggestion wherever a page has it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from ekachit.accounts.models import User
from ekachit.domain.estimation.sessions import OVERNIGHT, TOO_LONG
from ekachit.estimates.actions import number_to_use
from ekachit.estimates.models import Suggestion
from ekachit.estimates.queries import project_keys, shown_suggestions
from ekachit.estimates.recall import recall
from ekachit.tasks.multipliers import own_multipliers
from ekachit.web import estimate_words

register = template.Library()
register.filter("row_error", estimate_words.row_error)
register.filter("left_out", estimate_words.left_out)
register.filter("no_forecast", estimate_words.no_forecast)

TEN = 10


def span(low: float, high: float) -> str:
    """Return a range of hours as people say it: `5h–9h`, `0.5h–2h`."""
    first, last = _round(low), _round(high)
    first = min(first, last)
    words = {"low": _number(first), "high": _number(last)}
    if first == last:
        return _("%(high)sh") % words
    return _("%(low)sh–%(high)sh") % words


@register.filter
def likely_range(each: Any) -> str:
    """Return the range of anything that has `low` and `high` in hours."""
    return span(each.low, each.high)


@register.filter
def about(value: float) -> str:
    """Return hours that nobody knows to the minute: `94h`, `5.2h`."""
    return _("%(number)sh") % {"number": _number(round(value, 0 if value >= TEN else 1))}


@register.filter
def per_point(value: float) -> str:
    """Return hours a point as they are offered: `2.6`."""
    return formats.number_format(number_to_use(value))


@register.filter
def plain(value: float) -> str:
    """Return a number that somebody typed, as they typed it: `2.65`, `3`."""
    return _number(round(float(value), 2))


@register.filter
def soon(day: date) -> str:
    """Return a day to come: `Wed 2 Dec`, with the year where it is another one."""
    same = day.year == timezone.localdate().year
    return formats.date_format(day, "D j M" if same else "D j M Y")


@register.filter
def percent(value: float) -> str:
    """Return a part of 1 as a percentage: `85 %`; never 0 or 100 for what is only near."""
    whole = round(100 * value)
    whole = min(99, whole) if value < 1 else whole
    whole = max(1, whole) if value > 0 else whole
    return _("%(number)d %%") % {"number": whole}


@register.filter
def why_left_out(reasons: dict[str, int]) -> str:
    """Return how many tasks are left out, and why, in a few words; empty for none."""
    words = {
        OVERNIGHT.code: _("timers that ran overnight: %(count)d"),
        TOO_LONG.code: _("timers that ran over 8 hours: %(count)d"),
        "unusable": _("estimates of 0: %(count)d"),
    }
    return ", ".join(words.get(code, code) % {"count": count} for code, count in reasons.items() if count)


@register.inclusion_tag("web/insights/suggestions.html", takes_context=True)
def suggestions(context: RequestContext, back: str, project: str = "") -> dict[str, object]:
    """Show what the person's finished tasks (in a project) suggest."""
    user = context["user"]
    rows: list[Suggestion] = []
    if isinstance(user, User):
        recall(user, now=timezone.now())
        rows = [row for row in shown_suggestions(user) if project in ("", row.project_key)]
    return {"suggestions": rows, "next": back, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("web/insights/project_numbers.html", takes_context=True)
def project_numbers(context: RequestContext, back: str, project: str = "") -> dict[str, object]:
    """Show the numbers that projects (or one of them) have of their own, to change, and a place for another."""
    user = context["user"]
    own: dict[str, float] = {}
    others: list[str] = []
    if isinstance(user, User):
        own = own_multipliers(user.pk)
        others = [key for key in project_keys(user) if key not in own and project in ("", key)]
        own = {key: number for key, number in own.items() if project in ("", key)}
    usual = getattr(user, "multiplier", None)
    return {
        "own": own,
        "others": others,
        "usual": usual,
        "next": back,
        "csrf_token": context.get("csrf_token"),
    }


def _number(value: float) -> str:
    return formats.number_format(int(value) if value == int(value) else value)


def _round(value: float) -> float:
    if value >= TEN:
        return round(value)
    step = 0.5 if value >= 1 else 0.1
    return max(0.1, round(round(value / step) * step, 1))
