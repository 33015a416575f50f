"""What happens to passes: they come on time, meet faults, die, are overtaken; clocks jump, tokens end."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from ekachit.connections import actions as connecting
from ekachit.connections.models import Connection, Project
from ekachit.domain.sync.schedule import LONGEST_WAIT_SECONDS
from ekachit.sync import leases
from ekachit.sync.upkeep import mend_schedule
from tests.sync.simulation.passes import LONG_AGO, let_lease_end, poll, take, when_due
from tests.sync.simulation.properties import require
from tests.sync.simulation.rows import connection_row, rows_of
from tests.sync.simulation.ruling import RULES, Act, Rule, rule
from tests.sync.simulation.site import token_of
from tests.sync.simulation.stage import PAGE, Person, Stage

PURPOSES = ("prove", "list", "fetch")
OF_SEARCHES = frozenset(
    {
        *("empty", "pages_shift", "drop_ids", "truncated", "token_loop", "poison_issue", "foreign_issue"),
        *("duplicate_issue", "index_lag", "clock_skew"),
    }
)
"""Kinds that only a list or a reading of issues can have."""
FAULTS: dict[str, tuple[dict[str, Any], ...]] = {
    "unauthorized": ({}, {"form": "json"}, {"form": "password"}),
    "forbidden": ({}, {"form": "html"}, {"form": "empty"}),
    "captcha": ({},),
    "login_page": ({}, {"status": 401}),
    "redirect": ({}, {"status": 307}),
    "gone": ({},),
    "rate_limited": (
        {}, {"retry_after": None}, {"retry_after": 10**9}, {"retry_after": "-5"}, {"retry_after": 600}, {"html": True},
    ),
    "server_error": ({}, {"status": 500}, {"retry_after": 120}, {"status": 504, "body": "empty"}),
    "edge_page": ({},),
    "blank": ({},),
    "status": ({"status": 206, "body": "{}"}, {"status": 418, "body": "teapot"}),
    "empty": ({}, {"times": None}),
    "pages_shift": ({}, {"by": -1}, {"by": 2}),
    "drop_ids": ({"share": 0.5}, {"share": 0.2}),
    "truncated": ({}, {"keep": 0}),
    "token_loop": ({}, {"form": "alternate"}, {"form": "stale"}, {"form": "empty"}),
    "poison_issue": (
        {}, {"form": "null_fields"}, {"form": "no_id"}, {"form": "bad_date"},
        {"form": "not_object"}, {"form": "types", "times": 3},
    ),
    "foreign_issue": ({},),
    "duplicate_issue": ({},),
    "gzip_bomb": ({"mebibytes": 9}, {"mebibytes": 9, "nested": True}),
    "deep_json": ({"depth": 5000},),
    "huge_body": ({"mebibytes": 9},),
    "wrong_encoding": ({}, {"encoding": "br"}),
    "bad_text": (
        {}, {"form": "bom"}, {"form": "utf16"}, {"form": "cut"}, {"form": "nan"}, {"form": "twice"}, {"form": "html"},
    ),
    "wrong_type": ({},),
    "many_headers": ({"count": 20},),
    "foreign_links": ({},),
    "reset": ({},),
    "closed": ({},),
    "lost_response": ({},),
    "half_open": ({}, {"seconds": 5.0}),
    "cut_body": ({},),
    "slow": ({}, {"in_headers": True}),
    "anonymous": ({}, {"header": False}, {"form": "bad-empty"}, {"form": "bad-jql"}, {"times": None}),
    "revoke_token": ({}, {"when": "after"}),
    "colleague": (
        {"change": {"do": "edit", "issue": "10001", "status": "Done"}},
        {"change": {"do": "reassign", "issue": "10001", "to": "712020:bob"}, "when": "after"},
        {"change": {"do": "edit", "issue": "10001", "summary": "Just now"}},
        {"change": {"do": "delete", "issue": "10001"}},
    ),
    "index_lag": ({"seconds": 3600.0}, {}),
    "clock_skew": ({}, {"seconds": -600.0}),
    "date_header": ({},),
}  # fmt: skip
"""Every kind of the sandbox but those that strike writes alone, with what it can be armed with."""


@rule(8)
def arm_fault(stage: Stage) -> str:
    """A fault at some request of the passes to come."""
    return arm(
        stage,
        stage.dice.choice(sorted(FAULTS)),
        stage.dice.choice(PURPOSES),
        at=stage.dice.choice((1, 1, 2, 3)),
    )


@rule(14)
def faulty_pass(stage: Stage) -> str:
    """A pass with something to read meets a fault where it proves, lists or reads."""
    kind, purpose = stage.dice.choice(sorted(FAULTS)), stage.dice.choice(PURPOSES)
    if purpose == "fetch" or kind == "pages_shift":
        RULES["edit"].act(stage)
        RULES["create"].act(stage)
    did = arm(stage, kind, purpose)
    ran = poll(stage, stage.people[0])
    return f"{did} → {'' if ran is None or ran.receipt is None else ran.receipt.code}"


def pass_with(kind: str, purpose: str) -> Act:
    """A rule for a pass that meets one kind of fault."""

    def act(stage: Stage) -> str:
        did = arm(stage, kind, purpose)
        ran = poll(stage, stage.people[0])
        return f"{did} → {'' if ran is None or ran.receipt is None else ran.receipt.code}"

    return act


for _name, _kind, _purpose in (
    ("anonymous_pass", "anonymous", "list"),
    ("looping_pass", "token_loop", "list"),
    ("limited_pass", "rate_limited", "list"),
    ("garbled_pass", "bad_text", "list"),
):
    RULES[_name] = Rule(_name, 1, pass_with(_kind, _purpose))


@rule(2)
def leave_meanwhile(stage: Stage) -> str:
    """The person disconnects while a pass is on its way."""
    person = stage.people[0]
    ran = poll(stage, person, pause_at=stage.dice.randint(1, 12), meanwhile=lambda: _leave(person))
    return "" if ran is None or ran.disturbed is None else ran.disturbed.value


def _leave(person: Person) -> None:
    connecting.disconnect(person.reload())


def arm(stage: Stage, kind: str, purpose: str, at: int = 1, given: dict[str, Any] | None = None) -> str:
    """Arm a fault for the requests of a purpose: the searches by id come after the list's pages."""
    said: dict[str, Any] = dict(stage.dice.choice(FAULTS[kind]) if given is None else given)
    if kind != "clock_skew":
        said["at"] = at
    if kind not in {"clock_skew", "index_lag"}:
        prove = purpose == "prove" and kind not in OF_SEARCHES
        said["endpoint"] = "myself" if prove else "search"
        if purpose == "fetch":
            said["at"] = list_pages(stage) + at
    stage.doors[stage.people[0].site].faults.arm(kind, **said)
    return f"{kind} {said}"


def list_pages(stage: Stage) -> int:
    """How many pages the first person's list has now."""
    person, world = stage.people[0], stage.world()
    picked = Project.objects.filter(connection=person.connection, picked=True).values_list(
        "project_id", flat=True
    )
    mine = world.assigned_ids(person.account, open_only=True)
    listed = sum(str(world.issues[each].project_id) in set(picked) for each in mine)
    return max(1, math.ceil(listed / PAGE))


@rule(3)
def disarm(stage: Stage) -> str:
    return str(stage.doors[stage.people[0].site].faults.disarm())


@rule(20)
def poll_on_time(stage: Stage) -> str:
    ran = poll(stage, stage.people[0])
    return "" if ran is None or ran.receipt is None else f"{ran.receipt.state} {ran.receipt.code}"


@rule(8)
def work_now(stage: Stage) -> str:
    """A worker looks for what is due at this moment, and takes nothing that is not."""
    person = stage.people[0]
    claim = take(stage, person)
    if claim is None:
        return "nothing due"
    ran = stage.pass_of(person, claim)
    return "" if ran.receipt is None else f"{ran.receipt.state} {ran.receipt.code}"


@rule(5)
def neighbour_polls(stage: Stage) -> str:
    """Somebody else's pass, at a site that fails nobody: on time, whole, whatever goes on here (I10)."""
    if len(stage.people) < 2:
        return ""
    person = stage.people[1]
    row = person.reload()
    late = (stage.clock() - row.due_at).total_seconds() if row.due_at else 0.0
    ran = poll(stage, person)
    require(ran is not None and ran.receipt is not None, "I10", "the neighbour has no pass")
    assert ran is not None
    assert ran.receipt is not None
    require(
        ran.receipt.state == "complete",
        "I10",
        f"the neighbour's pass is {ran.receipt.state} {ran.receipt.code}",
    )
    due = person.reload().due_at
    require(due is not None, "I10", "the neighbour is never due again")
    assert due is not None
    require(
        27 * 60 <= (due - stage.clock()).total_seconds() <= 33 * 60,
        "I10",
        "the neighbour's period is another",
    )
    return f"{late >= 0}"


@rule(8)
def crash(stage: Stage) -> str:
    """The worker dies at a checkpoint; its lease runs out, and the next pass may die too."""
    person = stage.people[0]
    at = stage.dice.randint(1, 40)
    # Few passes come so far: then it dies at the very first, which has to be met too.
    ran = poll(stage, person, crash_at=at if at <= 36 else 1)  # drawn above
    if ran is None:
        return ""
    if ran.crashed is None:
        return "too late to die"
    require(
        take(stage, person) is None or ran.crashed.value == "closed",
        "I8",
        "taken while somebody's lease stood",
    )
    let_lease_end(person)
    when_due(stage, person)
    claim = take(stage, person)
    if claim is None:
        return f"{ran.crashed.value}, and nothing is due"
    again = stage.dice.randint(1, 30) if stage.dice.random() < 0.4 else None
    stage.pass_of(person, claim, crash_at=again)
    let_lease_end(person)
    return ran.crashed.value


@rule(6)
def two_workers(stage: Stage) -> str:
    """A pass stands still past its lease, another runs whole, and the first goes on: it may write nothing (I8)."""
    person = stage.people[0]
    kept: list[Any] = []

    def overtake() -> None:
        let_lease_end(person)
        claim = leases.claim(person.connection.pk, "another worker")
        if claim is not None:
            stage.pass_of(person, claim)
            kept.append((rows_of(person.user), connection_row(person.connection), claim.epoch))

    ran = poll(stage, person, pause_at=stage.dice.randint(1, 25), meanwhile=overtake)
    if ran is None or not kept:
        return "" if ran is None else "not overtaken"
    rows, row, epoch = kept[0]
    require(rows_of(person.user) == rows, "I8", "a pass that lost its lease wrote tasks")
    require(connection_row(person.connection) == row, "I8", "a pass that lost its lease wrote the connection")
    require(ran.receipt is not None and ran.receipt.epoch < epoch, "I8", "an epoch came twice")
    return ran.disturbed.value if ran.disturbed else ""


@rule(8)
def meanwhile(stage: Stage) -> str:
    """While a pass stands still, something else happens: to its tasks, its token, its site, its projects."""
    others = [each for each in sorted(RULES) if RULES[each].act.__module__ != __name__]
    name = stage.dice.choice(others)
    did: list[str] = []

    def act() -> None:
        did.append(RULES[name].act(stage))

    ran = poll(stage, stage.people[0], pause_at=stage.dice.randint(1, 25), meanwhile=act)
    return "" if ran is None or not did else f"{name} {did[0]} at {ran.disturbed}"


@rule(3)
def revoke(stage: Stage) -> str:
    person = stage.people[0]
    secret = token_of(person.account, person.token)
    stage.world(person).revoke(secret)
    return f"{person.token}"


@rule(4)
def reinstate(stage: Stage) -> str:
    person = stage.people[0]
    stage.world(person).reinstate(token_of(person.account, person.token))
    return f"{person.token}"


@rule(2)
def clock_forward(stage: Stage) -> str:
    seconds = stage.dice.choice((1.0, 61.0, 3600.0, 86400.0, 400 * 86400.0))
    stage.clock.advance(seconds)
    return f"{seconds}"


@rule(2)
def clock_back(stage: Stage) -> str:
    """A worker's wall clock is set back; its housekeeping comes round, as it does every few seconds (I20)."""
    seconds = stage.dice.choice((61.0, 1800.0, 5 * 3600.0, 20 * 3600.0))
    stage.clock.set_back(seconds)
    back = timedelta(seconds=seconds)
    for person in stage.people:
        # What truly happened, and what Jira asked for, is no longer ago and no nearer than it was.
        person.not_before = person.not_before and person.not_before - back
        person.last_complete = person.last_complete and person.last_complete - back
    mend_schedule(stage.clock())
    for person in stage.people:
        row = person.reload()
        if row.due_at is not None and row.active:
            wait = (row.due_at - stage.clock()).total_seconds()
            require(wait <= LONGEST_WAIT_SECONDS, "I20", f"the next pass is due in {wait} s")
    return f"{seconds}"


@rule(1)
def worker_forgets_lease(stage: Stage) -> str:
    """A lease from long ago keeps nobody out."""
    row = Connection.objects.filter(pk=stage.people[0].connection.pk, lease_until__isnull=True)
    row.update(lease_until=LONG_AGO, lease_owner="somebody long gone")
    return "lease"
