"""What becomes of one change: it arrives, it is refused with a reason, or Jira is there already."""

# ruff: noqa: N802 # names carry the ids of the faults that the tests cover

from __future__ import annotations

import pytest

from ekachit.connections.models import AccessRecord
from ekachit.sync import actions
from ekachit.sync.models import EntryState
from ekachit.sync.refusals import told
from ekachit.tasks.models import Status
from tests.sync.two_ends import TwoEnds

DONE, DOING, TODO = Status.DONE.value, Status.IN_PROGRESS.value, Status.TODO.value


def test_a_click_arrives_by_three_requests_and_a_reading_back(ends: TwoEnds) -> None:
    before = len(ends.door.requests)
    ends.click("PAY-1", DONE)
    assert ends.states("PAY-1") == [("waiting", "")]
    assert ends.send() == 1
    assert ends.states("PAY-1") == [("applied", "")]
    assert ends.both("PAY-1") == ("done", "done")
    methods = [method for method, path, _ in list(ends.door.requests)[before:] if "/issue/" in path]
    assert methods == ["GET", "GET", "POST", "GET"]
    assert ends.link("PAY-1").jira_status == "Done"
    assert ends.notices() == []


def test_start_and_back_go_the_same_way(ends: TwoEnds) -> None:
    for status, category in ((DOING, "indeterminate"), (TODO, "new"), (DONE, "done"), (TODO, "new")):
        ends.click("PAY-1", status)
        ends.send()
        assert ends.both("PAY-1") == (status, category)
    assert {each.state for each in ends.entries("PAY-1")} == {"applied"}


def test_each_request_is_in_the_ledger_with_its_reason(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    ends.send()
    record = AccessRecord.objects.filter(
        connection=ends.connection, method="POST", path__endswith="/transitions"
    )
    assert [(each.why, each.status, each.fields) for each in record] == [("PAY-1 to Done", 204, "status")]


def test_without_two_way_nothing_leaves(ends: TwoEnds) -> None:
    ends.set_project("PAY", two_way=False)
    assert ends.click("PAY-1", DONE) is None
    assert ends.send() == 0
    assert (ends.both("PAY-1"), ends.posts("PAY-1")) == (("done", "new"), [])


def test_where_jira_is_there_already_nothing_is_sent(ends: TwoEnds) -> None:
    ends.world.edit("PAY-1", status="Done")
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == [("applied", "already_there")]
    assert ends.posts("PAY-1") == []


def test_S14_no_step_leads_there_and_the_task_is_as_jira_has_it(ends: TwoEnds) -> None:
    ends.click("WEB-1", DONE)
    ends.send()
    assert ends.states("WEB-1") == [("refused", "no_transition")]
    assert ends.both("WEB-1") == ("todo", "new")
    assert ends.posts("WEB-1") == []
    assert ends.notices() == ["refused"]
    ends.clock.forward(3600)
    assert ends.send() == 0
    assert "no step" in told(ends.entry("WEB-1")).title


def test_S14_a_way_of_several_steps_is_gone_where_it_is_known_and_allowed(ends: TwoEnds) -> None:
    ends.set_project("WEB", allow_path=True)
    ends.click("WEB-1", DONE)
    ends.send()
    assert ends.states("WEB-1") == [("refused", "no_transition")], "nobody has seen the workflow yet"
    for status in ("In Progress", "In Review"):
        ends.world.edit("WEB-2", status=status)
        ends.sync()
        ends.click("WEB-2", TODO if status == "In Review" else DONE)
        ends.send()
    ends.click("WEB-3", DONE)
    ends.send()
    assert ends.states("WEB-3") == [("applied", "")]
    assert [each.transition for each in ends.posts("WEB-3")] == ["11", "21", "31"]
    assert ends.both("WEB-3") == ("done", "done")


def test_S15_a_field_on_the_screen_is_named_before_anything_is_sent(ends: TwoEnds) -> None:
    ends.click("OPS-1", DONE)
    ends.send()
    entry = ends.entry("OPS-1")
    assert (entry.state, entry.code) == ("refused", "field_required")
    assert told(entry).short == "needs “Resolution”"
    assert [each["id"] for each in entry.detail["fields"]] == ["resolution"]
    assert len(entry.detail["fields"][0]["options"]) > 1
    assert ends.posts("OPS-1") == []
    assert ends.both("OPS-1") == ("todo", "new")


def test_S15_a_value_chosen_once_is_sent_from_then_on(ends: TwoEnds) -> None:
    ends.click("OPS-1", DONE)
    ends.send()
    refused = ends.entry("OPS-1")
    option = refused.detail["fields"][0]["options"][0]
    assert actions.choose_value(refused, "resolution", name="", value_id=option["id"], now=ends.clock())
    ends.send()
    assert ends.states("OPS-1") == [("refused", "field_required"), ("applied", "")]
    assert ends.both("OPS-1") == ("done", "done")
    ends.click("OPS-2", DONE)
    ends.send()
    assert ends.states("OPS-2") == [("applied", "")]
    assert ends.world.issue("OPS-2").resolution_id == option["id"]


def test_S15_a_validator_shows_only_in_the_refusal_and_names_its_field(ends: TwoEnds) -> None:
    ends.click("RISK-1", DONE)
    ends.send()
    entry = ends.entry("RISK-1")
    assert (entry.state, entry.code) == ("refused", "field_required")
    assert entry.detail["said"] == ["Field Resolution is required."]
    assert told(entry).short == "needs “Resolution”"
    assert ends.both("RISK-1") == ("todo", "new")
    assert actions.choose_value(entry, "resolution", name="Done", value_id="", now=ends.clock())
    ends.send()
    assert ends.states("RISK-1")[-1] == ("applied", "")


def test_a_value_that_a_step_does_not_take_is_left_out_in_a_second_try(ends: TwoEnds) -> None:
    ends.set_project("PAY", chosen_values={"resolution": {"id": "", "name": "Done", "revealed": True}})
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == [("applied", "")]
    assert [each.status for each in ends.posts("PAY-1")] == [400, 204]


@pytest.mark.parametrize(
    ("name", "value_id", "kept"), [("", "", False), ("", "no-such", False), ("made up", "", False)]
)
def test_only_a_value_that_jira_offers_is_kept(
    ends: TwoEnds, name: str, value_id: str, *, kept: bool
) -> None:
    ends.click("OPS-1", DONE)
    ends.send()
    assert (
        actions.choose_value(
            ends.entry("OPS-1"), "resolution", name=name, value_id=value_id, now=ends.clock()
        )
        is kept
    )
    assert ends.project("OPS").chosen_values == {}


def test_S16_of_several_steps_the_choice_is_always_the_same(ends: TwoEnds) -> None:
    options = {"id": "10000", "name": "Done", "revealed": False}
    ends.set_project("OPS", chosen_values={"resolution": options})
    for key in ("OPS-1", "OPS-2", "OPS-3"):
        ends.click(key, DONE)
        ends.send()
    taken = {each.transition for key in ("OPS-1", "OPS-2", "OPS-3") for each in ends.posts(key)}
    assert taken == {"2"}, "the lowest id of those that lead to done"


def test_S16_the_configured_status_is_the_target_and_no_other_of_its_category(ends: TwoEnds) -> None:
    ends.set_project(
        "OPS",
        done_status_id="5",
        chosen_values={"resolution": {"id": "10000", "name": "Done", "revealed": False}},
    )
    ends.click("OPS-1", DONE)
    ends.send()
    assert ends.world.issue("OPS-1").status_id == "5"


def test_a_status_that_means_done_here_is_done_here_though_jira_calls_it_in_progress(ends: TwoEnds) -> None:
    rules = actions.TwoWay(two_way=True, done_status_id="10010", done_status_name="In Review")
    actions.set_two_way(ends.project("WEB"), rules, now=ends.clock())
    ends.click("WEB-1", DOING)
    ends.send()
    ends.click("WEB-1", DONE)
    ends.send()
    assert ends.states("WEB-1")[-1] == ("applied", "")
    assert ends.both("WEB-1") == ("done", "indeterminate")
    ends.sync()
    assert ends.both("WEB-1") == ("done", "indeterminate")
    assert ends.conflicts() == []


def test_what_a_status_means_is_taken_over_by_the_next_pass(ends: TwoEnds) -> None:
    ends.in_jira("WEB-1", "In Review")
    ends.sync()
    assert ends.task("WEB-1").status == DOING
    rules = actions.TwoWay(two_way=True, done_status_id="10010", done_status_name="In Review")
    actions.set_two_way(ends.project("WEB"), rules, now=ends.clock())
    ends.sync()
    assert ends.task("WEB-1").status == DONE


def test_an_issue_given_to_somebody_else_is_not_touched(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    ends.world.edit("PAY-1", assignee="account-of-bob")
    ends.send()
    assert ends.states("PAY-1") == [("refused", "reassigned")]
    assert ends.posts("PAY-1") == []


def test_an_issue_that_is_gone_says_so(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    ends.world.delete("PAY-1")
    ends.send()
    assert ends.states("PAY-1") == [("refused", "not_found")]
    assert "no such issue" in told(ends.entry("PAY-1")).title


def test_a_refusal_in_jiras_words_is_kept_and_not_tried_again(ends: TwoEnds) -> None:
    ends.faults.arm("forbidden", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    assert ends.states("PAY-1") == [("refused", "forbidden")]
    assert ends.both("PAY-1") == ("todo", "new")
    assert ends.send() == 0


def test_a_refused_change_can_be_tried_again_or_left(ends: TwoEnds) -> None:
    ends.faults.arm("forbidden", endpoint="transition")
    ends.click("PAY-1", DONE)
    ends.send()
    refused = ends.entry("PAY-1")
    assert actions.retry(refused, now=ends.clock())
    assert not actions.retry(refused, now=ends.clock()), "there is a later one"
    ends.send()
    assert ends.states("PAY-1") == [("refused", "forbidden"), ("applied", "")]
    assert actions.leave(refused, now=ends.clock())
    assert not actions.leave(refused, now=ends.clock())
    assert not actions.leave(ends.entry("PAY-1"), now=ends.clock()), "it has arrived"


def test_final_states_never_change(ends: TwoEnds) -> None:
    ends.click("WEB-1", DONE)
    ends.send()
    ends.click("PAY-1", DONE)
    ends.send()
    before = [
        (each.pk, each.state, each.code, each.ended_at)
        for key in ("WEB-1", "PAY-1")
        for each in ends.entries(key)
    ]
    ends.sync()
    ends.click("PAY-1", TODO)
    ends.send()
    after = {
        each.pk: (each.pk, each.state, each.code, each.ended_at)
        for key in ("WEB-1", "PAY-1")
        for each in ends.entries(key)
    }
    assert before == [after[row[0]] for row in before]
    assert EntryState.APPLIED in {row[1] for row in before}
