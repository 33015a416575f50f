"""What must hold with sending, by the ids of the properties: after each delivery, and after each step."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from ekachit import rows
from ekachit.domain.sync.transitions import LONGEST_PATH
from ekachit.sandbox.change import API
from ekachit.sync.models import Conflict, ConflictKind, EntryState, OutboxEntry
from ekachit.sync.truth import Kind, truths
from ekachit.tasks.models import Task
from tests.sync.sending.books import Entry, is_open
from tests.sync.sending.line import Write
from tests.sync.sending.stage import SendingStage, Sent
from tests.sync.simulation import properties as of_passes
from tests.sync.simulation.properties import require
from tests.sync.simulation.rows import OWNED
from tests.sync.simulation.stage import Ran, Stage

NOT_SENT = frozenset({"disconnected", "two_way_off", "plan"})
OF_A_PASS = (
    of_passes.i2_nothing_deleted,
    of_passes.i5_versions_never_go_back,
    of_passes.i6_absence_needs_proof,
    of_passes.i9_bounded,
    of_passes.i14_nothing_after_the_disconnect,
    of_passes.i19_fail_closed,
    of_passes.i20_due_in_time,
)


# --- after a delivery --------------------------------------------------------------------------------


def i7_each_write_is_an_entrys(stage: SendingStage, sent: Sent) -> None:
    """Nothing leaves but for an entry that is being sent, once for each or once for each step of an allowed way."""
    for write in sent.line.writes:
        entry = sender_of(write)
        require(entry is not None, "I7", f"{write.issue_id}: a transition that no entry asked for")
        assert entry is not None
        off = not write.two_way and write.project_id in sent.off
        require(not off, "I7", f"{write.issue_id}: sent with two-way off")
        if not write.made:
            continue
        stage.books.made[entry.pk] += 1
        most = LONGEST_PATH if stage.books.paths else 1
        require(stage.books.made[entry.pk] <= most, "I7", f"{write.issue_id}: sent more often than asked for")


def sender_of(write: Write) -> OutboxEntry | None:
    """The entry that a transition was for: the one that is being sent, with a note that it may have left."""
    leaving = [each for each in write.entries if each.state == EntryState.SENDING and each.posted_at]
    return leaving[0] if len(leaving) == 1 else None


def i4_jira_wins(stage: SendingStage, sent: Sent) -> None:
    """Jira has what the entry is based on, or what our last step left; or somebody came between, which is told."""
    world, books = stage.world(), stage.books
    for write in sent.line.writes:
        entry, before = sender_of(write), write.received.before_status
        if entry is None or not write.made or before is None:
            continue
        last = books.last_made.get(entry.pk)
        books.last_made[entry.pk] = write
        step = last is not None and last.received.after_status == before
        between = before != write.looked_at
        if between:
            books.edited_between.add(entry.pk)
        # Who was quicker to the same status was not gone over.
        if step or {entry.base, entry.wanted} & books.ways_to_count(world, before):
            continue
        require(between, "I4", f"{write.issue_id}: sent over {before}, which is not {entry.base}")
        books.to_be_told[entry.pk] = write


def i3_no_change_lost(stage: SendingStage, sent: Sent) -> None:
    """A delivery changes a task's status only where Jira's word is taken: told by a conflict or a refusal.

    What has arrived is agreed on; where Jira moves on from there, that is no news of a change that was lost.
    """
    refused = {
        each.issue_id
        for each in stage.books.entries(sent.person)
        if each.state in {EntryState.REFUSED, EntryState.APPLIED} and each.pk not in stage.books.ended
    }
    for before, after in sent.stretches:
        known = {each.pk for each in before.conflicts}
        told = {each.issue_id for each in after.conflicts if each.pk not in known} | refused
        for issue_id, row in before.tasks.items():
            now = after.tasks[issue_id]
            silent = row.status not in {row.agreed, now.status} and issue_id not in told
            require(not silent, "I3", f"{issue_id}: a change was lost without a word")


def i2_i5_rows(_stage: SendingStage, sent: Sent) -> None:
    for before, after in sent.stretches:
        for issue_id, row in before.tasks.items():
            now = after.tasks.get(issue_id)
            require(now is not None and now.pk == row.pk, "I2", f"the task of {issue_id} is another or gone")
            assert now is not None
            same = all(row.task[name] == now.task[name] for name in OWNED) and row.own == now.own
            require(same, "I2", f"something of the person's own changed on {issue_id}")
            require(now.version >= row.version, "I5", f"{issue_id}: an older answer was applied")


def i7_reads_first(_stage: SendingStage, sent: Sent) -> None:
    """Before each transition of an attempt its issue was read, and after a lost answer read again."""
    read: set[str] = set()
    for each in sent.line.exchanges:
        if each.purpose == "read" and each.readable:
            read |= each.asked
        elif each.purpose == "write":
            issue_id = each.path.split("/")[2]
            require(issue_id in read, "I7", f"{issue_id}: sent without a look")
            if each.status != 400:  # a field that is not on the screen: tried once more without
                read.discard(issue_id)


def i14_nothing_after_the_disconnect(_stage: SendingStage, sent: Sent) -> None:
    require(sent.sent_too_late == 0, "I14", "requests went on after the connection had ended")


OF_A_DELIVERY: tuple[Callable[[SendingStage, Sent], None], ...] = (
    i7_each_write_is_an_entrys,
    i7_reads_first,
    i4_jira_wins,
    i3_no_change_lost,
    i2_i5_rows,
    i14_nothing_after_the_disconnect,
)


def check_sent(stage: SendingStage, sent: Sent) -> None:
    """Check everything that must hold after a delivery."""
    stage.books.note_new(sent.person, stage.world())
    for each in OF_A_DELIVERY:
        each(stage, sent)


# --- after a pass ------------------------------------------------------------------------------------


def check_pass(stage: Stage, ran: Ran) -> None:
    """Check everything that must hold after a pass beside which changes are sent."""
    assert isinstance(stage, SendingStage)
    stage.heed(ran.line.wait)
    for each in OF_A_PASS:
        each(stage, ran)
    require(not any(each.purpose == "write" for each in ran.line.exchanges), "I7", "a pass sent something")
    require(not stage.books.note_new(stage.person, stage.world()), "I7", "a pass made an entry: an echo")
    for before, after in ran.stretches:
        known = {each.pk for each in before.conflicts}
        told = {each.issue_id for each in after.conflicts if each.pk not in known}
        for issue_id, row in before.tasks.items():
            kept = row.status in {row.agreed, after.tasks[issue_id].status} or issue_id in told
            require(kept, "I3", f"{issue_id}: a change was lost without a word")
    i5_no_flip_back(stage, ran)


def i5_no_flip_back(stage: SendingStage, ran: Ran) -> None:
    """After a change of ours has arrived, a pass shows nothing that Jira had before it."""
    world, books = stage.world(), stage.books
    for issue_id, row, now in of_passes.changes(ran):
        proved = books.proved.get(issue_id)
        if proved is None or now.agreed == row.agreed:
            continue
        first = world.history[int(issue_id)][proved - 1].after
        require(
            now.agreed in books.had(world, issue_id, proved, first),
            "I5",
            f"{issue_id}: flipped back to {now.agreed}",
        )


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with what both sides last agreed on."""

    pk: int
    status: str
    agreed: str
    key: str


# --- after each step ---------------------------------------------------------------------------------


def check_step(stage: SendingStage) -> None:
    """Check what must hold whenever nothing is under way."""
    stage.books.note_new(stage.person, stage.world())
    entries = stage.books.entries(stage.person)
    i3_final_states_stay(stage, entries)
    i3_one_visible_state(stage, entries)


def i3_final_states_stay(stage: SendingStage, entries: list[Entry]) -> None:
    books = stage.books
    require(books.ended.keys() <= {each.pk for each in entries}, "I3", "an entry vanished")
    for each in entries:
        if is_open(each):
            require(each.pk not in books.ended, "I3", "an entry that had ended is open again")
            continue
        now = (each.state, each.code, each.wanted, each.base, each.ended_at)
        if each.pk in books.ended:
            require(books.ended[each.pk] == now, "I3", f"a final state changed: {books.ended[each.pk]} {now}")
            continue
        books.ended[each.pk] = now
        _ended(stage, each)


def _ended(stage: SendingStage, entry: Entry) -> None:
    """What an entry says at its end is so."""
    books, world = stage.books, stage.world()
    issue_id, changes, status = books.born[entry.pk]
    stage.counts[f"{entry.state} {entry.code}".strip()] += 1
    if entry.state == EntryState.APPLIED:
        had = books.had(world, issue_id, changes, status)
        require(entry.wanted in had, "I17", f"{issue_id}: called {entry.wanted} in Jira, which it never was")
        last = books.last_made.get(entry.pk)
        if last is not None:
            books.proved[issue_id] = max(books.proved.get(issue_id, 0), last.changes)
    conflicts = Conflict.objects.filter(task=entry.task_id)
    if entry.state == EntryState.LATE_CONFLICT:
        came = entry.pk in books.edited_between or _same_way(stage, entry)
        require(came, "I4", f"{issue_id}: a late conflict, and nobody came between")
        require(
            conflicts.filter(kind=ConflictKind.LATE).exists(), "I3", f"{issue_id}: no late conflict to see"
        )
    if entry.state == EntryState.CONFLICT:
        require(conflicts.exists(), "I3", f"{issue_id}: no conflict to see")
        others = [each for each in world.history.get(int(issue_id), ()) if each.via != API]
        recounted = len(books.configs) > 1
        require(
            bool(others) or recounted,
            "I4",
            f"{issue_id}: a conflict, and nobody but the person ever touched it",
        )
    if entry.state == EntryState.CANCELLED and entry.code in NOT_SENT:
        books.kept_here.add(entry.task_id)
    require(entry.state != EntryState.REFUSED or entry.code != "", "I3", f"{issue_id}: refused for no reason")


def _same_way(stage: SendingStage, entry: Entry) -> bool:
    """Whether a write was lost on its way, and others went where it led: who did is not read, so it may be ours."""
    books, world = stage.books, stage.world()
    issue_id, changes, _ = books.born[entry.pk]
    others = [each for each in world.history.get(int(issue_id), ())[changes:] if each.via != API]
    there = any(entry.wanted in books.ways_to_count(world, each.after) for each in others)
    return entry.posted_at is not None and entry.pk not in books.last_made and there


def tasks_of(stage: SendingStage) -> list[TaskRow]:
    sql = (
        "SELECT task.id, task.status, link.base, link.key FROM tasks_task task"
        " JOIN sync_link link ON link.task_id = task.id WHERE task.user_id = %s ORDER BY task.id"
    )
    found = rows.select(sql, [stage.person.user.pk])
    return [TaskRow(pk, status, json.loads(base)["status"], key) for pk, status, base, key in found]


def i3_one_visible_state(stage: SendingStage, entries: list[Entry]) -> None:
    """Local differs from base exactly where the newest entry is open and wants local; and the row says so."""
    books = stage.books
    # What was taken back before it left is as if it had never been said: what went before it counts.
    standing = [each for each in entries if each.code != "undone"]
    newest = {each.task_id: each for each in standing}
    # Nor what was replaced by what was then taken back.
    newest |= {
        each.task_id: each
        for each in standing
        if is_open(each) and newest[each.task_id].state == EntryState.SUPERSEDED
    }
    of_task: defaultdict[int, list[str]] = defaultdict(list)
    for each in entries:
        if is_open(each):
            of_task[each.task_id].append(each.state)
    # What the rows show is looked at where something has happened that they have to tell of.
    asked = [task for task in tasks_of(stage) if task.pk in newest]
    shown = (
        truths([Task(pk=task.pk, status=task.status) for task in asked], now=stage.clock()) if asked else {}
    )
    for task in tasks_of(stage):
        entry, agreed, key = newest.get(task.pk), task.agreed, task.key
        require(len(set(of_task[task.pk])) == len(of_task[task.pk]), "I3", f"{key}: two entries of one state")
        if task.status == agreed and not of_task[task.pk]:
            books.kept_here.discard(task.pk)
        truth = shown.get(task.pk)
        if entry is not None and is_open(entry):
            # What may have left before two-way was off goes its way, whatever the person has said since.
            cannot_stop = task.pk in books.kept_here and (
                entry.posted_at or entry.state == EntryState.SENDING
            )
            same = entry.wanted == task.status or cannot_stop
            require(bool(same), "I3", f"{key} is {task.status}, and {entry.wanted} is sent")
            require(
                truth is not None and truth.kind is Kind.WAITING, "I3", f"{key} does not say that it waits"
            )
            continue
        require(
            task.status == agreed or task.pk in books.kept_here,
            "I3",
            f"{key} is {task.status} here, {agreed} was agreed on, and nothing is on its way",
        )
        unsaid = entry is not None and entry.state == EntryState.REFUSED and task.status != entry.wanted
        if unsaid and entry is not None and entry.left_at is None:
            require(truth is not None and truth.kind is Kind.REFUSED, "I3", f"{key} hides a refusal")
