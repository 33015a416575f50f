"""Jira does not answer, answers late, or says that it is being changed: nothing is lost, and nothing sent twice."""

# ruff: noqa: N802 # names carry the ids of the faults that the tests cover

from __future__ import annotations

import pytest

from ekachit.connections.models import State
from ekachit.jira.errors import Unavailable
from ekachit.jira.transport import Request, Response
from ekachit.sync.models import SiteHold
from ekachit.sync.truth import Holdup, Kind, truths
from ekachit.tasks.models import Status
from tests.sync.two_ends import TwoEnds

DONE, DOING, TODO = Status.DONE.value, Status.IN_PROGRESS.value, Status.TODO.value
APPLIED = [("applied", "")]


@pytest.mark.parametrize("lag", [0, 1, 60, 600])
def test_S01_a_late_search_never_turns_a_task_back(ends: TwoEnds, lag: float) -> None:
    ends.faults.arm("index_lag", seconds=lag)
    ends.click("PAY-1", DONE)
    ends.send()
    for _ in range(int(lag // 30) + 3):
        ends.sync()
        assert ends.task("PAY-1").status == DONE
    assert ends.states("PAY-1") == APPLIED
    assert len(ends.posts("PAY-1")) == 1
    assert ends.conflicts() == []


def test_S01_a_late_search_does_not_disturb_a_change_on_its_way(ends: TwoEnds) -> None:
    ends.click("PAY-1", DOING)
    ends.send()
    ends.faults.arm("index_lag", seconds=600)
    ends.faults.arm("read_only", times=1)
    ends.click("PAY-1", DONE)
    ends.send()
    ends.sync()
    assert ends.task("PAY-1").status == DONE
    ends.send_until_quiet()
    assert ends.both("PAY-1") == ("done", "done")
    assert ends.conflicts() == []
    assert [each.status for each in ends.posts("PAY-1") if each.status == 204] == [204, 204]


def test_S03_a_lost_answer_is_found_out_by_reading(ends: TwoEnds) -> None:
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == [("waiting", "connection_reset")]
    ends.send_until_quiet()
    assert ends.states("PAY-1") == APPLIED
    assert len(ends.posts("PAY-1")) == 1
    assert len(ends.world.history[ends.world.issue("PAY-1").id]) == 1


def test_S03_an_answer_lost_before_jira_saw_the_request_is_sent_once_more(ends: TwoEnds) -> None:
    ends.faults.arm("closed", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send_until_quiet()
    assert ends.states("PAY-1") == APPLIED
    assert [each.status for each in ends.posts("PAY-1")] == [None, 204]


def test_S03_a_pass_that_reads_it_first_settles_it(ends: TwoEnds) -> None:
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    ends.clock.forward(60)
    ends.sync()
    ends.send_until_quiet()
    assert ends.states("PAY-1") == APPLIED
    assert len(ends.posts("PAY-1")) == 1
    assert ends.conflicts() == []


def test_S04_jira_has_changed_before_the_push_and_wins(ends: TwoEnds) -> None:
    ends.click("PAY-1", DOING)
    ends.in_jira("PAY-1", "Done")
    ends.send()
    assert ends.states("PAY-1") == [("conflict", "")]
    assert ends.posts("PAY-1") == []
    assert ends.both("PAY-1") == ("done", "done")
    [conflict] = ends.conflicts()
    assert (conflict.base, conflict.ours, conflict.jiras) == ("todo", "in_progress", "done")
    assert ends.notices() == ["set_aside"]


def test_S04_both_came_to_the_same_and_nothing_is_sent(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    ends.in_jira("PAY-1", "Done")
    ends.send()
    assert ends.states("PAY-1") == [("applied", "already_there")]
    assert (ends.posts("PAY-1"), ends.conflicts()) == ([], [])


def test_S05_a_change_between_our_look_and_our_write_is_told(ends: TwoEnds) -> None:
    edit = {"do": "edit", "issue": "@", "status": "In Progress"}
    ends.faults.arm("colleague", endpoint="transition", change=edit)
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == [("late_conflict", "")]
    [conflict] = ends.conflicts()
    assert (conflict.kind, conflict.base, conflict.ours) == ("late_conflict", "todo", "done")
    assert conflict.jiras == "in_progress"
    assert ends.notices() == ["late_conflict"]
    assert len(ends.posts("PAY-1")) == 1
    assert ends.both("PAY-1") == ("done", "done")
    ends.sync()
    assert len(ends.posts("PAY-1")) == 1


@pytest.mark.parametrize("with_a_pass", [False, True])
def test_S05_also_where_the_answer_was_lost(ends: TwoEnds, *, with_a_pass: bool) -> None:
    edit = {"do": "edit", "issue": "@", "status": "In Progress"}
    ends.faults.arm("colleague", endpoint="transition", change=edit)
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    if with_a_pass:
        ends.sync()
        assert ends.entry("PAY-1").not_before <= ends.clock(), "its sender looks at once"
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [("late_conflict", "")]
    assert len(ends.conflicts()) == 1
    assert len(ends.posts("PAY-1")) == 1


def test_S03_what_a_pass_has_seen_there_is_not_sent_again_where_jira_moves_on(ends: TwoEnds) -> None:
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DOING)
    ends.send()
    ends.sync()
    ends.in_jira("PAY-1", "Done")
    ends.sync()
    assert ends.states("PAY-1") == [("applied", "not_read_back")]
    assert ends.send_until_quiet() == 0
    assert ends.both("PAY-1") == ("done", "done")
    assert len(ends.posts("PAY-1")) == 1
    assert ends.conflicts() == []


def test_S17_a_conflicting_update_is_looked_at_anew_and_then_made(ends: TwoEnds) -> None:
    ends.faults.arm("conflict", times=2)
    ends.click("PAY-1", DONE)
    attempts = ends.send_until_quiet()
    assert ends.states("PAY-1") == APPLIED
    assert (attempts, [each.status for each in ends.posts("PAY-1")]) == (3, [None, None, 204])


def test_S17_three_in_a_row_and_it_is_said(ends: TwoEnds) -> None:
    ends.faults.arm("conflict", times=None)
    ends.click("PAY-1", DONE)
    assert ends.send_until_quiet() == 3
    assert ends.states("PAY-1") == [("refused", "conflict")]
    assert ends.both("PAY-1") == ("todo", "new")


def test_S17_what_the_other_one_did_wins(ends: TwoEnds) -> None:
    ends.faults.arm("conflict")
    edit = {"do": "edit", "issue": "@", "status": "In Progress"}
    ends.faults.arm("colleague", endpoint="transition", change=edit)
    ends.click("PAY-1", DONE)
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [("conflict", "")]
    assert ends.both("PAY-1") == ("in_progress", "indeterminate")


def test_a_workflow_that_changes_under_our_hands_is_looked_at_anew(ends: TwoEnds) -> None:
    ends.faults.arm(
        "colleague", endpoint="transition", change={"do": "renumber_transitions", "project": "PAY"}
    )
    ends.click("PAY-1", DONE)
    ends.send_until_quiet()
    assert ends.states("PAY-1") == APPLIED
    assert [each.status for each in ends.posts("PAY-1")] == [400, 204]


def test_S19_our_own_write_is_no_news(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    ends.send()
    before = len(ends.entries("PAY-1"))
    for _ in range(100):
        receipt = ends.sync()
        assert (receipt.updated, receipt.set_aside) == (0, 0)
    assert len(ends.entries("PAY-1")) == before
    assert len(ends.posts("PAY-1")) == 1
    assert ends.task("PAY-1").status == DONE


def test_S21_what_automation_does_at_once_is_jiras_word_and_no_loop(ends: TwoEnds) -> None:
    ends.faults.arm("automation", times=None)
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == APPLIED
    assert ends.both("PAY-1") == ("todo", "new")
    for _ in range(5):
        ends.sync()
        ends.send()
    assert len(ends.posts("PAY-1")) == 1
    assert ends.conflicts() == []


def test_S21_what_automation_does_later_comes_with_a_pass(ends: TwoEnds) -> None:
    ends.faults.arm("automation", to="In Progress", delay=5)
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.task("PAY-1").status == DONE
    ends.sync()
    assert ends.both("PAY-1") == ("in_progress", "indeterminate")
    assert ends.send() == 0
    assert len(ends.posts("PAY-1")) == 1


class _Deaf:
    """A line whose far end had closed it: a reading fails as the transport's does where it cannot repeat."""

    def __init__(self, ends: TwoEnds, method: str) -> None:
        self._inner, self._method, self.sent = ends.around().transport, method, list[str]()

    async def send(self, request: Request) -> Response:
        self.sent.append(request.method)
        if request.method == self._method and self.sent.count(self._method) == 1:
            raise Unavailable("connection_reset")
        return await self._inner.send(request)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_N11_a_line_that_was_closed_costs_a_reading_never_a_second_write(ends: TwoEnds, method: str) -> None:
    ends.transport = deaf = _Deaf(ends, method)
    ends.click("PAY-1", DONE)
    ends.send_until_quiet()
    assert ends.states("PAY-1") == APPLIED
    assert len(ends.posts("PAY-1")) == 1
    first = deaf.sent.index("POST")
    if method == "POST":
        second = deaf.sent.index("POST", first + 1)
        assert "GET" in deaf.sent[first + 1 : second], "it was read before it was sent again"


@pytest.mark.parametrize("status", [405, 503])
def test_N13_a_site_that_takes_no_writes_is_waited_for_while_reading_goes_on(
    ends: TwoEnds, status: int
) -> None:
    ends.faults.arm("read_only", status=status)
    ends.click("PAY-1", DONE)
    ends.send()
    [entry] = ends.entries("PAY-1")
    assert entry.state == "waiting"
    ends.in_jira("PAY-2", "In Progress")
    ends.clock.forward(120)
    ends.sync()
    assert ends.task("PAY-2").status == DOING
    assert ends.task("PAY-1").status == DONE
    assert ends.link("PAY-1").base["status"] == TODO
    for _ in range(4):
        ends.clock.forward(2 * 3600)
        ends.send_until_quiet(hours=0.2)
    assert ends.entry("PAY-1").state == "waiting"
    truth = truths([ends.task("PAY-1")], now=ends.clock())[ends.task("PAY-1").pk]
    assert truth.kind is Kind.WAITING
    ends.faults.disarm()
    ends.send_until_quiet()
    assert ends.states("PAY-1") == APPLIED


def test_N13_a_refusal_in_read_only_words_is_said(ends: TwoEnds) -> None:
    ends.faults.arm("read_only", status=403, times=1)
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == [("refused", "forbidden")]
    assert ends.entry("PAY-1").detail["said"] == ["Jira is in read-only mode."]


def test_a_rate_limit_holds_the_whole_site_for_as_long_as_it_asked(ends: TwoEnds) -> None:
    ends.faults.arm("rate_limited", endpoint="transition", retry_after=90)
    ends.click("PAY-1", DONE)
    ends.click("PAY-2", DONE)
    ends.send()
    assert SiteHold.objects.get().until >= ends.clock()
    told = truths([ends.task("PAY-1"), ends.task("PAY-2")], now=ends.clock())
    assert {each.holdup for each in told.values()} == {Holdup.RATE}
    ends.clock.forward(60)
    assert ends.send() == 0
    ends.send_until_quiet()
    assert (ends.states("PAY-1"), ends.states("PAY-2")) == (APPLIED, APPLIED)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_trouble_of_jiras_own_is_waited_for(ends: TwoEnds, status: int) -> None:
    ends.faults.arm("server_error", endpoint="transition", status=status, times=4)
    ends.click("PAY-1", DONE)
    ends.send_until_quiet()
    assert ends.states("PAY-1") == APPLIED


def test_what_is_no_answer_of_jiras_is_given_up_after_some_hours(ends: TwoEnds) -> None:
    ends.faults.arm("wrong_type", endpoint="transitions", times=None)
    ends.click("PAY-1", DONE)
    assert ends.send_until_quiet() == 8
    [(state, code)] = ends.states("PAY-1")
    assert (state, code) == ("refused", "not_json")
    assert ends.posts("PAY-1") == []


def test_a_refused_token_keeps_the_change_until_there_is_a_new_one(ends: TwoEnds) -> None:
    ends.world.revoke("token-of-ada")
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == [("waiting", "token_rejected")]
    for _ in range(2):
        ends.sync()
    row = ends.connection
    row.refresh_from_db()
    assert row.state == State.NEEDS_TOKEN
    ends.clock.forward(3600)
    assert ends.send() == 0
    assert truths([ends.task("PAY-1")], now=ends.clock())[ends.task("PAY-1").pk].holdup is Holdup.TOKEN
    ends.world.reinstate("token-of-ada")
    row.state = State.CONNECTED
    row.save(update_fields=["state"])
    ends.send_until_quiet()
    assert ends.states("PAY-1") == APPLIED


def test_the_limits_of_writes_to_an_issue_are_kept(ends: TwoEnds) -> None:
    ends.faults.arm("write_limits")
    for turn in range(60):
        ends.click("PAY-1", DOING if turn % 2 == 0 else TODO)
        ends.send()
        ends.clock.forward(0.05)
    ends.send_until_quiet()
    assert ends.faults.fired["write_limits"] == 0
    assert ends.both("PAY-1") == (TODO, "new")
    moments = [each.moment for each in ends.posts("PAY-1")]
    for span, most in ((2_000, 20), (30_000, 100)):
        assert max(sum(0 <= when - first < span for when in moments) for first in moments) <= most


def test_one_that_has_to_wait_does_not_hold_up_the_others(ends: TwoEnds) -> None:
    ends.faults.arm("wrong_type", endpoint="transitions", issue="PAY-1", times=None)
    for key in ("PAY-1", "PAY-2", "PAY-3"):
        ends.click(key, DONE)
    ends.send()
    assert (ends.states("PAY-2"), ends.states("PAY-3")) == (APPLIED, APPLIED)
    assert ends.entry("PAY-1").state == "waiting"
