"""What the histories found, each as a story of its own."""

# ruff: noqa: N802 # names begin with the ids of properties

from __future__ import annotations

from ekachit.connections import actions as connecting
from ekachit.jira.transport import Request, Response
from ekachit.sync.leases import to_send
from ekachit.sync.truth import Kind, truths
from ekachit.tasks.models import Status
from tests.sync.two_ends import TwoEnds

DONE, DOING, TODO = Status.DONE.value, Status.IN_PROGRESS.value, Status.TODO.value


def unpick(ends: TwoEnds, key: str) -> None:
    """The project is no longer picked; the worker's housekeeping has not been round."""
    others = ends.connection.projects.exclude(key=key)
    connecting.pick_projects(ends.connection, list(others.values_list("project_id", flat=True)))


def test_I7_what_waits_for_a_project_no_longer_picked_is_not_sent(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    unpick(ends, "PAY")
    ends.send()
    assert ends.states("PAY-1") == [("cancelled", "two_way_off")]
    assert ends.posts("PAY-1") == []


def test_I7_two_way_is_switched_off_while_the_sender_looks(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    real = ends.around().transport

    class Switching:
        async def send(self, request: Request) -> Response:
            if request.url.partition("?")[0].endswith("/transitions"):
                await ends.around().in_database(ends.set_project, "PAY", two_way=False)
            return await real.send(request)

    ends.transport = Switching()
    ends.send()
    assert ends.states("PAY-1") == [("cancelled", "two_way_off")]
    assert ends.posts("PAY-1") == []


def test_I3_what_is_said_while_nothing_is_sent_replaces_what_waits(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    unpick(ends, "PAY")
    ends.click("PAY-1", TODO)
    assert ends.states("PAY-1") == [("superseded", "")]
    ends.send()
    assert ends.both("PAY-1") == ("todo", "new")


def test_I4_a_status_that_means_done_here_is_no_way_to_in_progress(ends: TwoEnds) -> None:
    ends.set_project("PAY", done_status_id="3", done_status_name="In Progress")
    ends.click("PAY-1", DONE)
    ends.send()
    ends.click("PAY-1", DOING)
    ends.send()
    assert ends.states("PAY-1") == [("applied", ""), ("refused", "no_transition")]
    assert len(ends.posts("PAY-1")) == 1
    assert ends.conflicts() == []


def test_I22_what_stands_behind_a_change_that_waits_claims_nobody(ends: TwoEnds) -> None:
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    ends.click("PAY-1", TODO)
    assert to_send(10, at=ends.clock()) == []
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [("applied", ""), ("applied", "")]


def test_I7_what_arrived_unheard_of_and_was_taken_back_is_not_sent_again(ends: TwoEnds) -> None:
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    ends.in_jira("PAY-1", "To Do")
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [("applied", "")]
    assert len(ends.posts("PAY-1")) == 1
    assert ends.both("PAY-1") == ("todo", "new")


def test_I7_what_did_not_arrive_is_sent_though_the_issue_was_done_once_before(ends: TwoEnds) -> None:
    for status in ("Done", "To Do"):
        ends.in_jira("PAY-1", status)
    ends.sync()
    ends.faults.arm("closed", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send_until_quiet()
    assert [each.status for each in ends.posts("PAY-1")] == [None, 204]
    assert ends.both("PAY-1") == ("done", "done")


def test_I3_what_was_said_again_is_set_aside_where_jira_went_elsewhere(ends: TwoEnds) -> None:
    ends.in_jira("PAY-1", "In Progress")
    ends.sync()
    ends.faults.arm("closed", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    ends.click("PAY-1", DOING)
    ends.in_jira("PAY-1", "To Do")
    ends.send_until_quiet()
    assert ends.both("PAY-1") == ("todo", "new")
    assert {state for state, _ in ends.states("PAY-1")} == {"conflict"}
    assert [(each.ours, each.jiras) for each in ends.conflicts()] == [(DOING, TODO)]


def test_I3_what_is_being_sent_stands_though_the_next_change_was_taken_back(ends: TwoEnds) -> None:
    real = ends.around().transport
    shown: list[Kind] = []

    def there_and_back() -> None:
        ends.click("PAY-1", TODO)
        ends.click("PAY-1", DONE)
        shown.extend(each.kind for each in truths([ends.task("PAY-1")], now=ends.clock()).values())

    class Busy:
        async def send(self, request: Request) -> Response:
            if not shown and "/issue/" in request.url:
                await ends.around().in_database(there_and_back)
            return await real.send(request)

    ends.click("PAY-1", DONE)
    ends.transport = Busy()
    ends.send()
    assert shown == [Kind.WAITING]
    assert ends.states("PAY-1") == [("applied", ""), ("cancelled", "undone")]
    assert ends.both("PAY-1") == ("done", "done")


def moves_on_after_the_write(ends: TwoEnds, *statuses: str) -> None:
    """Right after the write arrives the issue goes through these."""
    real = ends.around().transport

    class Quick:
        async def send(self, request: Request) -> Response:
            response = await real.send(request)
            if request.method == "POST":
                for status in statuses:
                    ends.in_jira("PAY-1", status)
            return response

    ends.transport = Quick()


def test_I4_who_takes_our_change_away_and_gives_it_back_was_not_gone_over(ends: TwoEnds) -> None:
    """Of several changes that led there ours is the one right after our look."""
    moves_on_after_the_write(ends, "In Progress", "Done")
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == [("applied", "")]
    assert ends.conflicts() == []


def test_I4_nor_was_where_our_answer_was_lost(ends: TwoEnds) -> None:
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    for status in ("In Progress", "Done"):
        ends.in_jira("PAY-1", status)
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [("applied", "")]
    assert ends.conflicts() == []


def test_I4_what_was_gone_over_is_told_though_others_went_the_same_way_later(ends: TwoEnds) -> None:
    edit = {"do": "edit", "issue": "PAY-1", "status": "In Progress"}
    ends.faults.arm("colleague", endpoint="transition", change=edit)
    ends.faults.arm("lost_response", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    for status in ("To Do", "Done"):
        ends.in_jira("PAY-1", status)
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [("late_conflict", "")]
    assert [(each.ours, each.jiras) for each in ends.conflicts()] == [(DONE, DOING)]


def test_I4_what_jira_confirmed_is_agreed_on_though_it_may_not_be_read_back(ends: TwoEnds) -> None:
    """Or our own write would be somebody else's by the next change."""
    ends.faults.arm("forbidden", endpoint="issue", at=2)
    ends.click("PAY-1", DOING)
    ends.send()
    assert ends.states("PAY-1") == [("applied", "not_read_back")]
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == [("applied", "not_read_back"), ("applied", "")]
    assert ends.conflicts() == []
    assert ends.both("PAY-1") == ("done", "done")
