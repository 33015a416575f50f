"""What must hold once everything is quiet: no faults, a good token, the index caught up, nothing changing."""

from __future__ import annotations

from datetime import timedelta

from ekachit.connections import actions as connecting
from ekachit.connections.models import Project, State
from ekachit.sandbox.site import AbsentError
from ekachit.sandbox.world import World
from ekachit.sync import actions
from ekachit.sync.models import PassState
from tests.sync.simulation.passes import poll
from tests.sync.simulation.properties import put_aside, require, side_line
from tests.sync.simulation.rows import Row, Rows, rows_of
from tests.sync.simulation.site import EMAILS, token_of
from tests.sync.simulation.stage import Person, Ran, Stage

CATEGORIES = {"new": "todo", "indeterminate": "in_progress", "done": "done"}
MOST_PASSES = 4
HALF, DAY = 0.5, timedelta(days=1)


def quiesce(stage: Stage) -> None:
    """Let the storm pass, and check that all is as it should be (I1, I22, I23)."""
    for door in stage.doors.values():
        door.faults.disarm()
        door.world.end_lag()
        for token in door.world.tokens.values():
            token.revoked = False
        for account in door.world.accounts.values():
            account.jira_access = True
    for person in stage.people:
        _settle(stage, person)


def _settle(stage: Stage, person: Person) -> None:
    row = person.reload()
    if row.state == State.NEEDS_TOKEN:
        line = side_line(stage, person)
        require(line is not None and line.tone == "trouble", "I22", "a token is needed, and nobody says so")
        connecting.replace_token(
            row, email=EMAILS[person.account], token=token_of(person.account, person.token)
        )
        person.refused_in_row = 0
    elif row.state == State.DISCONNECTED:
        require(not poll(stage, person), "I14", "a pass ran after the disconnect")
        return
    elif row.due_at is None:
        actions.resume(row)
    # What nothing tells of is read once a day: then everything is, also the checklists.
    whole = stage.dice.random() < HALF
    stage.clock.advance((DAY + stage.clock.behind).total_seconds() if whole else 0.0)
    began = stage.clock()
    for _ in range(MOST_PASSES):
        ran = poll(stage, person)
        require(ran is not None, "I22", "no pass is due any more")
        if ran is not None and ran.receipt is not None and ran.receipt.state == PassState.COMPLETE:
            break
    else:
        require(False, "I22", "it does not recover")  # noqa: FBT003 # as above
    require(stage.clock() - began < timedelta(hours=3), "I22", "it takes long to recover")
    assert ran is not None
    _converged(stage, ran)
    untold = _untold(stage, person, ran.after)
    require(not (whole and untold), "I1", f"a day later nobody has looked at {untold}")
    if not untold:
        _still(stage, person)


def _still(stage: Stage, person: Person) -> None:
    """A second pass changes nothing (I23, and I1's fixpoint)."""
    before = rows_of(person.user)
    marks = {each: row.changed_at for each, row in before.tasks.items()}
    ran = poll(stage, person)
    assert ran is not None
    require(ran.receipt is not None, "I23", "a quiet pass died")
    after = rows_of(person.user)
    require(before == after, "I23", "a pass with nothing to do changed something")
    require(marks == {each: row.changed_at for each, row in after.tasks.items()}, "I23", "rows were written")
    assert ran.receipt is not None
    told = (ran.receipt.created, ran.receipt.updated, ran.receipt.set_aside)
    require(told == (0, 0, 0), "I23", f"a quiet pass tells of {told}")


def _converged(stage: Stage, ran: Ran) -> None:
    person, rows, world = ran.person, ran.after, stage.world(ran.person)
    picked = set(
        Project.objects.filter(connection=person.connection, picked=True).values_list("project_id", flat=True)
    )
    gone = {note["project"] for note in ran.receipt.notes if "project" in note} if ran.receipt else set()
    mine = world.assigned_ids(person.account)
    unread = put_aside(world, ran.aside_before)
    for each in mine:
        issue = world.issues[each]
        listed = str(issue.project_id) in picked and world.category(issue) != "done" and not gone
        if listed and not {str(each), str(issue.parent_id)} & unread:
            require(_has_home(rows, str(each), issue.parent_id), "I1", f"{issue.key} is nowhere")
    for issue_id, row in rows.tasks.items():
        if int(issue_id) in mine:
            _agrees(stage, person, row, issue_id, picked)
        elif row.agreed != "done":
            require(
                row.presence in {"gone", "not_picked"}, "I1", f"{issue_id} is not theirs and says nothing"
            )


def _untold(stage: Stage, person: Person, rows: Rows) -> list[str]:
    """The issues that have changed in a way that nothing in a list tells of."""
    world = stage.world(person)
    mine = world.assigned_ids(person.account)
    current = {each: row for each, row in rows.tasks.items() if row.presence == "current"}
    reopened = [
        each for each, row in current.items() if row.agreed == "done" != row.status and int(each) not in mine
    ]
    lined = [each for each, row in current.items() if row.agreed != "done" and int(each) in mine]
    return reopened + [
        each for each in lined if _lines_of(world, rows, each) != _held_lines(rows.tasks[each])
    ]


def _lines_of(world: World, rows: Rows, issue_id: str) -> list[tuple[str, str, bool]]:
    """The checklist that an issue should have: its sub-tasks that have no task of their own."""
    return [
        (str(each.id), each.summary, world.category(each) == "done")
        for each in world.subtasks(world.issues[int(issue_id)])
        if not each.hidden and str(each.id) not in rows.tasks
    ]


def _held_lines(row: Row) -> list[tuple[str, str, bool]]:
    return [(line["issue_id"], line["title"], line["done"]) for line in row.link["base"]["checklist"]]


def _has_home(rows: Rows, issue_id: str, parent_id: int | None) -> bool:
    row = rows.tasks.get(issue_id)
    parent = rows.tasks.get(str(parent_id))
    lines = [line["issue_id"] for line in parent.link["base"]["checklist"]] if parent else []
    return (row is not None and row.presence == "current") or issue_id in lines


def _agrees(stage: Stage, person: Person, row: Row, issue_id: str, picked: set[str]) -> None:
    world = stage.world(person)
    try:
        issue = world.issue(issue_id)
    except AbsentError:
        return
    if str(issue.project_id) not in picked:
        require(
            row.presence != "current" or row.agreed == "done",
            "I1",
            f"{issue.key} is not picked, and does not say so",
        )
        return
    if world.category(issue) == "done" and (row.agreed == "done" or row.presence != "current"):
        return
    require(row.presence == "current", "I1", f"{issue.key} is theirs, and its task says otherwise")
    require(row.task["title"] == issue.summary, "I1", f"{issue.key} has an old title")
    require(row.task["points"] == issue.points, "I1", f"{issue.key} has old points")
    require(row.link["key"] == issue.key, "I1", f"{issue.key} has an old key")
    wanted = CATEGORIES.get(world.category(issue))
    require(
        row.link["jira_status"] == world.statuses[issue.status_id].name,
        "I1",
        f"{issue.key} has an old status name",
    )
    if wanted is not None:
        require(row.agreed == wanted, "I1", f"{issue.key} is {wanted} in Jira, {row.agreed} was agreed on")
