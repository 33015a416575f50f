"""What happens in Jira during a history: colleagues, administrators, rules of automation, a late index."""

from __future__ import annotations

from ekachit.sandbox.site import Issue
from ekachit.sandbox.world import World
from tests.sync.simulation.ruling import rule
from tests.sync.simulation.site import ADA, BOB, CAT, POINTS, PROJECTS
from tests.sync.simulation.stage import Stage

PEOPLE = (ADA, BOB, CAT, None)


def some_issue(stage: Stage, *, mine: bool = True) -> Issue | None:
    """An issue of the first person's, or of anybody's."""
    world = stage.world()
    ids = sorted(world.assigned[stage.people[0].account]) if mine else sorted(world.issues)
    return world.issues[stage.dice.choice(ids)] if ids else None


def some_status(stage: Stage, issue: Issue) -> str:
    return stage.dice.choice(stage.world().workflow(issue).statuses)


@rule(3)
def create(stage: Stage) -> str:
    issue = stage.world().create(
        project=stage.dice.choice(PROJECTS),
        summary=f"New {stage.dice.randint(0, 99)}",
        points=stage.dice.choice(POINTS),
        assignee=stage.dice.choice((ADA, ADA, BOB)),
    )
    return issue.key


@rule(8)
def change_status(stage: Stage) -> str:
    issue = some_issue(stage)
    if issue is None:
        return ""
    status = some_status(stage, issue)
    stage.world().edit(issue.id, status=status)
    return f"{issue.key} {status}"


@rule(4)
def edit(stage: Stage) -> str:
    issue = some_issue(stage)
    if issue is None:
        return ""
    name, value = stage.dice.choice(
        (
            ("summary", f"Said anew {stage.dice.randint(0, 99)}"),
            ("points", stage.dice.choice(POINTS)),
            ("priority", stage.dice.choice(("Highest", "Low", None))),
        )
    )
    stage.world().edit(issue.id, **{str(name): value})
    return f"{issue.key} {name} {value}"


@rule(4)
def reassign(stage: Stage) -> str:
    issue = some_issue(stage)
    if issue is None:
        return ""
    stage.world().reassign(issue.id, stage.dice.choice(PEOPLE))
    return f"{issue.key} {issue.assignee}"


@rule(4)
def give(stage: Stage) -> str:
    """Somebody's issue becomes the first person's, or comes back to them."""
    issue = some_issue(stage, mine=False)
    if issue is None:
        return ""
    stage.world().reassign(issue.id, stage.people[0].account)
    return issue.key


@rule(3)
def move(stage: Stage) -> str:
    issue = some_issue(stage)
    if issue is None or issue.parent_id is not None:
        return ""
    stage.world().move(issue.id, stage.dice.choice(PROJECTS))
    return issue.key


@rule(1)
def delete(stage: Stage) -> str:
    issue = some_issue(stage)
    if issue is None:
        return ""
    stage.world().delete(issue.id)
    return issue.key


@rule(2)
def hide(stage: Stage) -> str:
    issue = some_issue(stage)
    if issue is None:
        return ""
    stage.world().hide(issue.id, hidden=not issue.hidden)
    return f"{issue.key} {issue.hidden}"


@rule(3)
def add_part(stage: Stage) -> str:
    issue = some_issue(stage)
    if issue is None or issue.parent_id is not None:
        return ""
    stage.world().add_subtask(issue.id, "Part", assignee=stage.dice.choice((ADA, BOB, None)))
    stage.world().edit(issue.id, summary=issue.summary)
    return issue.key


@rule(2)
def add_part_unseen(stage: Stage) -> str:
    """A colleague's new sub-task, and nothing at its parent tells of it."""
    issue = some_issue(stage)
    if issue is None or issue.parent_id is not None:
        return ""
    return stage.world().add_subtask(issue.id, "Unseen", assignee=BOB).key


@rule(1)
def add_many_parts(stage: Stage) -> str:
    """More sub-tasks than a checklist shows."""
    issue = some_issue(stage)
    if issue is None or issue.parent_id is not None:
        return ""
    for number in range(32):
        stage.world().add_subtask(issue.id, f"Part {number}", assignee=BOB)
    stage.world().edit(issue.id, summary=issue.summary)
    return issue.key


@rule(4)
def change_part(stage: Stage) -> str:
    """A sub-task changes, and its parent's `updated` does not."""
    world = stage.world()
    parts = sorted(part for parts in world.children.values() for part in parts)
    if not parts:
        return ""
    part = world.issues[stage.dice.choice(parts)]
    world.edit(part.id, status=some_status(stage, part), summary=f"Part {stage.dice.randint(0, 9)}")
    return part.key


@rule(1)
def make_part_mine(stage: Stage) -> str:
    """A new sub-task of the first person's, under whatever parent; nothing tells of it at the parent."""
    issue = some_issue(stage, mine=False)
    if issue is None or issue.parent_id is not None:
        return ""
    return stage.world().add_subtask(issue.id, "For you", assignee=stage.people[0].account).key


@rule(1)
def rename_status(stage: Stage) -> str:
    status = stage.dice.choice(("102", "103", "202"))
    stage.world().rename_status(status, f"Name {stage.dice.randint(0, 9)}")
    return status


@rule(1)
def recategorise(stage: Stage) -> str:
    """An administrator moves a status to another category: no issue's `updated` tells of it."""
    world = stage.world()
    status = stage.dice.choice(("102", "103"))
    category = stage.dice.choice(("new", "indeterminate", "done", "undefined"))
    world.set_status_category(status, category)
    return f"{status} {category}"


@rule(1)
def remove_status(stage: Stage) -> str:
    world = stage.world()
    if "103" not in world.workflows["plain"].statuses:
        return ""
    world.remove_status("20001", "103", "101")
    return "103"


@rule(1)
def archive(stage: Stage) -> str:
    project = stage.world().projects[int(stage.dice.choice(PROJECTS))]
    stage.world().archive(project.id, archived=not project.archived)
    return f"{project.key} {project.archived}"


@rule(1)
def hide_project(stage: Stage) -> str:
    project = stage.world().projects[int(stage.dice.choice(PROJECTS))]
    stage.world().hide_project(project.id, hidden=project.members is None)
    return project.key


@rule(1)
def rename_project(stage: Stage) -> str:
    project = stage.world().projects[int(stage.dice.choice(PROJECTS))]
    stage.world().rename_project(project.id, key=f"K{stage.dice.randint(10, 99)}")
    return project.key


@rule(2)
def automation(stage: Stage) -> str:
    """A rule of the site takes an issue elsewhere."""
    issue = some_issue(stage)
    if issue is None:
        return ""
    stage.world().set_by_rule(issue.id, some_status(stage, issue))
    return issue.key


@rule(3)
def lag(stage: Stage) -> str:
    stage.world().lag()
    return "lag"


@rule(2)
def back_unseen(stage: Stage) -> str:
    """An issue goes to somebody else and comes back, and the index has seen only the first."""
    issue = some_issue(stage)
    if issue is None:
        return ""
    stage.world().reassign(issue.id, BOB)
    stage.world().lag()
    stage.world().reassign(issue.id, stage.people[0].account)
    return issue.key


@rule(3)
def catch_up(stage: Stage) -> str:
    world: World = stage.world()
    behind = world.index.behind()
    some = [each for each in behind if stage.dice.random() < 0.5]
    if stage.dice.random() < 0.5:
        world.end_lag()
        return "all"
    world.catch_up(some)
    return f"{len(some)} of {len(behind)}"
