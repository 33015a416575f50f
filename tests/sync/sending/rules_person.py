"""What the person does: work on tasks, answer what Jira said, switch two-way, leave and come back."""

from __future__ import annotations

from ekachit.connections import actions as connecting
from ekachit.connections.models import Project, State
from ekachit.sandbox.workflow import Workflow
from ekachit.sync import actions, leaving
from ekachit.sync.models import Conflict, ConflictKind, ConflictState, EntryState, Link, OutboxEntry
from ekachit.sync.outbox import close_unsendable, sends
from ekachit.tasks.models import Task
from tests.sync.sending.books import is_open
from tests.sync.sending.ruling import rule
from tests.sync.sending.stage import SendingStage
from tests.sync.simulation.properties import require
from tests.sync.simulation.rules_person import some_task, some_task_status


def click(stage: SendingStage, task: Task, status: str) -> None:
    """A change by the person is accepted: then it is there, and on its way if it can be (I3)."""
    link = Link.objects.select_related("connection").get(task=task)
    goes, base = sends(link) is not None, link.base["status"]
    open_before = [
        each for each in stage.books.entries(stage.person) if each.task_id == task.pk and is_open(each)
    ]
    actions.set_status(task, status, now=stage.clock())
    accepted(stage, task, status)
    fresh = stage.books.note_new(stage.person, stage.world())
    if not goes:
        require(not fresh, "I3", "a change is on its way that may not be sent")
        stage.books.kept_here.add(task.pk)
        return
    left = [each for each in stage.books.entries(stage.person) if each.task_id == task.pk and is_open(each)]
    # What may have left cannot be called back: what comes now follows it.
    gone_out = [each.wanted for each in open_before if each.state == EntryState.SENDING or each.posted_at]
    from_there = gone_out[-1] if gone_out else base
    if status == from_there:
        require(len(left) == len(gone_out), "I3", "nothing had to be sent, and something waits")
    else:
        require(left != [] and left[-1].wanted == status, "I3", "the newest change is not the one on its way")
        require(len(left) == len(gone_out) + 1, "I3", "more than one change waits for one task")
        stage.books.kept_here.discard(task.pk)


def accepted(stage: SendingStage, task: Task, status: str) -> None:
    task.refresh_from_db()
    require(task.status == status, "I3", "a change that was accepted is not there")
    stage.counts["accepted"] += 1


@rule(14)
def set_status(stage: SendingStage) -> str:
    task = some_task(stage)
    if task is None:
        return ""
    status = some_task_status(stage)
    click(stage, task, status)
    return f"{task.link.issue_id} {status}"


@rule(5)
def there_and_back(stage: SendingStage) -> str:
    """Done, undone and done again, with a delivery somewhere between or not."""
    task = some_task(stage)
    if task is None:
        return ""
    statuses = [some_task_status(stage) for _ in range(3)]
    at = stage.dice.choice((None, None, 1, 2))
    for place, status in enumerate(statuses):
        if place == at:
            stage.send_in_time()
        click(stage, task, status)
    return f"{task.link.issue_id} {statuses} {at}"


@rule(4)
def set_many(stage: SendingStage) -> str:
    tasks = list(Task.objects.filter(user=stage.person.user, link__isnull=False).order_by("id"))
    some = [each for each in tasks if stage.dice.random() < 0.6]
    if not some:
        return ""
    status = some_task_status(stage)
    for each in some:
        link = Link.objects.select_related("connection").get(task=each)
        if sends(link) is None:
            stage.books.kept_here.add(each.pk)
    done = actions.set_status_of_all(some, status, now=stage.clock())
    require(done == len(some), "I3", "not all were accepted")
    for each in some:
        accepted(stage, each, status)
    return f"{done} {status}"


@rule(5)
def clash(stage: SendingStage) -> str:
    """Both sides change one task's status before anything is sent."""
    task, world = some_task(stage), stage.world()
    if task is None or int(task.link.issue_id) not in world.issues:
        return ""
    issue, status = world.issues[int(task.link.issue_id)], some_task_status(stage)
    click(stage, task, status)
    world.edit(issue.id, status=stage.dice.choice(world.workflow(issue).statuses))
    return f"{issue.key} {status} {issue.status_id}"


@rule(5)
def switch_two_way(stage: SendingStage) -> str:
    """On or off, with another Done or In Progress, with or without ways of several steps."""
    projects = list(Project.objects.filter(connection=stage.person.connection).order_by("project_id"))
    if not projects or not stage.person.reload().active:
        return ""
    return switch(stage, stage.dice.choice(projects), on=stage.dice.random() < 0.7)


def switch(stage: SendingStage, project: Project, *, on: bool) -> str:
    home = stage.world().projects[int(project.project_id)]
    done, progress = targets(stage, stage.world().workflows[home.workflow])
    paths = stage.dice.random() < 0.4
    stage.books.configs.add((done, progress))
    stage.books.paths |= paths
    rules = actions.TwoWay(two_way=on, done_status_id=done, progress_status_id=progress, allow_path=paths)
    actions.set_two_way(project, rules, now=stage.clock())
    return f"{home.key} {on} {done} {progress} {paths}"


def targets(stage: SendingStage, workflow: Workflow) -> tuple[str, str]:
    """Mostly none is chosen; else one of that category, for Done sometimes another one."""
    world = stage.world()
    by_category = [(each, world.statuses[each].category) for each in workflow.statuses]
    progress = [each for each, category in by_category if category == "indeterminate"]
    done = [each for each, category in by_category if category == "done"]
    chosen = stage.dice.choice(progress) if stage.dice.random() < 0.2 else ""
    if stage.dice.random() < 0.15:
        done = [each for each in progress if each != chosen][-1:]
    return (stage.dice.choice(done) if done and stage.dice.random() < 0.3 else ""), chosen


@rule(5)
def choose_value(stage: SendingStage) -> str:
    """The person chooses a value that Jira asked for; the refused change is sent again."""
    refused = OutboxEntry.objects.filter(user=stage.person.user, state=EntryState.REFUSED).order_by("pk")
    asking = [each for each in refused if each.detail.get("fields")]
    if not asking:
        return ""
    entry = asking[-1]
    fields = entry.detail["fields"]
    option = stage.dice.choice(fields[0]["options"]) if fields[0]["options"] else {"id": "", "name": "Done"}
    link = Link.objects.select_related("connection").get(task=entry.task)
    if not Project.objects.filter(connection=entry.connection_id, project_id=link.project_id).exists():
        return ""
    if sends(link) is None:
        stage.books.kept_here.add(entry.task_id)
    actions.choose_value(
        entry, fields[0]["id"], name=option["name"], value_id=option["id"], now=stage.clock()
    )
    return f"{fields[0]['id']} {option['name']}"


def not_in_jira(stage: SendingStage) -> list[OutboxEntry]:
    """What was refused or not sent."""
    states = (EntryState.REFUSED, EntryState.CANCELLED)
    return list(OutboxEntry.objects.filter(user=stage.person.user, state__in=states).order_by("pk"))


@rule(4)
def retry(stage: SendingStage) -> str:
    """What was refused or not sent is sent once more."""
    ended = not_in_jira(stage)
    return str(actions.retry(stage.dice.choice(ended), now=stage.clock())) if ended else ""


@rule(1)
def leave(stage: SendingStage) -> str:
    ended = not_in_jira(stage)
    return str(actions.leave(stage.dice.choice(ended), now=stage.clock())) if ended else ""


@rule(5)
def answer_conflict(stage: SendingStage) -> str:
    """What was set aside is applied again, or left."""
    waiting = list(Conflict.objects.filter(user=stage.person.user, state=ConflictState.OPEN).order_by("id"))
    if not waiting:
        return ""
    conflict = stage.dice.choice(waiting)
    if stage.dice.random() < 0.4:
        return f"dismissed {actions.dismiss(conflict, now=stage.clock())}"
    again = conflict.jiras if conflict.kind == ConflictKind.LATE else conflict.ours
    link = Link.objects.select_related("connection").get(task=conflict.task)
    if sends(link) is None:
        stage.books.kept_here.add(conflict.task_id)
    done = actions.reapply(conflict, now=stage.clock())
    require(done or not again, "I3", "an open conflict could not be answered")
    require(not actions.reapply(conflict, now=stage.clock()) or not done, "I3", "answered twice")
    if done:
        accepted(stage, conflict.task, again)
    return f"{again} {done}"


@rule(2)
def disconnect(stage: SendingStage) -> str:
    """The person leaves; sometimes the process dies before it has closed what waits."""
    row = stage.person.reload()
    if row.state == State.DISCONNECTED:
        return ""
    if stage.dice.random() < 0.3:
        connecting.disconnect(row)
        housekeeping(stage)
        return "in two steps"
    leaving.disconnect(row, now=stage.clock())
    still = OutboxEntry.objects.filter(user=stage.person.user, ended_at__isnull=True).exists()
    require(not still, "I3", "a change waits for a site that was left")
    return "disconnected"


@rule(4)
def housekeeping(stage: SendingStage) -> str:
    """The worker closes what can no longer be sent."""
    return str(close_unsendable(stage.clock()))
