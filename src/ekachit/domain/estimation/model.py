"""One person's model: how far hours worked lie from hours expected, and how surely that is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ekachit.domain.estimation.change import Change, find
from ekachit.domain.estimation.features import Layout, columns, lay_out
from ekachit.domain.estimation.observation import SAME, Flags, Floats, History
from ekachit.domain.estimation.overnight import Long, nights
from ekachit.domain.estimation.priors import PRIORS, Priors
from ekachit.domain.estimation.spread import Spread, learn_copied, learn_echo, learn_spread

ROUNDS = 4
# The rounds after which it is asked anew which tasks hold a night.
NIGHTS_AGAIN = (0, 1)
MOST_PULL = 0.9


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned of a history (its last tasks). All scales are of log hours."""

    history: History
    layout: Layout
    priors: Priors
    coefficients: Floats
    covariance: Floats
    scale: float  # the noise of one task
    awake: Floats  # each task's chance that no timer was left on overnight
    weights: Floats  # how much each task counts, by its age and that chance
    copied: Flags
    copied_share: float
    errors: Floats  # each task's error over its own noise, as if it had been left out
    spread: Spread
    echo: float  # how far the last error shifts the next task
    change: Change

    def place(self, tasks: History) -> tuple[Floats, Floats]:
        """Return where the log ratio of each task lies and the variance of that place."""
        matrix = columns(self.layout, tasks, np.zeros(len(tasks)), self.priors)
        variance = np.einsum("ij,ij->i", matrix @ self.covariance, matrix)
        new_type = ~np.isin(tasks.types, self.layout.types)
        new_project = ~np.isin(tasks.projects, self.layout.projects)
        unseen = new_type * self.priors.type_sd**2 + new_project * self.priors.project_sd**2
        variance = variance * self.priors.width**2
        return matrix @ self.coefficients + self.echo, variance + unseen

    def noise(self, tasks: History) -> Floats:
        """Return the noise of each task."""
        return self.scale * self.spread.factor(tasks)


@dataclass(frozen=True, slots=True)
class _Line:
    coefficients: Floats
    covariance: Floats
    scale: float
    precisions: Floats
    awake: Floats


def _regress(history: History, matrix: Floats, counted: Floats, layout: Layout, priors: Priors) -> _Line:
    """Return the most probable line under t noise, by re-weighting: in each round far tasks count less."""
    ratios, precision = history.log_ratio, 1 / layout.variances
    across = np.ascontiguousarray(matrix.T)
    belief, late, diagonal = precision.copy(), layout.late, slice(None, None, len(precision) + 1)
    long = Long.of(ratios + history.log_expected, priors)
    coefficients, scale = layout.means, priors.noise_sd
    errors = ratios - matrix @ coefficients
    pull = np.ones(len(ratios))
    awake = 1 - nights(long, errors, scale, counted, priors)
    information, precisions = np.diag(precision), counted
    for turn in range(ROUNDS):
        precisions = counted * awake * pull / scale**2
        # How far the level of late strays is a part of the noise, with the tails of a t: the further it has strayed,
        # the less it is held back.
        held = precision[late] / scale**2
        belief[late] = (
            held * (priors.recency_tails + 1) / (priors.recency_tails + held * coefficients[late] ** 2)
        )
        information = (across * precisions) @ matrix
        information.reshape(-1)[diagonal] += belief
        wanted = across @ (precisions * ratios) + belief * layout.means
        coefficients = np.asarray(np.linalg.solve(information, wanted), dtype=float)
        errors = ratios - matrix @ coefficients
        own = counted * awake
        spread = float((own * pull) @ errors**2) + priors.noise_tasks * priors.noise_sd**2
        scale = float(np.sqrt(spread / (own.sum() + priors.noise_tasks)))
        pull = (priors.tails + 1) / (priors.tails + (errors / scale) ** 2)
        if turn in NIGHTS_AGAIN:
            awake = 1 - nights(long, errors, scale, counted, priors)
    covariance = np.asarray(np.linalg.inv(information), dtype=float)
    return _Line(coefficients, covariance, scale, precisions, awake)


def fit(history: History, priors: Priors = PRIORS) -> Model:
    """Return the model of a history's last tasks; of none, the priors. Closed form but for four rounds."""
    if len(history) > priors.window:
        history = history.between(len(history) - priors.window, len(history))
    ages = np.arange(len(history), 0, -1, dtype=float)
    weights = priors.forgetting ** (ages - 1)
    copied = np.abs(history.log_ratio) < SAME
    layout = lay_out(history, weights, priors)
    matrix = columns(layout, history, ages, priors)
    # Hours typed again from the estimate say nothing of the work: they have a chance of their own.
    counted = np.where(copied, 0.0, weights)
    line = _regress(history, matrix, counted, layout, priors)
    errors = history.log_ratio - matrix @ line.coefficients
    change = find(matrix, line.precisions, errors, line.covariance, priors)
    coefficients = line.coefficients + change.coefficients
    coefficients[0] += change.step
    covariance = line.covariance.copy()
    covariance[0, 0] += change.variance
    drawn = line.precisions * np.einsum("ij,ij->i", matrix @ line.covariance, matrix)
    scaled = (errors - change.fitted) / np.sqrt(1 - np.clip(drawn, 0.0, MOST_PULL)) / line.scale
    spread = learn_spread(history, scaled, counted * line.awake, layout.centre, priors)
    return Model(
        history=history,
        layout=layout,
        priors=priors,
        coefficients=coefficients,
        covariance=covariance,
        scale=line.scale,
        awake=line.awake,
        weights=weights * line.awake,
        copied=copied,
        copied_share=learn_copied(float(weights[copied].sum()), float(weights[~copied].sum()), priors),
        errors=scaled / spread.factor(history),
        spread=spread,
        echo=learn_echo(scaled, weights, priors) * line.scale,
        change=change,
    )
