"""What must hold once the storm is over: every change has ended, both sides agree, and nothing more is sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from ekachit.connections import actions as connecting
from ekachit.connections.models import Project, State
from ekachit.sandbox.site import Issue
from ekachit.sync import actions
from ekachit.sync.models import Conflict, ConflictKind, EntryState, OutboxEntry, PassState, SiteHold
from ekachit.sync.outbox import close_unsendable
from tests.sync.sending.books import counted, is_open
from tests.sync.sending.line import Write
from tests.sync.sending.properties import check_step
from tests.sync.sending.stage import SendingStage
from tests.sync.simulation.model import STATUS
from tests.sync.simulation.passes import poll
from tests.sync.simulation.properties import require
from tests.sync.simulation.rows import rows_of
from tests.sync.simulation.site import EMAILS, token_of

TWO_PERIODS = timedelta(minutes=60)
MOST_EVENTS = 80
MOST_PASSES = 4


def quiesce(stage: SendingStage) -> None:
    """Let the storm pass, and check that all is as it should be."""
    door = stage.doors[stage.person.site]
    door.faults.disarm()
    door.world.end_lag()
    door.world.stop_automation()
    for token in door.world.tokens.values():
        token.revoked = False
    stage.end_send_lease()
    if not _connected(stage):
        close_unsendable(stage.clock())
        check_step(stage)
        open_ones = [each for each in stage.books.entries(stage.person) if is_open(each)]
        require(not open_ones, "I22", "a change waits for a site that was left")
        require(stage.next_send() is None and stage.ready() is None, "I14", "sent after the disconnect")
        return
    _settle(stage)
    _agreed_by_all(stage)
    _told(stage)
    _still(stage)


def _connected(stage: SendingStage) -> bool:
    """Whether there is a connection, with a good token and a pass due."""
    person = stage.person
    row = person.reload()
    if row.state == State.DISCONNECTED:
        return False
    if row.state == State.NEEDS_TOKEN:
        connecting.replace_token(
            row, email=EMAILS[person.account], token=token_of(person.account, person.token)
        )
        person.refused_in_row = 0
    elif row.due_at is None:
        actions.resume(row)
    return True


def _settle(stage: SendingStage) -> None:
    """Within two periods, from when the site may be asked again, every change has ended (I22)."""
    until = max(stage.clock(), stage.asked_until) + TWO_PERIODS
    for _ in range(MOST_EVENTS):
        close_unsendable(stage.clock())
        wait, due = stage.next_send(), _next_pass(stage)
        if wait is None and not _open(stage):
            break
        soon = None if wait is None else stage.clock() + timedelta(seconds=wait)
        if min(each for each in (soon, due, datetime.max.replace(tzinfo=until.tzinfo)) if each) > until:
            break
        if soon is not None and (due is None or soon <= due):
            stage.send_in_time()
        else:
            poll(stage, stage.person)
        check_step(stage)
    left = [
        f"{each.key} {each.wanted} {each.state} {each.code}"
        for each in stage.books.entries(stage.person)
        if is_open(each)
    ]
    require(not left, "I22", f"two periods later these still wait: {left}")
    for _ in range(MOST_PASSES):
        ran = poll(stage, stage.person)
        if ran is not None and ran.receipt is not None and ran.receipt.state == PassState.COMPLETE:
            return
    require(False, "I22", "it does not recover")  # noqa: FBT003 # reads as a sentence


def _open(stage: SendingStage) -> bool:
    return any(is_open(each) for each in stage.books.entries(stage.person))


def _next_pass(stage: SendingStage) -> datetime | None:
    row = stage.person.reload()
    if row.due_at is None:
        return None
    hold = SiteHold.objects.filter(site=row.site).first()
    return max(row.due_at, hold.until if hold else row.due_at, stage.clock())


def _agreed_by_all(stage: SendingStage) -> None:
    """Each task that is theirs has the status that Jira's counts as in its project (I1)."""
    check_step(stage)
    person, world = stage.person, stage.world()
    picked = {
        each.project_id: each for each in Project.objects.filter(connection=person.connection, picked=True)
    }
    mine = world.assigned_ids(person.account)
    for issue_id, row in rows_of(person.user).tasks.items():
        issue = world.issues.get(int(issue_id))
        project = picked.get(str(issue.project_id)) if issue is not None else None
        if issue is None or int(issue_id) not in mine or project is None or row.presence != "current":
            continue
        wanted = _counted(stage, issue, project)
        require(row.agreed == wanted, "I1", f"{issue.key} is {wanted} in Jira, {row.agreed} was agreed on")
        if row.pk not in stage.books.kept_here:
            require(row.status == wanted, "I1", f"{issue.key} is {wanted} in Jira, {row.status} here")


def _counted(stage: SendingStage, issue: Issue, project: Project) -> str:
    plain = STATUS[stage.world().category(issue)]
    return counted(issue.status_id, plain, (project.done_status_id, project.progress_status_id))


def _told(stage: SendingStage) -> None:
    """What went over somebody's change is told (I4)."""
    for pk, write in stage.books.to_be_told.items():
        entry = OutboxEntry.objects.get(pk=pk)
        late = Conflict.objects.filter(task=entry.task, kind=ConflictKind.LATE).exists()
        stage.counts["went over somebody's change"] += 1
        require(
            late or _cannot_be_told(stage, entry, write),
            "I4",
            f"{write.issue_id}: {entry.state} {entry.code}: went over {write.received.before_status}, untold",
        )


def _cannot_be_told(stage: SendingStage, entry: OutboxEntry, write: Write) -> bool:
    """Whether nobody could look: the issue was taken away, the site was left; or Jira's last word is told instead."""
    if entry.state == EntryState.REFUSED and entry.code in {"reassigned", "not_found", "not_yours"}:
        return True
    if (entry.state, entry.code) in {
        (EntryState.CANCELLED, "disconnected"),
        (EntryState.APPLIED, "not_read_back"),
    }:
        return True
    moved_on = len(stage.world().history.get(int(write.issue_id), ())) > write.changes
    return moved_on and entry.state == EntryState.CONFLICT


def _still(stage: SendingStage) -> None:
    """Another pass and another look at the outbox: nothing is sent, and nothing changes (I7, I23)."""
    before, received = rows_of(stage.person.user), len(stage.world().received)
    poll(stage, stage.person)
    require(stage.ready() is None, "I7", "something is to be sent, and nobody has changed anything")
    require(len(stage.world().received) == received, "I7", "a pass was answered by a write")
    require(rows_of(stage.person.user) == before, "I23", "a pass with nothing to do changed something")
    check_step(stage)
