"""S: what Jira shows late, partly, or no longer."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from ekachit.sandbox.seed_workflows import WORKFLOWS
from ekachit.sync.actions import reapply, set_status
from ekachit.sync.models import Conflict, Link, PassState
from ekachit.sync.upkeep import mend_versions
from ekachit.tasks.models import ChecklistItem, Task
from tests.faults.stage import Site, settle
from tests.faults.world import ADA, ADAS_EMAIL, BOB, BOBS_EMAIL, BOBS_TOKEN, small_world


def test_S01_I5_a_late_index_never_takes_a_change_back(adas: Site) -> None:
    adas.faults.arm("index_lag")
    adas.world.edit("PAY-2", status="In Progress")
    adas.world.catch_up(["PAY-2"])
    adas.run()
    assert adas.tasks()["PAY-2"] == "in_progress"
    version = adas.link("PAY-2").version
    adas.faults.disarm()
    adas.world.lag(600, issue="PAY-2")
    adas.world.edit("PAY-2", status="Done")
    for _ in range(3):
        adas.forward(1800)
        adas.run()
        assert adas.tasks()["PAY-2"] != "todo"
        now = adas.link("PAY-2").version
        assert version is not None
        assert now is not None
        assert now >= version


def test_S02_I1_an_issue_skipped_between_pages_is_not_gone(adas: Site) -> None:
    more = settle(small_world(250), email="second@yourteam.dev")
    more.faults.arm("pages_shift", by=1, at=1)
    more.run()
    more.faults.disarm()
    more.forward(1800)
    more.run()
    assert more.tasks() == more.truth()
    more.faults.arm("pages_shift", by=3, times=None)
    more.forward(1800)
    receipt = more.run()
    assert receipt.state == PassState.COMPLETE
    assert set(more.presence().values()) == {"current"}, "I6"
    more.faults.arm("pages_shift", by=-3, times=None)
    more.forward(1800)
    more.run()
    assert more.tasks() == more.truth()


def test_S04_I4_both_changed_and_jira_wins(adas: Site) -> None:
    now = timezone.now()
    set_status(adas.task("PAY-2"), "done", now=now)
    adas.world.edit("PAY-2", status="In Progress")
    receipt = adas.run()
    assert receipt.set_aside == 1
    assert adas.tasks()["PAY-2"] == "in_progress"
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.ours, conflict.jiras, conflict.ours_at) == (
        "todo",
        "done",
        "in_progress",
        now,
    )
    assert "set_aside" in adas.notices()
    assert adas.world.received == [], "nothing was sent"
    assert reapply(conflict, now=now)
    assert adas.tasks()["PAY-2"] == "done"


@pytest.mark.parametrize(
    ("kind", "given"),
    [("drop_ids", {"ids": ["PAY-2"]}), ("truncated", {"keep": 2}), ("empty", {})],
)
def test_S06_I6_what_a_list_leaves_out_is_asked_for(adas: Site, kind: str, given: dict[str, object]) -> None:
    adas.faults.arm(kind, endpoint="search", at=1, times=1, **given)
    before = adas.snapshot()
    receipt = adas.run()
    assert adas.faults.fired[kind] == 1
    assert receipt.state == PassState.COMPLETE, "the issues themselves were there"
    assert adas.snapshot() == before
    assert set(adas.presence().values()) == {"current"}


def test_S06_what_is_truly_gone_is_marked_and_kept(adas: Site) -> None:
    Task.objects.filter(link__key="PAY-2").update(notes="Mine", estimate_override_hours=3)
    adas.world.reassign("PAY-2", BOBS_EMAIL)
    adas.run()
    assert adas.presence()["PAY-2"] == "gone"
    task = adas.task("PAY-2")
    assert (task.notes, task.estimate_override_hours, task.status) == ("Mine", 3, "todo")


def test_S07_I6_a_list_that_is_suddenly_empty_needs_a_second_pass(adas: Site) -> None:
    for key in list(adas.tasks()):
        adas.world.reassign(key, BOBS_EMAIL)
    first = adas.run()
    assert (first.state, first.code) == (PassState.PARTIAL, "list_shrank")
    assert set(adas.presence().values()) == {"current"}
    row = adas.row
    assert row.due_at is not None
    assert 60 <= (row.due_at - adas.clock()).total_seconds() <= 120, "the second comes soon"
    adas.forward(90)
    assert adas.run().state == PassState.COMPLETE
    assert set(adas.presence().values()) == {"gone"}


def test_S07_an_empty_answer_to_everything_marks_nothing_if_it_passes(adas: Site) -> None:
    adas.faults.arm("empty", times=None)
    adas.run()
    adas.faults.disarm()
    adas.forward(90)
    assert adas.run().state == PassState.COMPLETE
    assert set(adas.presence().values()) == {"current"}
    assert adas.row.absence_suspects == []


def test_S08_reassigned_and_back_is_the_same_task(adas: Site) -> None:
    task = adas.task("PAY-3")
    adas.world.reassign("PAY-3", BOBS_EMAIL)
    adas.run()
    assert adas.presence()["PAY-3"] == "gone"
    adas.world.reassign("PAY-3", ADAS_EMAIL)
    adas.forward(1800)
    adas.run()
    assert adas.presence()["PAY-3"] == "current"
    assert adas.task("PAY-3").pk == task.pk


def test_S09_a_moved_issue_keeps_its_task(adas: Site) -> None:
    task = adas.task("PAY-3")
    moved = adas.world.move("PAY-3", "OPS")
    adas.run()
    assert adas.task(moved.key).pk == task.pk
    assert Task.objects.filter(user=adas.user).count() == len(adas.truth())


@pytest.mark.parametrize("way", ["delete", "hide"])
def test_S10_S11_deleted_or_hidden_issues_keep_their_tasks(adas: Site, way: str) -> None:
    task = adas.task("PAY-3")
    getattr(adas.world, way)("PAY-3")
    adas.run()
    assert adas.presence()["PAY-3"] == "gone"
    assert adas.task("PAY-3").pk == task.pk
    if way == "hide":
        adas.world.hide("PAY-3", hidden=False)
        adas.forward(1800)
        adas.run()
        assert adas.presence()["PAY-3"] == "current"


@pytest.mark.parametrize("way", ["delete", "reassign"])
def test_S10_what_was_done_and_opened_again_here_is_looked_after_too(adas: Site, way: str) -> None:
    """It is in no list of open issues, so it is asked for once a day."""
    adas.world.edit("PAY-3", status="Done")
    adas.run()
    set_status(adas.task("PAY-3"), "in_progress", now=adas.clock())
    adas.forward(1800)
    adas.run()
    assert (adas.tasks()["PAY-3"], adas.presence()["PAY-3"]) == ("in_progress", "current")
    assert adas.world.received == [], "two-way is off"
    if way == "delete":
        adas.world.delete("PAY-3")
    else:
        adas.world.reassign("PAY-3", BOBS_EMAIL)
    adas.forward(86_400)
    assert adas.run().state == PassState.COMPLETE
    assert (adas.tasks()["PAY-3"], adas.presence()["PAY-3"]) == ("in_progress", "gone")


def test_S10_what_is_done_on_both_sides_is_not_asked_for(adas: Site) -> None:
    adas.world.edit("PAY-3", status="Done")
    adas.run()
    assert adas.tasks()["PAY-3"] == "done"
    adas.world.delete("PAY-3")
    adas.forward(86_400)
    adas.run()
    assert (adas.tasks()["PAY-3"], adas.presence()["PAY-3"]) == ("done", "current")


def test_S12_a_project_that_went_away_is_said_and_drops_alone(adas: Site) -> None:
    adas.world.edit("PAY-2", summary="Still read")
    adas.world.hide_project("OPS")
    receipt = adas.run()
    assert (receipt.state, receipt.code) == (PassState.COMPLETE, "project_gone")
    assert {"project": "OPS", "gone": True} in receipt.notes
    assert adas.task("PAY-2").title == "Still read"
    assert "OPS-1" in adas.tasks()


def test_S13_statuses_count_by_category_never_by_name(adas: Site) -> None:
    adas.world.rename_status("To Do", "Fertig")
    adas.run()
    assert set(adas.tasks().values()) == {"todo"}
    adas.world.set_status_category("Fertig", "undefined")
    adas.world.edit("PAY-2", summary="Touched")
    adas.forward(1800)
    adas.run()
    assert adas.tasks()["PAY-2"] == "todo", "what cannot be read flips nothing"


def test_S13_what_an_administrator_makes_of_a_status_shows_with_the_next_pass(adas: Site) -> None:
    """No issue's version tells of it, so the list itself has to."""
    names = set(Link.objects.values_list("jira_status", flat=True))
    assert names == {"To Do"}
    for name, category, status in (
        ("Backlog", "new", "todo"),
        ("Backlog", "indeterminate", "in_progress"),
        ("Backlog", "undefined", "in_progress"),
        ("Ready", "new", "todo"),
    ):
        adas.world.rename_status(next(iter(names)), name)
        names = {name}
        adas.world.set_status_category(name, category)
        adas.forward(1800)
        assert adas.run().state == PassState.COMPLETE
        assert set(Link.objects.values_list("jira_status", flat=True)) == names
        assert set(adas.tasks().values()) == {status}
    adas.forward(1800)
    asked = len(adas.door.requests)
    adas.run()
    assert len(adas.door.requests) - asked == 3, "proof, list, the one with open sub-tasks: no news any more"


def test_S13_a_late_list_with_an_old_status_is_not_asked_about(adas: Site) -> None:
    adas.world.lag()
    adas.world.edit("PAY-2", status="In Progress")
    adas.world.catch_up(["PAY-2"])
    adas.run()
    adas.world.edit("PAY-2", status="To Do")
    adas.world.catch_up(["PAY-2"])
    adas.forward(1800)
    adas.run()
    version = adas.link("PAY-2").version
    adas.faults.arm("index_lag")
    adas.forward(1800)
    adas.run()
    assert (adas.tasks()["PAY-2"], adas.link("PAY-2").version) == ("todo", version)


def test_S18_I3_back_and_forth_before_a_pass_leaves_no_conflict(adas: Site) -> None:
    for status in ("done", "todo", "in_progress", "todo"):
        set_status(adas.task("PAY-2"), status, now=adas.clock())
    adas.world.edit("PAY-2", status="In Progress")
    adas.run()
    assert adas.tasks()["PAY-2"] == "in_progress"
    assert not Conflict.objects.exists()


def test_S19_I23_a_hundred_polls_of_nothing_write_nothing(adas: Site) -> None:
    before = adas.snapshot()
    for _ in range(100):
        adas.forward(1800)
        assert adas.run().state == PassState.COMPLETE
    assert adas.snapshot() == before
    assert adas.world.received == []


def test_S20_two_people_on_one_site_hold_the_same_issue_apart(adas: Site) -> None:
    bob = settle(
        adas.world,
        door=adas.door,
        email="second@yourteam.dev",
        account=(BOB, BOBS_EMAIL, BOBS_TOKEN),
    ).imported()
    adas.world.reassign("PAY-2", BOBS_EMAIL)
    for each in (adas, bob):
        each.forward(1800)
        each.run()
    assert adas.presence()["PAY-2"] == "gone"
    assert bob.presence()["PAY-2"] == "current"
    assert adas.task("PAY-2").pk != bob.task("PAY-2").pk
    assert not Link.objects.exclude(user=adas.user).filter(task__user=adas.user).exists()


def test_S22_I9_a_pass_over_budget_goes_on_where_it_came_to(ada: Site) -> None:
    many = settle(small_world(1020), email="second@yourteam.dev")
    many.budget = type(many.budget)(body_bytes=1_500_000)
    states = []
    for _ in range(12):
        held = len(many.tasks())
        receipt = many.run()
        states.append(receipt.state)
        assert receipt.requests <= 40, "I9"
        assert receipt.state == PassState.COMPLETE or len(many.tasks()) > held, "each goes further"
        assert set(many.presence().values()) <= {"current"}, "no absence from a part"
        many.forward(90)
        if receipt.state == PassState.COMPLETE:
            break
    assert states[0] == PassState.PARTIAL
    assert states[-1] == PassState.COMPLETE
    assert many.tasks() == many.truth()


@pytest.mark.parametrize("version", [datetime(2999, 12, 31, tzinfo=UTC), None])
def test_S23_an_impossible_version_is_not_silence(adas: Site, version: datetime | None) -> None:
    Link.objects.filter(key="PAY-2").update(version=version)
    adas.world.edit("PAY-2", summary="New title")
    mend_versions(adas.clock())
    assert adas.run().state == PassState.COMPLETE
    assert adas.task("PAY-2").title == "New title"
    assert adas.link("PAY-3").version is not None, "a version that can be is left alone"


def test_a_checklist_keeps_the_persons_own_lines(adas: Site) -> None:
    own = ChecklistItem.objects.create(task=adas.task("PAY-1"), title="Mine")
    adas.world.add_subtask("PAY-1", "One more part")
    adas.run()
    lines = ChecklistItem.objects.filter(task__link__key="PAY-1")
    assert set(lines.values_list("title", flat=True)) == {"Mine", "Part 1", "Part 2", "One more part"}
    assert lines.get(title="Mine").pk == own.pk


def test_the_world_of_these_tests_has_the_workflows() -> None:
    assert {each.name for each, _ in WORKFLOWS} >= {"simple"}
    assert small_world().account(ADA).email == ADAS_EMAIL
