"""What a pass does, told in single stories: import, poll, stop, budget, trouble."""

# ruff: noqa: N802 # names begin with the ids of faults and properties

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from ekachit.connections.models import AccessRecord
from ekachit.jira.transport import Request, Response
from ekachit.sync import actions
from ekachit.sync.gate import BudgetSpentError, Gate
from ekachit.sync.leases import Claim, claim
from ekachit.sync.models import Pass, PassState, PutAside
from ekachit.sync.surroundings import Budget, Surroundings
from tests.sync.scene import PAY, Scene
from tests.sync.simulation.passes import let_lease_end, poll


def test_the_import_brings_open_issues_of_picked_projects(scene: Scene) -> None:
    mine, done = scene.issue(), scene.issue(status="Done")
    elsewhere, theirs = scene.issue(project=20004), scene.issue(assignee="712020:bob")
    receipt = scene.synced()
    assert (receipt.state, receipt.is_import, receipt.created) == (PassState.COMPLETE, True, 1)
    assert [scene.has_task(each) for each in (mine, done, elsewhere, theirs)] == [True, False, False, False]
    task = scene.task(mine)
    assert (task.title, task.status, task.points, task.estimate_hours) == ("Write it down", "todo", 3.0, 6.0)
    assert task.link.key == mine.key


def test_I23_a_second_pass_is_two_requests_and_one_row(scene: Scene) -> None:
    scene.issue()
    scene.synced()
    passes, records = Pass.objects.count(), AccessRecord.objects.count()
    ran = scene.ran()
    assert [each.purpose for each in ran.line.exchanges] == ["prove", "list"]
    assert (Pass.objects.count(), AccessRecord.objects.count()) == (passes + 1, records + 2)
    assert ran.receipt is not None
    assert (ran.receipt.created, ran.receipt.updated, ran.receipt.notes) == (0, 0, [])


def test_a_change_is_fetched_by_id_and_read_consistently(scene: Scene) -> None:
    issue = scene.issue()
    scene.synced()
    scene.world.edit(issue.id, summary="Said anew", status="Doing")
    ran = scene.ran()
    assert [each.purpose for each in ran.line.exchanges] == ["prove", "list", "fetch"]
    assert ran.line.exchanges[-1].asked == {str(issue.id)}
    task = scene.task(issue)
    assert (task.title, task.status, task.link.jira_status) == ("Said anew", "in_progress", "Doing")


def test_a_person_stops_the_import_and_goes_on_where_it_was(scene: Scene) -> None:
    issues = [scene.issue(f"Issue {number}") for number in range(10)]
    ran = poll(scene.stage, scene.person, pause_at=9, meanwhile=lambda: stop(scene))
    assert ran is not None
    assert ran.receipt is not None
    assert ran.receipt.state == PassState.STOPPED
    some = sum(scene.has_task(each) for each in issues)
    assert 0 < some < 10
    assert scene.person.reload().due_at is None
    actions.resume(scene.person.connection)
    assert scene.synced().created == 10 - some


def test_stopping_what_a_dead_worker_left_stops_what_is_due(scene: Scene) -> None:
    scene.issue()
    died = poll(scene.stage, scene.person, crash_at=4)
    assert died is not None
    assert died.crashed is not None
    let_lease_end(scene.person)
    stop(scene)
    row = scene.person.reload()
    assert (row.due_at, row.stop_requested) == (None, False)
    actions.resume(row)
    assert scene.synced().state == PassState.COMPLETE


def stop(scene: Scene) -> None:
    assert actions.stop(scene.person.reload())


def test_I9_a_pass_over_budget_ends_and_the_next_goes_on(scene: Scene) -> None:
    for number in range(10):
        scene.issue(f"Issue {number}")
    small = Budget(requests=3)
    with mock.patch.object(Surroundings, "__init__", _with_budget(small)):
        receipt = scene.synced()
    assert (receipt.state, receipt.code) == (PassState.PARTIAL, "budget_spent")
    assert 0 < receipt.created < 10
    assert scene.synced().state == PassState.COMPLETE


async def test_T01_the_seconds_of_a_pass_are_counted_also_while_the_clock_is_set_back() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)

    def clock() -> datetime:
        nonlocal now
        now -= timedelta(hours=1)
        return now

    async def may(*_args: object, **_kwargs: object) -> Any:
        return 0.0

    class Answering:
        async def send(self, request: Request) -> Response:
            await asyncio.sleep(0.03)
            return Response(200, {}, request.url.encode())

    gate = Gate(Claim(1, 1), Surroundings(Answering(), clock, in_database=may, budget=Budget(seconds=0.02)))
    request = Request("GET", "https://a.atlassian.net/", "a.atlassian.net")
    assert (await gate.send(request)).status == 200
    with pytest.raises(BudgetSpentError):
        await gate.send(request)


def _with_budget(budget: Budget) -> object:
    original = Surroundings.__init__

    def init(self: Surroundings, *args: object, **kwargs: object) -> None:
        original(self, *args, **kwargs, budget=budget)  # type: ignore[arg-type, misc] # passed on as they came

    return init


def test_P05_a_poison_issue_is_put_aside_alone_until_it_changes(scene: Scene) -> None:
    bad, good = scene.issue("Poison"), scene.issue("Fine")
    faults = scene.stage.doors[scene.person.site].faults
    faults.arm("poison_issue", victim=str(bad.id), form="bad_date", times=None)
    receipt = scene.synced()
    assert (receipt.created, receipt.failed) == (1, 1)
    assert scene.has_task(good)
    assert PutAside.objects.get().issue_id == str(bad.id)
    faults.disarm()
    scene.world.edit(bad.id, summary="Healed")
    scene.synced()
    assert scene.task(bad).title == "Healed"
    assert not PutAside.objects.exists()


def test_N01_the_time_that_jira_names_holds_for_the_whole_site(scene: Scene) -> None:
    scene.issue()
    scene.stage.doors[scene.person.site].faults.arm("rate_limited", retry_after=600, endpoint="search")
    assert scene.synced().code == "rate_limited"
    asked = scene.stage.clock()
    assert scene.synced().state == PassState.COMPLETE
    assert (scene.stage.clock() - asked).total_seconds() >= 600


def test_A01_the_anonymous_answer_changes_nothing_and_ends_the_polling(scene: Scene) -> None:
    issue = scene.issue()
    scene.synced()
    scene.stage.doors[scene.person.site].faults.arm("anonymous", times=None)
    for _ in range(2):
        assert scene.synced().state == PassState.FAILED
    assert scene.person.reload().state == "needs_token"
    assert scene.person.connection.due_at is None
    assert scene.task(issue).link.presence == "current"


def test_I11_a_pass_that_died_in_between_does_not_earn_the_token_a_third_try(scene: Scene) -> None:
    scene.issue()
    scene.world.revoke("token-ada-1")
    assert scene.synced().code == "token_rejected"
    died = poll(scene.stage, scene.person, crash_at=3)
    assert died is not None
    assert died.crashed is not None
    let_lease_end(scene.person)
    assert scene.synced().code == "token_rejected"
    assert scene.person.reload().state == "needs_token"


def test_the_progress_counts_by_project(scene: Scene) -> None:
    for _ in range(3):
        scene.issue()
    assert scene.synced().progress[PAY][0] == 3


def test_a_database_that_returns_nothing_is_asked_for_the_epoch(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite before 3.35: the claim is the same, and still one alone has it."""
    monkeypatch.setattr(connection.features, "can_return_columns_from_insert", False)
    before = scene.person.reload().epoch
    assert claim(scene.person.connection.pk, "the first") == Claim(scene.person.connection.pk, before + 1)
    assert claim(scene.person.connection.pk, "a second") is None
