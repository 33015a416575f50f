"""The hours of the next 20 tasks together."""

from __future__ import annotations

import numpy as np

from benchmarks.estimates.people import Someone
from benchmarks.estimates.report import Block, percent
from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.observation import Floats
from ekachit.domain.estimation.scores import HIGH, LOW, crps, paired_interval
from ekachit.domain.estimation.shape import LEVELS
from ekachit.domain.estimation.total import draw_hours

TASKS = 20
ORIGINS = {"10": (10,), "20-40": (20, 30, 40), "80+": tuple(range(80, 500, 20))}


def totals(name: str, people: list[Someone]) -> Block:
    """Return coverage and CRPS (log scale) of the total of the next 20 tasks, beside evidence-based scheduling."""
    block = Block(
        f"The total of the next {TASKS} tasks: {name}",
        (
            "tasks before",
            "persons",
            "in 80 %",
            "below",
            "above",
            "CRPS",
            "EBS: in 80 %",
            "EBS: CRPS",
            "against EBS",
        ),
    )
    for label, origins in ORIGINS.items():
        rows = []
        for one in people:
            known = [_one(one, at) for at in origins if at + TASKS <= len(one)]
            if known:
                rows.append(np.mean(known, axis=0))
        if not rows:
            continue
        found = np.array(rows)
        mean = found.mean(axis=0)
        change, low, high = paired_interval(found[:, 3], found[:, 5])
        shares = (percent(value) for value in mean[:3])
        ours = (f"{mean[3]:.3f}", percent(mean[4]), f"{mean[5]:.3f}")
        block.add(label, str(len(rows)), *shares, *ours, f"{change:+.1%} ({low:+.1%} … {high:+.1%})")
    return block


def _one(one: Someone, at: int) -> list[float]:
    """Return held, below, above, CRPS; and held and CRPS of evidence-based scheduling."""
    coming = one.history.between(at, at + TASKS)
    truth = np.log(np.exp(coming.log_ratio + coming.log_expected).sum())
    ours = np.log(np.quantile(draw_hours(fit(one.history.between(0, at)), coming, at).sum(axis=1), LEVELS))
    theirs = np.log(_evidence_based(one, at))
    loss = crps(np.array([ours, theirs]), np.array([truth, truth]))
    held = [float(row[LOW] <= truth <= row[HIGH]) for row in (ours, theirs)]
    return [
        held[0],
        float(truth < ours[LOW]),
        float(truth > ours[HIGH]),
        float(loss[0]),
        held[1],
        float(loss[1]),
    ]


def _evidence_based(one: Someone, at: int) -> Floats:
    random = np.random.default_rng(at)
    ratios = random.choice(one.history.log_ratio[:at], (2000, TASKS))
    expected = np.exp(one.history.log_expected[at : at + TASKS])
    return np.asarray(np.quantile((np.exp(ratios) * expected).sum(axis=1), LEVELS), dtype=float)
