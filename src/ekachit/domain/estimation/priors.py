"""What the engine believes before it has seen a single task: wide, round, set by hand."""

from __future__ import annotations

from dataclasses import dataclass

# Hours a point before anything is known of a person: 1 → 2 h, 3 → 6 h, 8 → 16 h.
DEFAULT_MULTIPLIER = 2.0


@dataclass(frozen=True, slots=True)
class Priors:
    """Standard deviations are of log hours: 0.4 means "within × 1.5, two times in three"."""

    # The person's level: log of hours worked over hours expected; and how much more it may lie off in points,
    # whose size differs from team to team.
    level_sd: float = 0.4
    points_sd: float = 0.35
    # Large tasks are overestimated, small ones underestimated (actual ≈ K · estimate^0.9, arXiv 1901.01621).
    slope: float = -0.1
    slope_sd: float = 0.15
    # How sizes curve away from the straight line: one bend, smooth bumps every half in log size, and how far
    # an estimate that is often typed lies from its neighbours.
    bend_sd: float = 0.2
    bump_sd: float = 0.15
    bump_width: float = 0.5
    bumps: tuple[float, ...] = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
    same_sd: float = 0.15
    # How far a type of work, a project, and their combination lie from the person's level.
    type_sd: float = 0.35
    project_sd: float = 0.25
    cell_sd: float = 0.2
    # How far the level of late (fading over 20 tasks) lies from the long-run one, as a part of the noise of one task:
    # a t so heavy that steady tasks hold the level still and a clear departure is followed almost whole.
    recency_sd: tuple[float, ...] = (0.5,)
    recency_tasks: tuple[float, ...] = (20.0,)
    recency_tails: float = 1.0
    # How much of the last task's error comes back in the next one, and how many tasks this belief is worth.
    echo: float = 0.0
    echo_tasks: float = 30.0
    # A sudden change: chance at each task, how far, tasks looked back, and fewest tasks that can show one.
    change_chance: float = 1 / 25
    change_sd: float = 1.0
    change_window: int = 60
    change_least: int = 2
    # Only a change this probable moves the multiplier that is suggested.
    change_sure: float = 0.8
    # The noise of one task (scale of a t), how many tasks this belief is worth, and how heavy the tails are.
    noise_sd: float = 0.7
    noise_tasks: float = 6.0
    tails: float = 4.0
    # A type's own noise needs this many tasks to count half; the belief about the shape of noise is worth as many.
    spread_tasks: float = 10.0
    shape_tasks: float = 15.0
    # A timer left running overnight adds this many hours; how often, and how many tasks this belief is worth.
    night_hours: tuple[float, float] = (7.0, 17.0)
    night_share: float = 0.04
    night_tasks: float = 30.0
    # Kinds of people by how often hours are the estimate typed again: how common, and a beta distribution.
    copiers: tuple[tuple[float, float, float], ...] = ((0.8, 0.6, 20.0), (0.2, 1.5, 1.5))
    copied_tasks: float = 10.0
    copied_width: float = 0.5
    # Each further task back counts this much less; tasks looked at; levels of a column that get their own effect.
    forgetting: float = 0.99
    window: int = 300
    levels: int = 10
    # The multiplier: how far persons lie apart, how it forgets, how many tasks the belief about noise is worth for it,
    # and how far the level of the next tasks drifts from the past one, as a part of the noise of one task.
    person_sd: float = 0.6
    level_forgetting: float = 0.97
    level_noise_tasks: float = 10.0
    drift: float = 0.42
    # What is suggested stays this many standard deviations short of what was learned, on the side of the number in use:
    # a step too far costs more than one too short gains.
    caution: float = 0.4
    # Each belief is wide on purpose, and a prediction counts the width of all of them at once: this much narrower.
    width: float = 0.8
    total_width: float = 0.75
    # What is common to all tasks of a list beyond that shrinks from `shock_sd` as tasks come in past `shock_tasks`.
    shock_sd: float = 0.25
    shock_tasks: float = 10.0
    # Past days are forgotten by this, and the pace of a future differs from the past by as much.
    day_forgetting: float = 0.99
    pace_sd: float = 0.1


PRIORS = Priors()
