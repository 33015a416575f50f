"""What becomes of a task when its issue, or the choice of projects, changes."""

# ruff: noqa: N802 # names begin with the ids of faults and properties

from __future__ import annotations

from decimal import Decimal

import pytest

from ekachit.accounts.actions import set_multiplier
from ekachit.connections.models import Connection
from ekachit.sync import actions
from ekachit.sync.models import Conflict
from ekachit.tasks.actions import reestimate
from tests.sync.scene import APP, OPS, PAY, Scene
from tests.sync.simulation.passes import poll
from tests.sync.simulation.site import ADA, BOB


def test_S08_reassigned_and_returned_is_the_same_task(scene: Scene) -> None:
    issues = [scene.issue() for _ in range(3)]
    scene.synced()
    task = scene.task(issues[0])
    scene.world.reassign(issues[0].id, BOB)
    scene.synced()
    assert scene.task(issues[0]).link.presence == "gone"
    scene.world.reassign(issues[0].id, ADA)
    scene.synced()
    back = scene.task(issues[0])
    assert (back.pk, back.link.presence) == (task.pk, "current")


def test_S09_moved_is_the_same_task_with_a_new_key(scene: Scene) -> None:
    issue = scene.issue()
    scene.synced()
    before = scene.task(issue)
    scene.world.move(issue.id, int(OPS))
    scene.synced()
    after = scene.task(issue)
    assert after.pk == before.pk
    assert after.link.key == issue.key != before.link.key


def test_moved_to_a_project_not_picked_says_so(scene: Scene) -> None:
    issue = scene.issue()
    scene.synced()
    scene.world.move(issue.id, int(APP))
    scene.synced()
    assert scene.task(issue).link.presence == "not_picked"


def test_a_renamed_project_gives_new_keys_though_no_version_tells(scene: Scene) -> None:
    issue = scene.issue()
    scene.synced()
    scene.world.rename_project(PAY, key="CASH")
    scene.synced()
    assert scene.task(issue).link.key == issue.key
    assert issue.key.startswith("CASH-")


def test_S10_S11_deleted_and_hidden_keep_their_tasks(scene: Scene) -> None:
    deleted, hidden, other, another = (scene.issue() for _ in range(4))
    scene.synced()
    scene.world.delete(deleted.id)
    scene.world.hide(hidden.id)
    scene.synced()
    assert [scene.task(each).link.presence for each in (deleted, hidden, other, another)] == [
        *("gone", "gone", "current", "current")
    ]
    scene.world.hide(hidden.id, hidden=False)
    scene.synced()
    assert scene.task(hidden).link.presence == "current"


def test_S12_a_deselected_project_keeps_its_tasks(scene: Scene) -> None:
    pay, ops = scene.issue(), scene.issue(project=int(OPS))
    scene.synced()
    scene.pick(PAY)
    scene.synced()
    assert [scene.task(each).link.presence for each in (pay, ops)] == ["current", "not_picked"]
    new = scene.issue(project=int(OPS))
    scene.synced()
    assert not scene.has_task(new)


def test_a_vanished_project_drops_alone_and_is_named(scene: Scene) -> None:
    pay, ops = scene.issue(), scene.issue(project=int(OPS))
    scene.synced()
    scene.world.hide_project(OPS)
    scene.world.edit(pay.id, summary="Goes on")
    receipt = scene.synced()
    assert {"project": "OPS", "gone": True}.items() <= next(
        each for each in receipt.notes if "project" in each
    ).items()
    assert scene.task(pay).title == "Goes on"
    assert scene.has_task(ops)


def test_S07_a_list_that_shrinks_by_more_than_half_is_looked_at_twice(scene: Scene) -> None:
    issues = [scene.issue() for _ in range(4)]
    scene.synced()
    for each in issues[:3]:
        scene.world.reassign(each.id, BOB)
    first = scene.synced()
    assert first.code == "list_shrank"
    assert {scene.task(each).link.presence for each in issues} == {"current"}
    scene.synced()
    assert [scene.task(each).link.presence for each in issues] == ["gone", "gone", "gone", "current"]


def test_points_change_the_estimate_until_work_begins(scene: Scene) -> None:
    issue = scene.issue(points=3.0)
    scene.synced()
    scene.world.edit(issue.id, points=5)
    scene.synced()
    assert scene.task(issue).estimate_hours == 10.0
    actions.set_status(scene.task(issue), "in_progress", now=scene.stage.clock())
    scene.world.edit(issue.id, points=8)
    scene.synced()
    task = scene.task(issue)
    assert (task.points, task.started_points, task.estimate_hours) == (8.0, 5.0, 10.0)


@pytest.mark.parametrize("by", ["the person", "Jira"])
def test_a_task_that_is_opened_again_has_todays_estimate(scene: Scene, by: str) -> None:
    issue = scene.issue(points=3.0)
    scene.synced()
    scene.world.edit(issue.id, status="Done")
    scene.synced()
    user = scene.person.user
    set_multiplier(user, Decimal("1.00"))
    reestimate(user)
    assert scene.task(issue).estimate_hours == 6.0
    if by == "Jira":
        scene.world.edit(issue.id, status="Doing")
        scene.synced()
    else:
        actions.set_status(scene.task(issue), "todo", now=scene.stage.clock())
    assert scene.task(issue).estimate_hours == 3.0


def test_points_do_not_touch_what_the_person_typed(scene: Scene) -> None:
    issue = scene.issue(points=3.0)
    scene.synced()
    task = scene.task(issue)
    task.estimate_override_hours = task.estimate_hours = 7.0
    task.save()
    scene.world.edit(issue.id, points=5)
    scene.synced()
    assert scene.task(issue).estimate_hours == 7.0


def test_S04_I4_jira_wins_and_ours_is_one_click_away(scene: Scene) -> None:
    issue = scene.issue()
    scene.synced()
    actions.set_status(scene.task(issue), "in_progress", now=scene.stage.clock())
    scene.world.edit(issue.id, status="Done")
    scene.synced()
    assert scene.task(issue).status == "done"
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.ours, conflict.jiras) == ("todo", "in_progress", "done")
    assert actions.reapply(conflict, now=scene.stage.clock())
    assert scene.task(issue).status == "in_progress"
    scene.synced()
    assert scene.task(issue).status == "in_progress"
    assert Conflict.objects.count() == 1


def test_both_sides_to_the_same_is_no_conflict(scene: Scene) -> None:
    issue = scene.issue()
    scene.synced()
    actions.set_status(scene.task(issue), "done", now=scene.stage.clock())
    scene.world.edit(issue.id, status="Done")
    scene.synced()
    assert not Conflict.objects.exists()
    assert scene.task(issue).link.base["status"] == "done"


def test_what_was_tied_by_the_sites_name_stays_tied_once_its_id_is_known(scene: Scene) -> None:
    """A site that did not tell its id when it was connected."""
    issue, gone = scene.issue(), scene.issue()
    person = scene.person
    Connection.objects.update(cloud_id=person.site)
    scene.synced()
    task = scene.task(issue)
    assert task.link.cloud_id == person.site
    Connection.objects.update(cloud_id="the-sites-own-id")
    scene.world.edit(issue.id, summary="Said anew")
    scene.world.reassign(gone.id, BOB)
    scene.issue("A third, so that not half of them go at once")
    assert scene.synced().created == 1
    same, lost = scene.task(issue), scene.task(gone)
    assert (same.pk, same.title, same.link.cloud_id) == (task.pk, "Said anew", "the-sites-own-id")
    assert (lost.link.presence, lost.link.cloud_id) == ("gone", "the-sites-own-id")


def test_an_id_that_becomes_known_in_the_middle_of_a_pass_doubles_nothing(scene: Scene) -> None:
    issue = scene.issue()
    Connection.objects.update(cloud_id=scene.person.site)
    scene.synced()
    scene.world.edit(issue.id, summary="Said anew")

    def learn() -> None:
        Connection.objects.update(cloud_id="the-sites-own-id")

    ran = poll(scene.stage, scene.person, pause_at=6, meanwhile=learn)
    assert ran is not None
    assert ran.disturbed is not None
    scene.synced()
    assert scene.task(issue).title == "Said anew", "and there is only one"
