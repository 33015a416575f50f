"""What must hold after each pass, by the ids of the properties. Each raises `BrokenError` with its own id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, Project, State
from ekachit.domain.estimation.multiplier import expected_hours, points_that_count
from ekachit.domain.sync.schedule import LONGEST_WAIT_SECONDS, RETRY_AFTER_CAP_SECONDS
from ekachit.domain.sync.turns import whose_turn
from ekachit.sandbox.world import World
from ekachit.sync.checkpoints import Checkpoint
from ekachit.sync.models import Pass, PassState
from ekachit.sync.standing import SideBar, side_bar, standings_of
from tests.sync.simulation.line import Exchange
from tests.sync.simulation.model import Model
from tests.sync.simulation.rows import OWNED, Row
from tests.sync.simulation.stage import BrokenError, Person, Ran, Stage

MOST_REQUESTS = 120
LIES = {
    "empty",
    "drop_ids",
    "truncated",
    "pages_shift",
    "foreign_issue",
    "anonymous",
    "token_loop",
    "colleague",
}


def side_line(stage: Stage, person: Person) -> SideBar | None:
    """What the side bar tells the person now."""
    now = stage.clock()
    return side_bar(standings_of(person.user, now=now), now=now)


Property = Callable[[Stage, Ran], None]


def require(holds: bool, property_id: str, what: str) -> None:  # noqa: FBT001 # reads as a sentence
    if not holds:
        raise BrokenError(property_id, what)


def changes(ran: Ran) -> Iterator[tuple[str, Row, Row]]:
    """Each task before and after a stretch of the pass."""
    for before, after in ran.stretches:
        for issue_id, row in before.tasks.items():
            if issue_id in after.tasks:
                yield issue_id, row, after.tasks[issue_id]


def i2_nothing_deleted(_stage: Stage, ran: Ran) -> None:
    for before, after in ran.stretches:
        for issue_id, row in before.tasks.items():
            now = after.tasks.get(issue_id)
            require(now is not None and now.pk == row.pk, "I2", f"the task of {issue_id} is another or gone")
    for issue_id, row, now in changes(ran):
        same = all(row.task[name] == now.task[name] for name in OWNED) and row.own == now.own
        require(same, "I2", f"something of the person's own changed on {issue_id}")


def i3_no_change_lost(_stage: Stage, ran: Ran) -> None:
    """A person's change stands, or Jira came to the same, or it is set aside; and nothing else is set aside."""
    for before, after in ran.stretches:
        known = {each.pk for each in before.conflicts}
        fresh = {each.issue_id: each for each in after.conflicts if each.pk not in known}
        for issue_id, row in before.tasks.items():
            now = after.tasks.get(issue_id, row)
            aside = fresh.pop(issue_id, None)
            if row.status == row.agreed:
                require(aside is None, "I3", f"{issue_id}: set aside without a change of the person's")
            elif aside is None:
                require(now.status == row.status, "I3", f"{issue_id}: a change was lost without a word")
            else:
                kept = (aside.base, aside.ours, aside.jiras) == (row.agreed, row.status, now.agreed)
                require(kept, "I3", f"{issue_id}: what was set aside is not what was there")
        require(not fresh, "I3", "a new task has something set aside")
        for old, new in zip(before.conflicts, after.conflicts, strict=False):
            require(old == new, "I3", "a pass changed an old conflict")


def i4_jira_wins(_stage: Stage, ran: Ran) -> None:
    for issue_id, row, now in changes(ran):
        if now.agreed != row.agreed or now.status != row.status:
            require(
                now.status == now.agreed, "I4", f"{issue_id}: Jira changed and does not have the last word"
            )


def i5_versions_never_go_back(_stage: Stage, ran: Ran) -> None:
    for issue_id, row, now in changes(ran):
        require(now.version >= row.version, "I5", f"{issue_id}: an older answer was applied")
        if now.version == row.version and now.link["base"] != row.link["base"]:
            same_time = {"status_name", "status", "key", "checklist", "issue_type", "project_id"}
            differ = {name for name in row.link["base"] if row.link["base"][name] != now.link["base"][name]}
            require(differ <= same_time, "I5", f"{issue_id}: {differ} changed without a newer version")


def i6_absence_needs_proof(stage: Stage, ran: Ran) -> None:
    for issue_id, row, now in changes(ran):
        if now.presence != "gone" or row.presence == "gone":
            continue
        require(_proved(ran), "I6", f"{issue_id} is gone, but nobody proved who asks")
        # Where every picked project is refused, none is left to list; the ids are asked for all the same.
        refused = ran.receipt is not None and any(note.get("gone") for note in ran.receipt.notes)
        require(
            _listed_whole(ran.line.exchanges) or refused,
            "I6",
            f"{issue_id} is gone, but the list was not whole",
        )
        require(
            _asked_for(ran.line.exchanges, issue_id, ran.person.account), "I6", f"{issue_id} is gone unasked"
        )
        if not ran.line.struck & LIES and ran.disturbed is None:
            mine = stage.world(ran.person).assigned_ids(ran.person.account)
            require(int(issue_id) not in mine, "I6", f"{issue_id} is gone, but it is theirs")
    _half_at_once(ran)


def _half_at_once(ran: Ran) -> None:
    suspects = set(ran.connection_before.absence_suspects)
    for before, after in ran.stretches:
        ours = {
            each
            for each, row in before.tasks.items()
            if row.presence == "current" and row.connection == ran.connection_before.pk
        }
        gone = (
            {each for each in ours if after.tasks[each].presence == "gone"}
            if ours <= after.tasks.keys()
            else set()
        )
        if 2 * len(gone) > len(ours):
            require(gone <= suspects, "I6", "more than half are gone at once, and no second pass agreed")


def _proved(ran: Ran) -> bool:
    proofs = [each for each in ran.line.exchanges if each.purpose == "prove"]
    return any(each.status == 200 and each.signed and each.account == ran.person.account for each in proofs)


def _listed_whole(exchanges: list[Exchange]) -> bool:
    listed = [each for each in exchanges if each.purpose == "list"]
    if not listed:
        return True
    last = listed[-1]
    return last.readable and (last.is_last or not last.token)


def _asked_for(exchanges: list[Exchange], issue_id: str, account: str) -> bool:
    """Whether an answer that names whom it is for lacked the issue that it was asked for."""
    shown: set[str] = set()
    for each in exchanges:
        if issue_id not in each.asked:
            continue
        if each.purpose == "read":
            if each.status == 404 or (each.readable and each.account != account):
                return True
            continue
        shown = shown | each.shown if each.resumed else set(each.shown)
        if each.readable and each.signed and (each.is_last or not each.token) and issue_id not in shown:
            return True
    return False


def i7_no_writes(stage: Stage, ran: Ran) -> None:
    require(
        not any(each.purpose == "write" for each in ran.line.exchanges), "I7", "something was sent to Jira"
    )
    require(not stage.world(ran.person).received, "I7", "Jira received a transition")


def i9_bounded(_stage: Stage, ran: Ran) -> None:
    require(len(ran.line.exchanges) <= MOST_REQUESTS, "I9", f"{len(ran.line.exchanges)} requests in one pass")
    for row in ran.after.tasks.values():
        require(len(row.lines) <= 30, "I9", f"a checklist of {len(row.lines)} lines")
        require(
            len(row.lines) + row.task["checklist_more"] == len(row.link["base"]["checklist"]),
            "I9",
            "lines lost",
        )


def i11_waits_as_asked(_stage: Stage, ran: Ran) -> None:
    """No request before the time that the site named, and none after a token was refused twice."""
    person = ran.person
    if person.not_before is not None and ran.line.exchanges:
        require(ran.started >= person.not_before, "I11", "asked again before the time that Jira named")
    # One that stood still while others were refused had asked before them.
    tried = ran.line.exchanges and ran.disturbed is None
    require(person.refused_in_row < 2 or not tried, "I11", "a token was tried a third time")
    if ran.receipt is not None and ran.receipt.state == PassState.COMPLETE:
        person.refused_in_row = 0
    if ran.receipt is None or ran.disturbed is not None:
        return
    refused = person.reload().failures > 0 and ran.receipt.code in REFUSALS
    person.refused_in_row = person.refused_in_row + 1 if refused else 0
    wait = ran.line.wait
    if wait and ran.receipt.code in {"rate_limited", "server_error"}:
        person.not_before = ran.receipt.ended_at and ran.receipt.ended_at + timedelta(
            seconds=min(wait, RETRY_AFTER_CAP_SECONDS)
        )


REFUSALS = {
    "token_rejected", "token_anonymous", "token_html", "password_used", "captcha", "no_jira_access", "scope_missing",
    "account_differs",
}  # fmt: skip


def i14_nothing_after_the_disconnect(_stage: Stage, ran: Ran) -> None:
    require(ran.sent_too_late == 0, "I14", "requests went on after the connection had ended")


def i19_fail_closed(_stage: Stage, ran: Ran) -> None:
    """What cannot be read changes nothing; without proof nothing else is even asked."""
    data = [each for each in ran.line.exchanges if each.purpose in {"list", "fetch", "read"}]
    require(_proved(ran) or not data, "I19", "issues were asked for without proof of who asks")
    if not any(
        each.signed and (each.readable or (each.purpose, each.status) == ("read", 404)) for each in data
    ):
        for before, after in ran.stretches:
            require(before.plain() == after.plain(), "I19", "something changed that no good answer told")


def i20_due_in_time(stage: Stage, ran: Ran) -> None:
    if ran.receipt is None or ran.disturbed is not None:
        return
    row = ran.person.reload()
    if row.due_at is not None:
        seconds = (row.due_at - stage.clock()).total_seconds()
        require(0 <= seconds <= LONGEST_WAIT_SECONDS, "I20", f"the next pass is due in {seconds} s")
    elif row.state == State.CONNECTED:
        require(ran.receipt.state == PassState.STOPPED, "I20", "connected, and never due again")


def i17_honest_display(stage: Stage, ran: Ran) -> None:
    receipt = ran.receipt
    if ran.crashed is Checkpoint.CLOSED:
        # It died with everything done.
        receipt = Pass.objects.filter(connection=ran.person.connection).first()
    if receipt is not None and receipt.state == PassState.COMPLETE:
        # Where every project is gone, the last list is the refusal that names it.
        whole = _listed_whole(ran.line.exchanges) or receipt.code == "project_gone"
        require(whole and _proved(ran), "I17", "called complete, and was not")
        ran.person.last_complete = receipt.ended_at
    line = side_line(stage, ran.person)
    if line is not None and line.tone == "ok":
        last = ran.person.last_complete
        fresh = last is not None and (stage.clock() - last).total_seconds() <= 35 * 60
        require(fresh, "I17", "the side bar says that all is well")


def i24_estimates_follow(_stage: Stage, ran: Ran) -> None:
    """Points × multiplier, unless overridden, or work began on other points."""
    multiplier = float(User.objects.values_list("multiplier", flat=True).get(pk=ran.person.user.pk))
    for issue_id, row in ran.after.tasks.items():
        task = row.task
        basis = points_that_count(task["points"], task["started_points"])
        wanted = expected_hours(basis, multiplier, task["estimate_override_hours"])
        if row.status != "done":
            require(
                task["estimate_hours"] == wanted,
                "I24",
                f"{issue_id}: {task['estimate_hours']} h, not {wanted}",
            )


def put_aside(world: World, known: Mapping[str, datetime | None]) -> set[str]:
    """The issues that could not be read and have not changed since: they are not tried again."""
    issues = {each: world.issues[int(each)] for each in known if each and int(each) in world.issues}
    return {each for each, issue in issues.items() if millis(known[each]) == issue.updated}


def millis(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def i24_agrees_with_the_model(stage: Stage, ran: Ran) -> None:
    receipt = ran.receipt
    if not ran.calm or receipt is None or receipt.code not in {"", "list_shrank"}:
        return
    if receipt.state == PassState.STOPPED:
        return
    row, world = ran.connection_before, stage.world(ran.person)
    picked = set(Project.objects.filter(connection=row, picked=True).values_list("project_id", flat=True))
    model = Model.of(ran.before)
    unread = put_aside(world, ran.aside_before) - model.tasks.keys()
    suspects = set(row.absence_suspects)
    model.sync(
        world, ran.person.account, picked, suspects=suspects, put_aside=unread, turn=_turn(row, receipt)
    )
    now = Model.of(ran.after)
    only = f"only in the model {model.tasks.keys() - now.tasks.keys()}, only here {now.tasks.keys() - model.tasks.keys()}"
    require(model.tasks.keys() == now.tasks.keys(), "I24", only)
    for issue_id, held in model.tasks.items():
        require(
            held == now.tasks[issue_id], "I24", f"{issue_id}: {held} in the model, {now.tasks[issue_id]} here"
        )
    require(sorted(model.aside) == sorted(now.aside), "I24", "other conflicts in the model")


def _turn(row: Connection, receipt: Pass) -> Callable[[set[str]], Collection[str]]:
    """What tells whose turn it was in a pass: once a day, by when the pass before it began that read everything."""
    since = row.picked_at
    complete = Pass.objects.filter(connection=row, state=PassState.COMPLETE, pk__lt=receipt.pk)
    before = complete.filter(started_at__gte=since).first() if since else None
    if since is None:
        return lambda _ids: ()
    last = before.started_at if before else since
    return lambda ids: whose_turn(ids, since=since, last=last, now=receipt.started_at)


PROPERTIES: tuple[Property, ...] = (
    i2_nothing_deleted,
    i3_no_change_lost,
    i4_jira_wins,
    i5_versions_never_go_back,
    i6_absence_needs_proof,
    i7_no_writes,
    i9_bounded,
    i11_waits_as_asked,
    i14_nothing_after_the_disconnect,
    i17_honest_display,
    i19_fail_closed,
    i20_due_in_time,
    i24_estimates_follow,
    i24_agrees_with_the_model,
)


def check_pass(stage: Stage, ran: Ran) -> None:
    """Check everything that must hold after a pass."""
    for each in PROPERTIES:
        each(stage, ran)
