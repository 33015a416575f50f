"""A small Jira site for histories of sending: each project has another workflow, from the plainest to one that balks."""

from __future__ import annotations

import random
from typing import Final

from ekachit.sandbox.seed_workflows import WORKFLOWS
from ekachit.sandbox.site import Project, Site
from ekachit.sandbox.world import World
from tests.sync.simulation.site import ADA, BOB, CAT, POINTS, PROJECTS, Clock, add_people

# Any status after any; a way of several steps; a resolution on the screen; one that only a validator asks for.
WORKFLOW_OF: Final = dict(zip(PROJECTS, ("simple", "review", "resolve", "validated"), strict=True))


def build(seed: int, clock: Clock, *, issues: int) -> World:
    """A world with so many issues, most of them Ada's and in their workflow's first statuses."""

    def fill(site: Site) -> None:
        add_people(site)
        for workflow, statuses in WORKFLOWS:
            site.add_workflow(workflow, statuses)
        for project_id, name in WORKFLOW_OF.items():
            site.add_project(Project(int(project_id), name[:3].upper(), name.title(), name))
        _populate(site, random.Random(seed), clock.millis(), issues)  # noqa: S311 # chance in a test

    return World(fill, clock=clock.millis, title="Sending", seed=seed, time_zone="UTC")


def _populate(world: Site, dice: random.Random, now: int, issues: int) -> None:
    assert isinstance(world, World)
    for place in range(issues):
        project = world.projects[int(dice.choice(PROJECTS))]
        issue = world.create(
            project=project.id,
            summary=f"Issue {place}",
            status=dice.choice(world.workflows[project.workflow].statuses[:2]),
            points=dice.choice(POINTS),
            assignee=dice.choices((ADA, BOB, CAT), (8, 1, 1))[0],
        )
        issue.created = issue.updated = now - dice.randint(1, 10**8)
