"""An issue goes from one person to another while a change of the first one's is on its way: both see what is so."""

from __future__ import annotations

import pytest

from ekachit.sync.models import Presence
from ekachit.sync.refusals import told
from ekachit.sync.truth import Kind, truths
from ekachit.tasks.models import Status
from tests.sync.two_ends import BOB, TwoEnds, beside

DONE, DOING, TODO = Status.DONE.value, Status.IN_PROGRESS.value, Status.TODO.value
KEY = "PAY-1"


@pytest.fixture
def bob(ends: TwoEnds) -> TwoEnds:
    """Somebody else with a connection to Ada's site, and with other issues than hers."""
    for key in ("PAY-2", "PAY-3", "WEB-2", "WEB-3"):
        ends.world.edit(key, assignee=BOB)
    return beside(ends, account=BOB)


def hand_over(ends: TwoEnds) -> None:
    """Somebody gives Ada's issue to Bob, in Jira."""
    ends.clock.forward(1)
    ends.world.edit(KEY, assignee=BOB)


@pytest.mark.parametrize(("first", "code"), [("her pass", "not_yours"), ("the sender", "reassigned")])
def test_a_change_that_waits_is_not_sent(ends: TwoEnds, bob: TwoEnds, first: str, code: str) -> None:
    ends.faults.arm("rate_limited", endpoint="transitions", retry_after=90)
    ends.click(KEY, DONE)
    ends.send()
    assert ends.states(KEY) == [("waiting", "rate_limited")]
    hand_over(ends)
    ends.clock.forward(3600)
    if first == "her pass":
        ends.sync()
    ends.send_until_quiet()
    ends.sync()
    bob.sync()
    assert ends.posts(KEY) == []
    assert ends.states(KEY) == [("refused", code)]
    task = ends.task(KEY)
    assert (task.status, ends.link(KEY).presence) == (TODO, Presence.GONE)
    assert truths([task], now=ends.clock())[task.pk].kind is Kind.REFUSED
    title = told(ends.entry(KEY)).title
    assert "only your own are changed from here" in title
    assert "may have arrived" not in title
    assert ends.notices() == ["refused"]
    assert bob.both(KEY) == (TODO, "new")
    assert (bob.link(KEY).presence, bob.entries(KEY), bob.notices()) == (Presence.CURRENT, [], [])
    assert ends.conflicts() == bob.conflicts() == []


def test_the_other_one_s_own_change_goes_with_their_own_token(ends: TwoEnds, bob: TwoEnds) -> None:
    ends.click(KEY, DONE)
    hand_over(ends)
    bob.sync()
    bob.click(KEY, DOING)
    ends.send()
    assert [each.account_id for each in ends.posts(KEY)] == [BOB]
    assert ends.states(KEY) == [("refused", "reassigned")]
    assert bob.states(KEY) == [("applied", "")]
    ends.sync()
    assert (ends.task(KEY).status, bob.both(KEY)) == (TODO, (DOING, "indeterminate"))


def test_handed_back_it_is_the_same_task_and_can_be_sent(ends: TwoEnds, bob: TwoEnds) -> None:
    ends.click(KEY, DONE)
    task = ends.task(KEY)
    hand_over(ends)
    ends.send()
    bob.sync()
    ends.clock.forward(1)
    ends.world.edit(KEY, assignee=ends.connection.account_id)
    for each in (ends, bob):
        each.sync()
    assert (ends.task(KEY), ends.link(KEY).presence) == (task, Presence.CURRENT)
    assert bob.link(KEY).presence == Presence.GONE
    ends.click(KEY, DONE)
    ends.send()
    assert ends.both(KEY) == (DONE, "done")
    assert [each.account_id for each in ends.posts(KEY)] == [ends.connection.account_id]


@pytest.mark.parametrize("first", ["her pass", "the sender"])
def test_what_may_have_arrived_before_is_not_called_refused_for_certain(
    ends: TwoEnds, bob: TwoEnds, first: str
) -> None:
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click(KEY, DOING)
    ends.send()
    hand_over(ends)
    ends.clock.forward(60)
    if first == "her pass":
        ends.sync()
    ends.send_until_quiet()
    [(state, _)] = ends.states(KEY)
    assert state == "refused"
    assert "may have arrived" in told(ends.entry(KEY)).title
    bob.sync()
    assert bob.both(KEY) == (DOING, "indeterminate")
    assert len(ends.posts(KEY)) == 1


def test_a_step_that_hands_the_issue_over_by_itself_has_arrived(ends: TwoEnds, bob: TwoEnds) -> None:
    handing = {"do": "reassign", "issue": "@", "to": BOB}
    ends.faults.arm("colleague", change=handing, when="after", endpoint="transition")
    ends.click(KEY, DOING)
    ends.send()
    assert [each.status for each in ends.posts(KEY)] == [204]
    assert ends.states(KEY) == [("applied", "not_read_back")]
    assert (ends.task(KEY).status, ends.notices()) == (DOING, [])
    for each in (ends, bob):
        each.sync()
    assert (ends.task(KEY).status, ends.link(KEY).presence) == (DOING, Presence.GONE)
    assert bob.both(KEY) == (DOING, "indeterminate")
