from __future__ import annotations

import re
from pathlib import Path

from ekachit.domain.estimation.priors import PRIORS
from ekachit.domain.estimation.suggestion import Suggestion

DOCUMENT = (Path(__file__).parents[3] / "docs" / "estimation.md").read_text(encoding="utf-8")


def test_the_example_runs_and_suggests_a_number() -> None:
    example = re.search(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert example is not None
    names: dict[str, object] = {}
    exec(compile(example[1], "docs/estimation.md", "exec"), names)  # noqa: S102 - our own document
    assert isinstance(names["said"], Suggestion)


def test_the_beliefs_told_are_those_of_the_code() -> None:
    told = (
        f"sd {PRIORS.level_sd}; in points {PRIORS.points_sd} more",
        f"sd {PRIORS.type_sd}, {PRIORS.project_sd}, {PRIORS.cell_sd}",
        "fades over " + " and ".join(f"{tasks:.0f}" for tasks in PRIORS.recency_tasks),
        f"t with {PRIORS.recency_tails:.0f} degree of freedom",
        "scale " + " and ".join(str(sd) for sd in PRIORS.recency_sd) + " of the noise",
        f"{PRIORS.echo:g}, worth {PRIORS.echo_tasks:.0f} tasks",
        f"sd {PRIORS.person_sd} between persons",
        f"its noise believed as if {PRIORS.level_noise_tasks:.0f} tasks had shown it",
        f"{PRIORS.caution} standard deviations short",
        f"1 in {1 / PRIORS.change_chance:.0f}, sd {PRIORS.change_sd}",
        f"scale {PRIORS.noise_sd}, worth {PRIORS.noise_tasks:.0f} tasks",
        f"predictions use {PRIORS.width} of it, totals {PRIORS.total_width}",
        f"adds {PRIORS.drift} of the noise",
        f"the last {PRIORS.window} tasks",
    )
    assert [text for text in told if text not in DOCUMENT] == []
