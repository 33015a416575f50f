"""How long one fit takes: CPU time, as a ratio to sorting numbers on the same machine, and in milliseconds here."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

from benchmarks.estimates.people import drawn
from benchmarks.estimates.report import Block
from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.shape import ratio_quantiles

ROUNDS = 500
SORTED = 10_000


def usual(work: Callable[[], object]) -> float:
    """Return the median CPU time of many runs, in milliseconds."""
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time_ns()
        work()
        spent.append(time.process_time_ns() - start)
    return median(spent) / 1e6


def speed() -> Block:
    """Return the time of a fit for 10, 100 and 500 finished tasks, and of a range for one task."""
    numbers = np.random.default_rng(0).random(SORTED)
    unit = usual(lambda: np.sort(numbers))
    block = Block("Speed", ("work", "CPU ms, median", f"× sorting {SORTED:,} numbers"))
    someone = next(iter(drawn(1, 501, seed=7))).history
    for count in (10, 100, 500):
        spent = usual(partial(fit, someone.between(0, count)))
        block.add(f"fit, {count} tasks", f"{spent:.2f}", f"{spent / unit:.1f}")
    model = fit(someone.between(0, 500))
    spent = usual(lambda: ratio_quantiles(model, someone.between(500, 501)))
    block.add("range of one task", f"{spent:.2f}", f"{spent / unit:.1f}")
    return block
