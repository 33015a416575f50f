"""What the people do: work on tasks, answer conflicts, pick projects, renew tokens, leave and come back."""

from __future__ import annotations

from decimal import Decimal

from ekachit.accounts.actions import set_multiplier
from ekachit.connections import actions as connecting
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import State
from ekachit.domain.estimation.multiplier import expected_hours, points_that_count
from ekachit.sync import actions
from ekachit.sync.models import Conflict, ConflictState
from ekachit.tasks.actions import reestimate
from ekachit.tasks.models import ChecklistItem, Status, Task
from tests.sync.simulation.passes import poll
from tests.sync.simulation.properties import require
from tests.sync.simulation.rows import rows_of
from tests.sync.simulation.ruling import RULES, rule
from tests.sync.simulation.site import BOB, EMAILS, PROJECTS, token_of
from tests.sync.simulation.stage import Stage


def some_task(stage: Stage) -> Task | None:
    tasks = list(Task.objects.filter(user=stage.people[0].user, link__isnull=False).order_by("id"))
    return stage.dice.choice(tasks) if tasks else None


def some_task_status(stage: Stage) -> str:
    return stage.dice.choice((Status.TODO, Status.IN_PROGRESS, Status.DONE)).value


@rule(10)
def set_status(stage: Stage) -> str:
    task = some_task(stage)
    if task is None:
        return ""
    status = some_task_status(stage)
    actions.set_status(task, status, now=stage.clock())
    task.refresh_from_db()
    require(task.status == status, "I3", "a change that was accepted is not there")
    return f"{task.link.issue_id} {status}"


@rule(4)
def clash_and_answer(stage: Stage) -> str:
    """Both sides change a task to different things, a pass finds out, and the person answers."""
    task, world = some_task(stage), stage.world()
    if task is None or int(task.link.issue_id) not in world.issues:
        return ""
    issue = world.issues[int(task.link.issue_id)]
    ours, jiras = {
        "todo": ("in_progress", "done"),
        "in_progress": ("todo", "done"),
        "done": ("todo", "indeterminate"),
    }[task.link.base["status"]]
    fitting = [each for each in world.workflow(issue).statuses if world.statuses[each].category == jiras]
    if not fitting:
        return ""
    actions.set_status(task, ours, now=stage.clock())
    world.edit(issue.id, status=stage.dice.choice(fitting))
    poll(stage, stage.people[0])
    answered = RULES["answer_conflict"].act(stage)
    stage.counts["answer_conflict"] += bool(answered)
    return answered


@rule(8)
def clash(stage: Stage) -> str:
    """Both sides change one task's status, to different things or to the same."""
    task, world = some_task(stage), stage.world()
    if task is None or int(task.link.issue_id) not in world.issues:
        return ""
    issue, status = world.issues[int(task.link.issue_id)], some_task_status(stage)
    actions.set_status(task, status, now=stage.clock())
    world.edit(issue.id, status=stage.dice.choice(world.workflow(issue).statuses))
    return f"{issue.key} {status} {issue.status_id}"


@rule(3)
def two_tabs(stage: Stage) -> str:
    """Two pages, loaded at the same time, give a task two statuses one after the other."""
    task = some_task(stage)
    if task is None:
        return ""
    other = Task.objects.get(pk=task.pk)
    first, second = some_task_status(stage), some_task_status(stage)
    actions.set_status(task, first, now=stage.clock())
    actions.set_status(other, second, now=stage.clock())
    task.refresh_from_db()
    require(task.status == second, "I3", "the last of two changes does not stand")
    return f"{task.link.issue_id} {first} {second}"


@rule(2)
def own_work(stage: Stage) -> str:
    """Notes, an estimate, a line of one's own: what no sync may touch."""
    task = some_task(stage)
    if task is None:
        return ""
    task.notes = f"Thought {stage.dice.randint(0, 99)}"
    task.estimate_override_hours = stage.dice.choice((None, 1.5, 12.0))
    task.estimate_hours = expected_hours(
        points_that_count(task.points, task.started_points),
        float(stage.people[0].user.multiplier),
        task.estimate_override_hours,
    )
    task.position = stage.dice.randint(-5, 5)
    task.save()
    ChecklistItem.objects.create(task=task, title="Mine", position=stage.dice.randint(0, 3))
    return task.notes


@rule(2)
def change_multiplier(stage: Stage) -> str:
    user = stage.people[0].user
    user.refresh_from_db()
    hours = Decimal(stage.dice.choice(("0.50", "1.00", "2.00", "3.25")))
    set_multiplier(user, hours)
    reestimate(user)
    for issue_id, row in rows_of(user).tasks.items():
        if row.status != "done" and row.task["estimate_override_hours"] is None:
            basis = points_that_count(row.task["points"], row.task["started_points"])
            wanted = expected_hours(basis, float(hours))
            require(
                wanted is None or row.task["estimate_hours"] == wanted,
                "I24",
                f"{issue_id} has an old estimate",
            )
    return str(hours)


@rule(4)
def answer_conflict(stage: Stage) -> str:
    waiting = list(
        Conflict.objects.filter(user=stage.people[0].user, state=ConflictState.OPEN).order_by("id")
    )
    if not waiting:
        return ""
    conflict = stage.dice.choice(waiting)
    again = stage.dice.random() < 0.6
    done = (
        actions.reapply(conflict, now=stage.clock())
        if again
        else actions.dismiss(conflict, now=stage.clock())
    )
    require(done, "I3", "an open conflict could not be answered")
    twice = actions.reapply(conflict, now=stage.clock())
    require(not twice, "I3", "a conflict was answered twice")
    if again:
        require(
            Task.objects.get(pk=conflict.task_id).status == conflict.ours, "I3", "it was not applied again"
        )
    return f"{conflict.ours} {again}"


@rule(2)
def open_again_here(stage: Stage) -> str:
    """What is done in Jira is opened again here alone; then the issue may go."""
    task, world = some_task(stage), stage.world()
    issue = world.issues.get(int(task.link.issue_id)) if task else None
    if task is None or issue is None:
        return ""
    world.edit(issue.id, status=world.workflow(issue).statuses[-1])
    poll(stage, stage.people[0])
    actions.set_status(task, "todo", now=stage.clock())
    if stage.dice.random() < 0.5:
        world.reassign(issue.id, BOB)
    return issue.key


@rule(3)
def pick(stage: Stage) -> str:
    person = stage.people[0]
    some = [each for each in PROJECTS if stage.dice.random() < 0.7]
    try:
        connecting.pick_projects(person.reload(), some)
    except ConnectError as refused:
        return refused.code
    actions.start_import(person.connection)
    return " ".join(some)


@rule(3)
def renew_token(stage: Stage) -> str:
    """A new token of the same account, or of another: that is refused and nothing changes."""
    person = stage.people[0]
    row = person.reload()
    if row.state == State.DISCONNECTED:
        return ""
    account = stage.dice.choice((person.account, person.account, BOB))
    number = stage.dice.choice((1, 2, 3))
    try:
        connecting.replace_token(row, email=EMAILS[account], token=token_of(account, number))
    except ConnectError as refused:
        require(person.reload().state == row.state, "A07", "a refused token changed the connection")
        return refused.code
    require(account == person.account, "A07", "the token of another account was taken")
    person.token, person.refused_in_row = number, 0
    return f"{number}"


@rule(2)
def disconnect(stage: Stage) -> str:
    person = stage.people[0]
    before = rows_of(person.user)
    connecting.disconnect(person.reload())
    require(rows_of(person.user) == before, "I2", "disconnecting changed tasks")
    return "disconnected"


@rule(3)
def reconnect(stage: Stage) -> str:
    person = stage.people[0]
    if person.reload().state != State.DISCONNECTED:
        return ""
    before = person.connection.pk
    try:
        person.connection = stage.connect(person.user, person.site, person.account, person.token)
    except ConnectError as refused:
        return refused.code
    require(person.connection.pk == before, "I2", "connecting the same site again made another connection")
    person.refused_in_row = 0
    actions.start_import(person.connection)
    return "connected"


@rule(2)
def stop(stage: Stage) -> str:
    return str(actions.stop(stage.people[0].reload()))


@rule(3)
def sync_now(stage: Stage) -> str:
    """However often it is clicked, one pass is due."""
    row = stage.people[0].reload()
    first, second = actions.sync_now(row), actions.sync_now(row)
    require(not second, "P09", "a second click made another pass due")
    return str(first)
