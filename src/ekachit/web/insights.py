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
from ekachit.tasks.multipliers import hours_per_point
from ekachit.tasks.ordering import open_tasks
from ekachit.web import insights_charts as charts
from ekachit.web.sent import number_or_none_such
from ekachit.web.visit import Visit

# The slider goes from a half to twice the learned number.
SLIDER_LEAST, SLIDER_MOST = 0.5, 2.0
LEFT_OUT_SHOWN = LATEST = 20
DROPPED_AT_MOST = 500
WORDS_AT_MOST = 200
KEY_LENGTH = 255


@require_safe
def insights(request: Visit) -> HttpResponse:
    """Show the page; to HTMX what follows a question at once: the forecast, and the rest for another project."""
    known = recall(request.user, now=timezone.now())
    context = forecast_part(request, known)
    if request.htmx and request.htmx.target != "learned":
        return render(request, "web/insights/forecast.html", context)
    project = request.GET.get("project", "")[:KEY_LENGTH]
    context |= learned_part(request.user, known, project)
    return render(request, f"web/insights/{'project' if request.htmx else 'page'}.html", context)


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
    return {
        "question": question,
        "outlook": outlook,
        "chances": shown,
        "chances_chart": charts.chances_chart(shown),
        "projects": known_projects(request.user, known),
        "slider": Slider(asked, learned, round(learned * SLIDER_LEAST, 2), round(learned * SLIDER_MOST, 2)),
        "with_points": any(line.task.points is not None for line in outlook.lines),
    }


def learned_part(user: User, known: Known, project: str) -> dict[str, object]:
    """Return what was learned (of a project): the number, estimates against hours, and how ranges held."""
    per_point = hours_per_point(user.pk, project)
    own = number(known, project)
    offer = next((each for each in shown_suggestions(user) if each.project_key == project), None)
    suggested = None if offer is None else float(number_to_use(offer.value))
    finished = [each for each in known.in_project(project) if each.observation is not None]
    observations = [each.observation for each in finished if each.observation is not None]
    sizes, unit = charts.band_sizes(observations)
    drawn = band(known, sizes, cast("Unit", unit), per_point, project)
    said = past_ranges(user, known, project)
    left_out = known.left_out_in(project)
    return {
        "finished": len(observations),
        "number": own,
        "per_point": per_point,
        "times": own.multiplier.value / per_point,
        "enough": own.tasks >= LEAST_TASKS,
        "missing": max(0, LEAST_TASKS - own.tasks),
        "past_suggestions": past_suggestions(user, known, project),
        "left_out": left_out[-LEFT_OUT_SHOWN:],
        "left_out_count": len(left_out),
        "curve_chart": charts.curve_chart(own.level, per_point, suggested),
        "band": drawn,
        "actual_chart": charts.actual_chart(observations, drawn, per_point),
        "latest": finished[: -LATEST - 1 : -1],
        "over_time_chart": charts.over_time_chart(own.over_time),
        "held": held(said),
        "said": said[-charts.RANGES_SHOWN :],
        "ranges_chart": charts.ranges_chart(said),
    }


def known_projects(user: User, known: Known) -> list[str]:
    """Return the keys of the projects that open or finished tasks are in: one query."""
    in_use = open_tasks(user).order_by().values_list("project_key", flat=True).distinct()
    return sorted({*in_use, *(each.project for each in known.finished)} - {""})


def _question(request: Visit, learned: float) -> Question:
    asked = request.GET
    dropped = frozenset(map(number_or_none_such, asked.getlist("drop")[:DROPPED_AT_MOST]))
    project, words = asked.get("project", "")[:KEY_LENGTH], asked.get("q", "").strip()[:WORDS_AT_MOST]
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
