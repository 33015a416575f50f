"""Sub-tasks: the checklist of their parent, and the one home of a sub-task that is the person's own."""

from __future__ import annotations

from datetime import timedelta

from ekachit.tasks.models import ChecklistItem
from tests.sync.scene import Scene
from tests.sync.simulation.site import ADA, BOB


def test_sub_tasks_are_the_checklist_in_jiras_order(scene: Scene) -> None:
    issue = scene.issue()
    parts = [scene.world.add_subtask(issue.id, f"Part {number}", assignee=BOB) for number in range(3)]
    scene.world.edit(parts[1].id, status="Done")
    scene.synced()
    assert scene.lines(issue) == [("Part 0", False), ("Part 1", True), ("Part 2", False)]


def test_past_thirty_it_says_how_many_more(scene: Scene) -> None:
    issue = scene.issue()
    for number in range(42):
        scene.world.add_subtask(issue.id, f"Part {number}", assignee=BOB)
    scene.synced()
    assert len(scene.lines(issue)) == 30
    assert scene.task(issue).checklist_more == 12


def test_a_part_that_is_done_shows_though_its_parent_does_not_tell(scene: Scene) -> None:
    issue = scene.issue()
    part = scene.world.add_subtask(issue.id, "Part", assignee=BOB)
    scene.synced()
    scene.world.edit(part.id, status="Done")
    scene.synced()
    assert scene.lines(issue) == [("Part", True)]


def test_ones_own_lines_stay(scene: Scene) -> None:
    issue = scene.issue()
    part = scene.world.add_subtask(issue.id, "Part", assignee=BOB)
    scene.synced()
    ChecklistItem.objects.create(task=scene.task(issue), title="Ask Noor")
    scene.world.edit(part.id, summary="Part, said anew")
    scene.synced()
    assert set(scene.task(issue).checklist.values_list("title", flat=True)) == {"Ask Noor", "Part, said anew"}


def test_ones_own_sub_task_has_one_home(scene: Scene) -> None:
    mine, theirs = scene.issue(), scene.issue(assignee=BOB)
    at_home = scene.world.add_subtask(mine.id, "On the checklist", assignee=ADA)
    alone = scene.world.add_subtask(theirs.id, "A task of its own", assignee=ADA)
    scene.synced()
    assert scene.lines(mine) == [("On the checklist", False)]
    assert [scene.has_task(each) for each in (at_home, alone)] == [False, True]


def test_a_new_sub_task_of_ones_own_is_seen_though_its_parent_does_not_tell(scene: Scene) -> None:
    issue = scene.issue()
    scene.synced()
    scene.world.add_subtask(issue.id, "For you", assignee=ADA)
    scene.synced()
    assert scene.lines(issue) == [("For you", False)]


def test_a_sub_task_whose_parent_goes_gets_a_task_in_the_same_pass(scene: Scene) -> None:
    issue, _, _ = (scene.issue() for _ in range(3))
    part = scene.world.add_subtask(issue.id, "Mine still", assignee=ADA)
    scene.synced()
    scene.world.reassign(issue.id, BOB)
    scene.synced()
    assert scene.task(issue).link.presence == "gone"
    assert scene.task(part).title == "Mine still"


def test_a_colleagues_new_sub_task_shows_within_a_day(scene: Scene) -> None:
    """Nothing at its parent tells of it, so the parent is read once a day: one request more, now and then."""
    issue = scene.issue()
    scene.synced()
    scene.world.add_subtask(issue.id, "A colleague's", assignee=BOB)
    asked: list[list[str]] = []
    began = scene.stage.clock()
    while not scene.lines(issue):
        assert scene.stage.clock() - began < timedelta(days=1, hours=1)
        asked.append([each.purpose for each in scene.ran().line.exchanges])
    assert asked[:-1] == [["prove", "list"]] * (len(asked) - 1)
    assert asked[-1] == ["prove", "list", "fetch"]
    assert scene.lines(issue) == [("A colleague's", False)]


def test_a_failed_pass_loses_nobodys_turn(scene: Scene) -> None:
    issue = scene.issue()
    scene.synced()
    scene.world.add_subtask(issue.id, "A colleague's", assignee=BOB)
    scene.stage.clock.advance(86_400)
    scene.stage.doors[scene.person.site].faults.arm("server_error", endpoint="search")
    assert scene.synced().state == "failed"
    assert scene.synced().state == "complete"
    assert scene.lines(issue) == [("A colleague's", False)]
