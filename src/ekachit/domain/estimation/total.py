"""Hours for several tasks together: errors that they share do not cancel out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ekachit.domain.estimation.features import ahead, columns
from ekachit.domain.estimation.model import Model
from ekachit.domain.estimation.observation import Floats, History, Task
from ekachit.domain.estimation.shape import LEVELS, copied_share, shape

DRAWS = 2000


def draw_hours(model: Model, tasks: History, seed: int, draws: int = DRAWS) -> Floats:
    """Return simulated hours, a row for each future and a column for each task.

    Each future has one draw of the person's coefficients, one for each type and project never seen, and one of
    a shock that all its tasks share; noise is drawn for each task.
    """
    random = np.random.default_rng(seed)
    priors = model.priors
    root = np.linalg.cholesky(model.covariance + 1e-12 * np.eye(len(model.coefficients)))
    normal = priors.total_width * random.standard_normal((draws, len(root)))
    coefficients = model.coefficients + normal @ root.T
    # What is true of late only fades again, one task after the other.
    logs = coefficients @ columns(model.layout, tasks, np.arange(len(tasks), dtype=float), priors).T
    shock = priors.shock_sd * min(1.0, priors.shock_tasks / max(len(model.history), 1))
    logs += random.normal(0, shock, (draws, 1))
    for codes, known, sd in (
        (tasks.types, model.layout.types, priors.type_sd),
        (tasks.projects, model.layout.projects, priors.project_sd),
    ):
        for code in np.unique(codes[~np.isin(codes, known)]):
            logs[:, codes == code] += random.normal(0, sd, (draws, 1))
    values, mass = shape(model)
    logs += model.noise(tasks) * random.choice(values, logs.shape, p=mass / mass.sum())
    shares = np.array([copied_share(model, float(size)) for size in tasks.log_expected])
    logs[random.random(logs.shape) < shares] = 0.0
    return np.asarray(np.exp(logs + tasks.log_expected))


def total_quantiles(model: Model, tasks: Sequence[Task], seed: int, levels: Floats = LEVELS) -> Floats:
    """Return quantiles of the hours that all the tasks take together."""
    hours = draw_hours(model, ahead(tasks, model.history), seed).sum(axis=1)
    return np.asarray(np.quantile(hours, levels), dtype=float)
