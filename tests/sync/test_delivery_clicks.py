"""What people do between a click and its arrival: take it back, change their mind, leave, switch off, do it in bulk."""

# ruff: noqa: N802 # names carry the ids of the faults that the tests cover

from __future__ import annotations

from collections import Counter

import pytest
from asgiref.sync import async_to_sync

from ekachit.accounts.actions import set_plan
from ekachit.jira.transport import Request, Response
from ekachit.sync import actions, leaving
from ekachit.sync.delivery import deliver
from ekachit.sync.leases import claim_to_send
from ekachit.sync.models import OutboxEntry
from ekachit.sync.outbox import close_unsendable
from ekachit.sync.refusals import told
from ekachit.sync.truth import Kind, bulk_of, truths
from ekachit.tasks.models import Status
from tests.sandbox.transport import SandboxTransport
from tests.sync.two_ends import ADA, TwoEnds, beside, two_ends

DONE, DOING, TODO = Status.DONE.value, Status.IN_PROGRESS.value, Status.TODO.value
APPLIED = [("applied", "")]


def test_undo_before_sending_sends_nothing(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    ends.click("PAY-1", TODO)
    assert ends.states("PAY-1") == [("cancelled", "undone")]
    assert ends.send() == 0
    assert ends.both("PAY-1") == ("todo", "new")
    assert truths([ends.task("PAY-1")], now=ends.clock()) == {}


def test_S18_done_undone_done_is_one_write_and_each_click_is_accounted_for(ends: TwoEnds) -> None:
    for status in (DONE, TODO, DONE):
        ends.click("PAY-1", status)
    ends.send()
    assert ends.states("PAY-1") == [("cancelled", "undone"), ("applied", "")]
    assert len(ends.posts("PAY-1")) == 1


def test_S18_the_last_of_several_clicks_is_what_is_sent(ends: TwoEnds) -> None:
    for status in (DOING, DONE, DOING, DOING):
        ends.click("PAY-1", status)
    ends.send()
    assert ends.states("PAY-1") == [("superseded", ""), ("superseded", ""), ("applied", "")]
    assert ends.both("PAY-1") == ("in_progress", "indeterminate")
    assert len(ends.posts("PAY-1")) == 1


@pytest.mark.parametrize("with_a_pass", [False, True])
def test_S03_what_may_have_arrived_is_undone_by_a_second_write(ends: TwoEnds, *, with_a_pass: bool) -> None:
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    ends.click("PAY-1", TODO)
    if with_a_pass:
        ends.clock.forward(60)
        ends.sync()
        assert ends.task("PAY-1").status == TODO
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [("applied", ""), ("applied", "")]
    assert ends.both("PAY-1") == ("todo", "new")
    assert len(ends.posts("PAY-1")) == 2


def test_S03_what_did_not_arrive_and_was_taken_back_is_not_sent(ends: TwoEnds) -> None:
    ends.faults.arm("closed", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    ends.click("PAY-1", TODO)
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [("superseded", ""), ("applied", "already_there")]
    assert [each.status for each in ends.posts("PAY-1")] == [None]
    assert ends.both("PAY-1") == ("todo", "new")


@pytest.mark.parametrize(("fault", "posts"), [("closed", 2), ("lost_response", 1)])
def test_S03_what_was_replaced_and_taken_back_leaves_what_went_before(
    ends: TwoEnds, fault: str, posts: int
) -> None:
    ends.faults.arm(fault, endpoint="transition")
    ends.click("PAY-1", DOING)
    ends.send()
    for status in (DONE, TODO, DOING):
        ends.click("PAY-1", status)
    assert truths([ends.task("PAY-1")], now=ends.clock())[ends.task("PAY-1").pk].kind is Kind.WAITING
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [*APPLIED, ("superseded", ""), ("cancelled", "undone")]
    assert ends.both("PAY-1") == (DOING, "indeterminate")
    assert len(ends.posts("PAY-1")) == posts


def test_a_click_while_the_last_one_is_under_way_follows_it(ends: TwoEnds) -> None:
    real, ends.transport = ends.around().transport, None

    class Busy:
        async def send(self, request: Request) -> Response:
            if request.method == "POST":
                await ends.around().in_database(ends.click, "PAY-1", TODO)
            return await real.send(request)

    ends.transport = Busy()
    ends.click("PAY-1", DONE)
    claims = claim_to_send("a test", 10, at=ends.clock())
    async_to_sync(deliver)(claims[0], ends.around())
    ends.transport = None
    ends.send_until_quiet()
    assert {state for state, _ in ends.states("PAY-1")} == {"applied"}
    assert ends.both("PAY-1") == ("todo", "new")
    assert len(ends.posts("PAY-1")) == 2


def test_S20_two_people_with_the_same_issue_come_to_the_same(ends: TwoEnds) -> None:
    other = beside(ends, account=ADA)
    ends.click("PAY-1", DONE)
    other.click("PAY-1", DOING)
    ends.send()
    other.send()
    for each in (ends, other):
        each.sync()
        assert each.both("PAY-1") == ("done", "done")
    assert len(ends.posts("PAY-1")) == 1
    assert ends.states("PAY-1") == APPLIED
    assert other.states("PAY-1") == [("conflict", "")]
    assert [each.user for each in other.conflicts()] == [other.user]
    assert ends.conflicts() == []


def test_S20_two_workers_on_one_connection_send_it_once(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    claims = [each for name in ("one", "two") for each in claim_to_send(name, 10, at=ends.clock())]
    assert len(claims) == 1
    async_to_sync(deliver)(claims[0], ends.around())
    assert ends.send() == 0
    assert len(ends.posts("PAY-1")) == 1


def test_bulk_fifty_at_once_arrive_with_progress(db: None) -> None:
    ends = two_ends(issues=50)
    tasks = [ends.task(f"PAY-{number}") for number in range(1, 51)]
    assert actions.set_status_of_all(tasks, DONE, now=ends.clock()) == 50
    bulk = bulk_of(ends.user)
    assert bulk is not None
    assert (bulk.settled, bulk.total) == (0, 50)
    seen: list[tuple[int, int]] = []

    class Watching(SandboxTransport):
        async def send(self, request: Request) -> Response:
            if len(ends.door.requests) % 40 == 0:
                moment = await around.in_database(bulk_of, ends.user)
                seen.append((moment.settled, moment.total) if moment else (50, 50))
            return await super().send(request)

    around = ends.around()
    ends.transport = Watching(ends.door)
    ends.send_until_quiet()
    states = Counter(OutboxEntry.objects.filter(user=ends.user).values_list("state", flat=True))
    assert states == {"applied": 50}
    assert all(len(ends.posts(f"PAY-{number}")) == 1 for number in range(1, 51))
    assert [total for _, total in seen] == [50] * len(seen)
    settled = [done for done, _ in seen]
    assert settled == sorted(settled)
    assert len(set(settled)) > 2
    assert bulk_of(ends.user) is None


def test_one_refusal_among_many_does_not_stop_the_others(ends: TwoEnds) -> None:
    keys = ("PAY-1", "OPS-1", "WEB-1", "PAY-2")
    actions.set_status_of_all([ends.task(key) for key in keys], DONE, now=ends.clock())
    ends.send_until_quiet()
    assert {key: ends.entry(key).state for key in keys} == {
        "PAY-1": "applied",
        "OPS-1": "refused",
        "WEB-1": "refused",
        "PAY-2": "applied",
    }


def test_switching_two_way_off_closes_what_waits_and_says_so(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    ends.click("OPS-1", DONE)
    assert actions.set_two_way(ends.project("PAY"), actions.TwoWay(two_way=False), now=ends.clock()) == 1
    assert ends.states("PAY-1") == [("cancelled", "two_way_off")]
    assert ends.states("OPS-1") == [("waiting", "")]
    truth = truths([ends.task("PAY-1")], now=ends.clock())[ends.task("PAY-1").pk]
    assert truth.kind is Kind.NOT_SENT
    assert "switched off" in told(truth.entry).title


def test_switching_it_on_sends_what_differs(ends: TwoEnds) -> None:
    ends.set_project("PAY", two_way=False)
    ends.click("PAY-1", DONE)
    ends.click("PAY-2", DOING)
    assert actions.set_two_way(ends.project("PAY"), actions.TwoWay(two_way=True), now=ends.clock()) == 2
    ends.send_until_quiet()
    assert (ends.both("PAY-1"), ends.both("PAY-2")) == (("done", "done"), ("in_progress", "indeterminate"))


def test_disconnecting_closes_what_waits_and_reconnecting_can_send_it(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    row = ends.connection
    row.refresh_from_db()
    assert leaving.disconnect(row, now=ends.clock()) == 1
    assert ends.states("PAY-1") == [("cancelled", "disconnected")]
    assert not actions.retry(ends.entry("PAY-1"), now=ends.clock())
    assert ends.send() == 0
    assert ends.posts("PAY-1") == []
    row.state = "connected"
    row.save(update_fields=["state"])
    assert actions.retry(ends.entry("PAY-1"), now=ends.clock())
    assert ends.states("PAY-1")[-1] == ("waiting", "")


@pytest.mark.parametrize(("posted", "said"), [(False, False), (True, True)])
def test_what_may_have_arrived_is_not_called_unsent(ends: TwoEnds, *, posted: bool, said: bool) -> None:
    if posted:
        ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DONE)
    if posted:
        ends.send()
    leaving.disconnect(ends.connection, now=ends.clock())
    assert ("may have arrived" in told(ends.entry("PAY-1")).title) is said


def test_leaving_pro_closes_what_waits(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    set_plan(ends.user, "free")
    assert leaving.follow_plan(ends.user, now=ends.clock()) == 1
    assert ends.states("PAY-1") == [("cancelled", "plan")]
    assert ends.task("PAY-1").status == DONE


def test_a_plan_that_was_changed_elsewhere_is_followed_by_the_worker(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    set_plan(ends.user, "free")
    assert leaving.follow_plans(ends.clock()) == 1
    assert leaving.follow_plans(ends.clock()) == 0
    ends.connection.refresh_from_db()
    assert (ends.connection.state, ends.states("PAY-1")) == ("paused", [("cancelled", "plan")])
    set_plan(ends.user, "pro")
    assert leaving.follow_plans(ends.clock()) == 1
    ends.connection.refresh_from_db()
    assert ends.connection.state == "connected"


def test_a_project_no_longer_picked_closes_what_waits(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    ends.set_project("PAY", picked=False)
    assert close_unsendable(ends.clock()) == 1
    assert ends.states("PAY-1") == [("cancelled", "two_way_off")]


def test_one_that_waits_for_a_new_token_is_not_closed(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    ends.connection.state = "needs_token"
    ends.connection.save(update_fields=["state"])
    assert close_unsendable(ends.clock()) == 0
    assert ends.states("PAY-1") == [("waiting", "")]
