"""The plan is lost while status changes wait: each is closed where it can be seen, and nothing is sent any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ekachit.accounts.actions import set_plan
from ekachit.jira.transport import Request, Response
from ekachit.sync import actions, leaving
from ekachit.sync.leases import claim, claim_to_send
from ekachit.sync.refusals import told
from ekachit.sync.truth import Kind, Truth, truths, unsettled_of
from ekachit.tasks.models import Status
from tests.sync.two_ends import TwoEnds

DONE, DOING = Status.DONE.value, Status.IN_PROGRESS.value
NOT_SENT = [("cancelled", "plan")]


def downgrade(ends: TwoEnds) -> int:
    """The person is on the free plan from now on; how many changes were closed."""
    set_plan(ends.user, "free")
    return leaving.follow_plan(ends.user, now=ends.clock())


def truth_of(ends: TwoEnds, key: str) -> Truth:
    task = ends.task(key)
    return truths([task], now=ends.clock())[task.pk]


def requests(ends: TwoEnds) -> list[str]:
    return [method for method, _, _ in ends.door.requests]


class Between:
    """A line on which something else happens right before a request of the given kind leaves."""

    def __init__(self, ends: TwoEnds, method: str, what: Callable[[], object]) -> None:
        self._inner, self._ends, self._method, self._what = ends.around().transport, ends, method, what

    async def send(self, request: Request) -> Response:
        if request.method == self._method and request.url.partition("?")[0].endswith("/transitions"):
            await self._ends.around().in_database(self._what)
        return await self._inner.send(request)


def test_each_change_that_waits_is_closed_and_nothing_follows(ends: TwoEnds) -> None:
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    ends.click("PAY-2", DONE)
    ends.click("WEB-1", DOING)
    assert downgrade(ends) == 3
    asked = requests(ends)
    for key, status in (("PAY-1", DONE), ("PAY-2", DONE), ("WEB-1", DOING)):
        assert ends.states(key) == NOT_SENT
        assert (ends.task(key).status, truth_of(ends, key).kind) == (status, Kind.NOT_SENT)
        assert "left the Pro plan" in told(ends.entry(key)).title
    assert [key for key in ("PAY-1", "PAY-2") if "may have arrived" in told(ends.entry(key)).title] == [
        "PAY-1"
    ]
    assert len(unsettled_of(ends.user, now=ends.clock())) == 3
    ends.clock.forward(3600)
    assert ends.click("PAY-3", DONE) is None, "a new change stays here"
    assert claim_to_send("a test", 10, at=ends.clock()) == []
    assert claim(ends.connection.pk, "a test") is None
    assert not actions.retry(ends.entry("PAY-2"), now=ends.clock())
    assert requests(ends) == asked


def test_with_the_plan_back_nothing_is_sent_unasked(ends: TwoEnds) -> None:
    for key in ("PAY-1", "PAY-2"):
        ends.click(key, DONE)
    downgrade(ends)
    set_plan(ends.user, "pro")
    leaving.follow_plan(ends.user, now=ends.clock())
    ends.sync()
    assert ends.send() == 0
    assert ends.both("PAY-1") == (DONE, "new")
    assert truth_of(ends, "PAY-1").kind is Kind.NOT_SENT
    assert actions.retry(ends.entry("PAY-1"), now=ends.clock())
    ends.send()
    assert ends.states("PAY-1") == [*NOT_SENT, ("applied", "")]
    assert (ends.states("PAY-2"), ends.posts("PAY-2")) == (NOT_SENT, [])


def test_a_downgrade_while_the_sender_looks_stops_it(ends: TwoEnds) -> None:
    ends.transport = Between(ends, "GET", lambda: downgrade(ends))
    ends.click("PAY-1", DONE)
    ends.send()
    assert (ends.states("PAY-1"), ends.posts("PAY-1")) == (NOT_SENT, [])
    assert "may have arrived" not in told(ends.entry("PAY-1")).title


def test_what_is_leaving_at_that_moment_is_not_called_unsent(ends: TwoEnds) -> None:
    ends.transport = Between(ends, "POST", lambda: downgrade(ends))
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == NOT_SENT
    assert "may have arrived" in told(ends.entry("PAY-1")).title
    assert requests(ends)[-1] == "POST", "nothing is asked after it"
    ends.transport = None
    set_plan(ends.user, "pro")
    leaving.follow_plan(ends.user, now=ends.clock())
    ends.sync()
    assert ends.both("PAY-1") == (DONE, "done")
    assert (ends.send(), len(ends.posts("PAY-1"))) == (0, 1)


@pytest.mark.parametrize("by", ["the page", "the worker's round"])
def test_a_plan_lost_by_either_way_says_the_same(ends: TwoEnds, by: str) -> None:
    ends.click("PAY-1", DONE)
    set_plan(ends.user, "free")
    if by == "the page":
        leaving.follow_plan(ends.user, now=ends.clock())
    else:
        leaving.follow_plans(ends.clock())
    assert ends.states("PAY-1") == NOT_SENT
