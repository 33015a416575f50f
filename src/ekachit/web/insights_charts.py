"""What the charts of Insights are drawn from: plain numbers and labels, for the script and for the tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeAlias

from django.utils import formats
from django.utils.translation import gettext as _

from ekachit.domain.estimation.interval import Level, Multiplier
from ekachit.domain.estimation.observation import Observation
from ekachit.domain.estimation.priors import DEFAULT_MULTIPLIER
from ekachit.estimates.forecasts import SURE
from ekachit.estimates.queries import Band, Calibrated

# What `json_script` can write down.
Data: TypeAlias = dict[str, object]
BARS_AT_MOST = 9
CURVE_POINTS = 61
# Ranges shown one by one; the sentence counts all.
RANGES_SHOWN = 40
POINTS_SHOWN = 300


def thinned(chances: Sequence[tuple[date, float]], sure_by: date | None) -> list[tuple[date, float]]:
    """Return a few of the days, evenly spread from where finishing becomes possible, the 85 % day among them.

    None where it is not in sight.
    """
    possible = [(day, chance) for day, chance in chances if chance >= 0.01]  # noqa: PLR2004 # 1 %
    step = max(1, math.ceil(len(possible) / BARS_AT_MOST))
    sure = next((place for place, (day, _chance) in enumerate(possible) if day == sure_by), 0)
    return possible[sure % step :: step]


def chances_chart(shown: Iterable[tuple[date, float]]) -> Data:
    """Return the bars of the forecast: a label, a percentage, and whether it is one to rely on."""
    rows = list(shown)
    return {
        "labels": [formats.date_format(day, "D j M") for day, _chance in rows],
        "values": [round(100 * chance, 1) for _day, chance in rows],
        "sure": [chance >= SURE for _day, chance in rows],
        "series": _("done by the end of the day"),
    }


def curve_chart(level: Level, present: float, suggested: float | None) -> Data:
    """Return how probable each number is, from far below to far above, with the one in use and the one suggested."""
    middle = math.log(DEFAULT_MULTIPLIER) + level.place
    steps = range(CURVE_POINTS)
    spots = [middle + level.sd * (6.4 * step / (CURVE_POINTS - 1) - 3.2) for step in steps]
    curve = [[round(math.exp(spot), 4), _density(spot, middle, level.sd)] for spot in spots]
    return {
        "curve": curve,
        "now": present,
        "suggested": suggested,
        "now_label": _("now %(number)s") % {"number": formats.number_format(present)},
        "suggested_label": (
            ""
            if suggested is None
            else _("suggested %(number)s") % {"number": formats.number_format(suggested)}
        ),
        "series": _("how probable"),
    }


def _density(spot: float, middle: float, sd: float) -> float:
    """Return the density on the scale of hours a point, of a belief that is normal in logarithms."""
    return round(math.exp(-0.5 * ((spot - middle) / sd) ** 2) / math.exp(spot), 6)


def actual_chart(observations: Sequence[Observation], band: Sequence[Band], per_point: float) -> Data:
    """Return finished tasks as points (hours estimated at the number in use, hours worked), and the band about them."""
    points = [
        [
            round(each.task.estimate * (per_point if each.task.unit == "points" else 1.0), 3),
            round(each.actual_hours, 3),
        ]
        for each in observations[-POINTS_SHOWN:]
    ]
    return {
        "points": points,
        "low": [[one.hours, round(one.low, 3)] for one in band],
        "middle": [[one.hours, round(one.middle, 3)] for one in band],
        "high": [[one.hours, round(one.high, 3)] for one in band],
        "x": _("estimated"),
        "y": _("took"),
        "middle_label": _("expected"),
        "band_label": _("80 % range"),
        "same_label": _("as estimated"),
        "points_label": _("your tasks"),
    }


def band_sizes(observations: Sequence[Observation]) -> tuple[list[float], str]:
    """Return estimates to draw the band over, and their unit: that of most tasks, evenly from the least to the most."""
    in_points = [each for each in observations if each.task.unit == "points"]
    mostly_points = 2 * len(in_points) >= len(observations)
    unit = "points" if mostly_points else "hours"
    sizes = [each.task.estimate for each in observations if each.task.unit == unit]
    if not sizes:
        return [], unit
    low, high = math.log(min(sizes) * 0.8), math.log(max(sizes) * 1.25)
    return [round(math.exp(low + (high - low) * step / 12), 4) for step in range(13)], unit


def over_time_chart(path: Iterable[tuple[int, Multiplier]]) -> Data:
    """Return the person's number after so many tasks, with its interval."""
    rows = list(path)
    return {
        "tasks": [count for count, _number in rows],
        "value": [round(number.value, 3) for _count, number in rows],
        "low": [round(number.low, 3) for _count, number in rows],
        "high": [round(number.high, 3) for _count, number in rows],
        "x": _("finished tasks"),
        "series": _("hours a point"),
        "band_label": _("80 % interval"),
    }


def ranges_chart(found: Sequence[Calibrated]) -> Data:
    """Return the last ranges with what the tasks took."""
    rows = [each.past for each in found[-RANGES_SHOWN:]]
    return {
        "labels": [each.title for each in found[-RANGES_SHOWN:]],
        "ranges": [[round(each.low, 3), round(each.high, 3)] for each in rows],
        "actual": [round(each.actual, 3) for each in rows],
        "held": [each.held for each in rows],
        "range_label": _("80 % range"),
        "actual_label": _("took"),
    }
