"""Insights: when the open work will be done, the person's number, and how well estimates and ranges held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ekachit.accounts.models import User
from ekachit.domain.estimation.observation import Unit
from ekachit.domain.estimation.suggestion import LEAST_TASKS
from ekachit.estimates.actions import number_to_use
from ekachit.estimates.forecasts import Question, learned_per_point, look_ahead, open_work
from ekachit.estimates.history import Known
from ekachit.estimates.queries import band, held, number, past_ranges, past_suggestions, shown_suggestions
from ekachit.estimates.recall import recall
from ekachit.tasks.ordering import open_tasks
from ekachit.web import insights_charts as charts
from ekachit.web.visit import Visit

# The slider goes from a half to twice the learned number.
SLIDER_LEAST, SLIDER_MOST = 0.5, 2.0
LEFT_OUT_SHOWN = 20
DROPPED_AT_MOST = 500
WORDS_AT_MOST = 200


@require_safe
def insights(request: Visit) -> HttpResponse:
    """Show the page; to HTMX, only the forecast, which follows what is asked at once."""
    known = recall(request.user, now=timezone.now())
    if request.htmx:
        return render(request, "web/insights/forecast.html", forecast_part(request, known))
    context = {**forecast_part(request, known), **learned_part(request.user, known)}
    return render(request, "web/insights/page.html", context)


@dataclass(frozen=True, slots=True)
class Slider:
    """The what-if number: hours a point, with the ends it may be moved to. `learned` is where it rests."""

    value: float
    learned: float
    low: float
    high: float

    @property
    def moved(self) -> bool:
        """Whether another number is asked for than the one that was learned."""
        return abs(self.value - self.learned) > 0.001  # noqa: PLR2004 # the slider's own rounding


def forecast_part(request: Visit, known: Known) -> dict[str, object]:
    """Return what the forecast shows, for the question in the address."""
    learned = round(learned_per_point(known), 2)
    question = _question(request, learned)
    tasks = open_work(request.user, question)
    outlook = look_ahead(request.user, known, tasks, question, now=timezone.now())
    asked = learned if question.per_point is None else question.per_point
    shown = charts.thinned(outlook.chances, outlook.sure_by)
    projects = open_tasks(request.user).exclude(project_key="").order_by("project_key")
    return {
        "question": question,
        "outlook": outlook,
        "chances": shown,
        "chances_chart": charts.chances_chart(shown),
        "projects": projects.values_list("project_key", flat=True).distinct(),
        "slider": Slider(asked, learned, round(learned * SLIDER_LEAST, 2), round(learned * SLIDER_MOST, 2)),
        "with_points": any(line.task.points is not None for line in outlook.lines),
    }


def learned_part(user: User, known: Known) -> dict[str, object]:
    """Return what was learned: the person's number, estimates against hours, and how ranges held."""
    per_point = float(user.multiplier)
    own = number(known)
    suggestions = list(shown_suggestions(user))
    whole = next((each for each in suggestions if not each.project_key), None)
    suggested = None if whole is None else float(number_to_use(whole.value))
    sizes, unit = charts.band_sizes(known)
    drawn = band(known, sizes, cast("Unit", unit), per_point) if known.observations else []
    said = past_ranges(user, known)
    return {
        "finished": len(known.observations),
        "number": own,
        "per_point": per_point,
        "times": own.multiplier.value / per_point,
        "enough": own.tasks >= LEAST_TASKS,
        "missing": max(0, LEAST_TASKS - own.tasks),
        "suggestions": suggestions,
        "past_suggestions": past_suggestions(user, known),
        "left_out": known.left_out[-LEFT_OUT_SHOWN:],
        "left_out_count": len(known.left_out),
        "curve_chart": charts.curve_chart(own.level, per_point, suggested),
        "band": drawn,
        "actual_chart": charts.actual_chart(known, drawn, per_point),
        "latest": [each for each in reversed(known.finished) if each.observation is not None][:20],
        "over_time_chart": charts.over_time_chart(own.over_time),
        "held": held(said),
        "said": said[-charts.RANGES_SHOWN :],
        "ranges_chart": charts.ranges_chart(said),
    }


def _question(request: Visit, learned: float) -> Question:
    asked = request.GET
    dropped = frozenset(
        int(each)
        for each in asked.getlist("drop")[:DROPPED_AT_MOST]
        if each.isdecimal() and len(each) <= 18  # noqa: PLR2004 # digits of an id
    )
    project, words = asked.get("project", "")[:255], asked.get("q", "").strip()[:WORDS_AT_MOST]
    return Question(project, words, dropped, _per_point(asked.get("per_point", ""), learned))


def _per_point(text: str, learned: float) -> float | None:
    """Return the hours a point that are asked for, None where that is what was learned, or no number at all."""
    try:
        number = float(text)
    except ValueError:
        return None
    if not learned * SLIDER_LEAST * 0.99 <= number <= learned * SLIDER_MOST * 1.01:
        return None
    return None if round(number, 2) == learned else number
