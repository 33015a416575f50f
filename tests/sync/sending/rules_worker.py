"""What happens to deliveries: they come, meet faults, somebody comes between, they die, are overtaken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ekachit.domain.sync.schedule import LONGEST_WAIT_SECONDS
from ekachit.sync import leases
from ekachit.sync.leases import Lane
from tests.sync.sending.rules_person import click
from tests.sync.sending.ruling import RULES, rule
from tests.sync.sending.stage import SendingStage
from tests.sync.simulation.passes import poll
from tests.sync.simulation.properties import require
from tests.sync.simulation.rows import connection_row, rows_of
from tests.sync.simulation.rules_engine import FAULTS as OF_ALL
from tests.sync.simulation.rules_engine import OF_SEARCHES
from tests.sync.simulation.rules_person import some_task, some_task_status
from tests.sync.simulation.ruling import RULES as OTHER_RULES
from tests.sync.simulation.site import BOB

ENDPOINTS = ("issue", "transitions", "transition")
EFFECTS = frozenset({"rate_limited", "server_error", "edge_page", "blank", "status", "login_page"})
"""Answers that may come after Jira has done what was asked."""
FAULTS: dict[str, tuple[dict[str, Any], ...]] = {
    **{kind: given for kind, given in OF_ALL.items() if kind not in OF_SEARCHES | {"colleague"}},
    "conflict": ({}, {"times": 3}),
    "read_only": ({"times": 2}, {"status": 405, "times": 1}, {"status": 403, "times": 1}, {}),
    "write_limits": ({}, {"limits": [[1, 10.0]]}),
    "forbidden": ({}, {"form": "empty"}),
}


def some_change(stage: SendingStage) -> dict[str, Any]:
    """What a colleague does to the issue at hand."""
    dice = stage.dice
    status = dice.choice(("To Do", "In Progress", "Done", "In Review", "Open", "Resolved", "Closed"))
    other: tuple[dict[str, Any], ...] = (
        {"do": "edit", "issue": "@", "summary": "Just now"},
        {"do": "reassign", "issue": "@", "to": BOB},
        {"do": "move", "issue": "@", "project": dice.choice(("20001", "20002", "20003"))},
        {"do": "delete", "issue": "@"},
    )
    return {"do": "edit", "issue": "@", "status": status} if dice.random() < 0.6 else dice.choice(other)


def something_to_send(stage: SendingStage) -> None:
    """Mostly the person has just clicked."""
    task = some_task(stage)
    if task is not None and (stage.next_send() is None or stage.dice.random() < 0.4):
        click(stage, task, some_task_status(stage))


@rule(14)
def send_now(stage: SendingStage) -> str:
    """A worker looks for what is to be sent at this moment."""
    claim = stage.ready()
    return "nothing" if claim is None else f"{stage.deliver(claim).attempts}"


@rule(14)
def send_in_time(stage: SendingStage) -> str:
    """Time passes until the next change may be sent."""
    sent = stage.send_in_time()
    return "" if sent is None else f"{sent.attempts}"


@rule(18)
def send_with_fault(stage: SendingStage) -> str:
    """A delivery meets a fault where it reads, looks for the transitions, or sends."""
    something_to_send(stage)
    kind, endpoint = stage.dice.choice(sorted(FAULTS)), stage.dice.choice(ENDPOINTS)
    did = arm(stage, kind, endpoint)
    sent = stage.send_in_time()
    return f"{did} → {None if sent is None else sent.attempts}"


def arm(stage: SendingStage, kind: str, endpoint: str) -> str:
    given = dict(stage.dice.choice(FAULTS[kind]))
    if kind not in {"conflict", "read_only", "write_limits"}:
        given |= {"endpoint": endpoint, "at": stage.dice.choice((1, 1, 2))}
        if kind in EFFECTS and stage.dice.random() < 0.4:
            given["effect"] = True
    stage.doors[stage.person.site].faults.arm(kind, **given)
    return f"{kind} {given}"


@rule(10)
def lose_the_answer(stage: SendingStage) -> str:
    """The transition is made, or not, and nobody hears of it; then somebody may move the issue."""
    something_to_send(stage)
    kind = stage.dice.choice(("lost_response", "reset", "closed", "half_open", "cut_body"))
    stage.doors[stage.person.site].faults.arm(kind, endpoint="transition")
    sent = stage.send_in_time()
    if sent is None or not sent.line.writes:
        return f"{kind}"
    written = stage.world().issues.get(int(sent.line.writes[-1].issue_id))
    if written is None or stage.dice.random() < 0.5:
        return f"{kind} {written and written.key}"
    status = stage.dice.choice(stage.world().workflow(written).statuses)
    stage.world().edit(written.id, status=status)
    return f"{kind} {written.key} {status}"


@rule(12)
def come_between(stage: SendingStage) -> str:
    """A colleague is quicker than the delivery, between its look and its write, or right after."""
    something_to_send(stage)
    endpoint, change = stage.dice.choice(ENDPOINTS), some_change(stage)
    when = stage.dice.choice(("before", "after"))
    stage.doors[stage.person.site].faults.arm(
        "colleague", change=change, when=when, endpoint=endpoint, at=stage.dice.choice((1, 1, 2))
    )
    lost = stage.dice.random() < 0.3
    if lost:
        stage.doors[stage.person.site].faults.arm("lost_response", endpoint="transition")
    sent = stage.send_in_time()
    return f"{change} {when} {endpoint} {lost} → {None if sent is None else sent.attempts}"


@rule(6)
def rule_of_the_site(stage: SendingStage) -> str:
    """Automation moves on what was sent, or takes it back, at once or later."""
    something_to_send(stage)
    to, delay = (
        stage.dice.choice((None, None, "Done", "In Progress", "In Review")),
        stage.dice.choice((0.0, 5.0)),
    )
    stage.doors[stage.person.site].faults.arm("automation", to=to, delay=delay)
    if stage.dice.random() < 0.3:
        stage.doors[stage.person.site].faults.arm("lost_response", endpoint="transition")
    sent = stage.send_in_time()
    return f"{to} {delay} → {None if sent is None else sent.attempts}"


@rule(12)
def crash_sending(stage: SendingStage) -> str:
    """The sender dies at a checkpoint; its lease runs out, and the next one may die too (I16)."""
    something_to_send(stage)
    sent = stage.send_in_time(crash_at=stage.dice.randint(1, 16))
    if sent is None:
        return ""
    if sent.crashed is None:
        return "too late to die"
    require(stage.ready() is None, "I8", "taken while somebody's lease stood")
    if stage.dice.random() < 0.3:
        poll(stage, stage.person)
    stage.end_send_lease()
    again = stage.dice.randint(1, 12) if stage.dice.random() < 0.4 else None
    stage.send_in_time(crash_at=again)
    stage.end_send_lease()
    return f"{sent.crashed.value} {again}"


@rule(7)
def two_senders(stage: SendingStage) -> str:
    """A sender stands still past its lease, another sends, and the first goes on: it may do nothing more (I8)."""
    something_to_send(stage)
    kept: list[Any] = []

    def overtake() -> None:
        stage.end_send_lease()
        claim = leases.claim(stage.person.connection.pk, "another sender", Lane.SEND)
        if claim is not None:
            stage.deliver(claim)
            kept.append((rows_of(stage.person.user), connection_row(stage.person.connection)))
            kept.append(stage.books.plain(stage.person))

    sent = stage.send_in_time(pause_at=stage.dice.randint(1, 14), meanwhile=overtake)
    if sent is None or not kept:
        return "" if sent is None else "not overtaken"
    rows, row = kept[0]
    require(rows_of(stage.person.user) == rows, "I8", "a sender that lost its lease wrote tasks")
    require(connection_row(stage.person.connection) == row, "I8", "a sender that lost its lease wrote")
    require(stage.books.plain(stage.person) == kept[1], "I8", "a sender that lost its lease wrote entries")
    late = sent.line.exchanges[sent.resumed_at :]
    require(not any(each.purpose == "write" for each in late), "I8", "a sender that lost its lease sent")
    return sent.disturbed.value if sent.disturbed else ""


@rule(14)
def while_sending(stage: SendingStage) -> str:
    """While a delivery stands still something else happens: a pass, a click, a change in Jira, a switch."""
    something_to_send(stage)
    name = stage.dice.choice(
        ("poll_on_time", "set_status", "set_status", "there_and_back", "change_status", "change_status", "reassign",
         "switch_two_way", "disconnect", "set_many", "revoke", "answer_conflict", "sync_now", "housekeeping", "pick",
         "move", "edit", "automation")
    )  # fmt: skip
    did: list[str] = []

    def act() -> None:
        did.append(RULES[name].act(stage))

    sent = stage.send_in_time(pause_at=stage.dice.randint(1, 16), meanwhile=act)
    return "" if sent is None or not did else f"{name} {did[0]} at {sent.disturbed}"


@rule(8)
def send_while_polling(stage: SendingStage) -> str:
    """While a pass stands still, changes are sent."""
    something_to_send(stage)
    if stage.dice.random() < 0.5:
        RULES["change_status"].act(stage)
    did: list[object] = []

    def act() -> None:
        sent = stage.send_in_time()
        did.append(None if sent is None else sent.attempts)

    ran = poll(stage, stage.person, pause_at=stage.dice.randint(1, 22), meanwhile=act)
    return "" if ran is None or not did else f"{did[0]} at {ran.disturbed}"


@rule(3)
def disarm(stage: SendingStage) -> str:
    return str(stage.doors[stage.person.site].faults.disarm())


@rule(3)
def clock_back(stage: SendingStage) -> str:
    """A worker's wall clock is set back: no change waits until it has caught up (I20)."""
    did = OTHER_RULES["clock_back"].act(stage)
    # How long what the site asked for had still to last nobody knows then.
    stage.asked_until = stage.clock() + timedelta(seconds=LONGEST_WAIT_SECONDS)
    wait = stage.next_send()
    require(wait is None or wait <= LONGEST_WAIT_SECONDS, "I20", f"the next change may be sent in {wait} s")
    return did
