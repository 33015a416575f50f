"""The day on which the next 5, 10 and 20 tasks are done."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from benchmarks.estimates.people import Someone, finish
from benchmarks.estimates.report import Block, percent
from ekachit.domain.estimation.forecast import Forecast, forecast
from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.scores import HIGH, LOW, MIDDLE, crps
from ekachit.domain.estimation.shape import LEVELS
from ekachit.domain.estimation.total import draw_hours
from ekachit.domain.estimation.worked_days import worked_days

FROM, TO, STEP = 40, 500, 40
FUTURES = 500
NEVER = 3000


def finishes(name: str, people: list[Someone]) -> Block:
    """Return how well the finish date is foreseen, on log(1 + days), from the day of a finish, Monday to Friday."""
    block = Block(
        f"Finish date: {name}",
        (
            "tasks",
            "persons",
            "in 80 %",
            "below",
            "above",
            "CRPS",
            "median: actual was earlier",
            "median bias",
        ),
    )
    for count in (5, 10, 20):
        rows = []
        for one in people:
            known = [_one(one, at, count) for at in range(FROM, min(len(one) - count, TO), STEP)]
            if known:
                rows.append(np.mean(known, axis=0))
        if rows:
            mean = np.mean(rows, axis=0)
            bias = f"{math.exp(np.median([row[5] for row in rows])) - 1:+.0%}"
            shares = [percent(value) for value in mean[:3]]
            block.add(str(count), str(len(rows)), *shares, f"{mean[3]:.3f}", percent(mean[4]), bias)
    block.note("Median bias: by what part the middle of 1 + days lies off, for the median person.")
    return block


def _one(one: Someone, at: int, count: int) -> list[float]:
    """Return held, below, above, CRPS, whether the task was done earlier than the median, and the log bias."""
    today = finish(one.rows[at - 1]).date()
    days = max((finish(row).date() - today).days for row in one.rows[at : at + count])
    coming = one.history.between(at, at + count)
    hours = draw_hours(fit(one.history.between(0, at)), coming, at, FUTURES)
    found = forecast(hours, worked_days(one.rows[:at]), today, seed=at)
    row = np.log1p(np.quantile(_days(found, today), LEVELS))
    truth = math.log1p(days)
    loss = float(crps(row[None, :], np.array([truth]))[0])
    sides = float(truth < row[LOW]), float(truth > row[HIGH])
    middle = float(row[MIDDLE])
    return [1 - sum(sides), *sides, loss, float(truth < middle) + 0.5 * (truth == middle), middle - truth]


def _days(found: Forecast, today: date) -> list[int]:
    ahead = [(day - today).days for day in found.days]
    return [ahead[place] if place < len(ahead) else NEVER for place in found.done[:, -1]]
