"""The page of what was set aside: both values, who and when, and one click for each way to go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from ekachit.sync.models import Conflict, ConflictKind, ConflictState
from ekachit.tasks.models import Status, Task
from tests.web.making import make_conflict, make_issue, make_task

ADDRESS = "/set-aside/"


@pytest.fixture
def task(connection: Connection) -> Task:
    return make_issue(connection, "PAY-482", "Retry webhook delivery", status=Status.IN_PROGRESS)


def test_both_values_are_there_with_who_and_when(browser_of_ada: Client, ada: User, task: Task) -> None:
    ada.time_zone = "Europe/Berlin"
    ada.save()
    day = datetime(2026, 11, 3, tzinfo=UTC)
    make_conflict(task, ours_at=day.replace(hour=13, minute=2), jiras_at=day.replace(hour=13, minute=5))
    page = browser_of_ada.get(ADDRESS).text
    assert '<a class="key" href="https://yourteam.atlassian.net/browse/PAY-482"' in page
    for part in (
        "Retry webhook delivery",
        "<strong>Done</strong>",
        "<strong>In Review</strong>",
        "(In Progress)",
    ):
        assert part in page
    assert ">3 Nov, 14:02</time>" in page.partition("<dt>Yours</dt>")[2].partition("</dd>")[0]
    assert ">3 Nov, 14:05</time>" in page.partition("<dt>In Jira</dt>")[2].partition("</dd>")[0]


def test_a_jira_status_named_like_ours_is_said_once(browser_of_ada: Client, task: Task) -> None:
    make_conflict(task, jira_status="In progress", ours_at=None)
    page = browser_of_ada.get(ADDRESS).text
    assert "<strong>In Progress</strong>" in page
    assert "(In Progress)" not in page
    assert '<span class="muted small">you</span>' in page


def test_try_again_gives_the_task_what_was_set_aside(browser_of_ada: Client, task: Task) -> None:
    conflict = make_conflict(task)
    page = browser_of_ada.post(f"{ADDRESS}{conflict.pk}/again/", follow=True)
    assert page.redirect_chain == [(ADDRESS, 302)]
    task.refresh_from_db()
    conflict.refresh_from_db()
    assert (task.status, conflict.state) == (Status.DONE, ConflictState.REAPPLIED)
    assert "“Retry webhook delivery” is “Done” again." in page.text
    assert "Nothing is set aside." in page.text


def test_what_was_sent_already_can_only_be_left(browser_of_ada: Client, task: Task) -> None:
    make_conflict(task, kind=ConflictKind.LATE)
    page = browser_of_ada.get(ADDRESS).text
    assert "had been sent when this was seen" in page
    assert "Try again<" not in page
    assert "Leave it<" in page


def test_leave_it_leaves_the_task_as_jira_has_it(browser_of_ada: Client, task: Task) -> None:
    conflict = make_conflict(task)
    page = browser_of_ada.post(f"{ADDRESS}{conflict.pk}/leave/", follow=True).text
    task.refresh_from_db()
    conflict.refresh_from_db()
    assert (task.status, conflict.state) == (Status.IN_PROGRESS, ConflictState.DISMISSED)
    assert "stays as Jira has it." in page


@pytest.mark.parametrize(("first", "second"), [("again", "leave"), ("leave", "again"), ("again", "again")])
def test_the_second_click_changes_nothing(
    browser_of_ada: Client, task: Task, first: str, second: str
) -> None:
    conflict = make_conflict(task)
    browser_of_ada.post(f"{ADDRESS}{conflict.pk}/{first}/")
    before = (Task.objects.get(pk=task.pk).status, Conflict.objects.get(pk=conflict.pk).state)
    page = browser_of_ada.post(f"{ADDRESS}{conflict.pk}/{second}/", follow=True).text
    assert (Task.objects.get(pk=task.pk).status, Conflict.objects.get(pk=conflict.pk).state) == before
    assert "settled already" in page


def test_leave_all_closes_each_open_one_and_no_one_else_s(
    browser_of_ada: Client, connection: Connection, task: Task, outsider: Client
) -> None:
    make_conflict(task)
    assert "Leave all" not in browser_of_ada.get(ADDRESS).text
    make_conflict(make_issue(connection, "PAY-9"))
    assert "Leave all" in browser_of_ada.get(ADDRESS).text
    outsider.post(f"{ADDRESS}leave-all/")
    assert Conflict.objects.filter(state=ConflictState.OPEN).count() == 2
    assert "2 tasks stay as Jira has them." in browser_of_ada.post(f"{ADDRESS}leave-all/", follow=True).text
    assert not Conflict.objects.filter(state=ConflictState.OPEN).exists()


def test_what_was_settled_stays_for_30_days(
    browser_of_ada: Client, connection: Connection, task: Task
) -> None:
    now = timezone.now()
    make_conflict(task, state=ConflictState.REAPPLIED, closed_at=now - timedelta(days=29))
    old = make_issue(connection, "OLD-1", "Long ago")
    make_conflict(old, state=ConflictState.DISMISSED, closed_at=now - timedelta(days=31))
    page = browser_of_ada.get(ADDRESS).text
    assert "applied again" in page
    assert "Long ago" not in page


def test_the_row_has_a_chip_that_leads_there_while_it_is_open(browser_of_ada: Client, task: Task) -> None:
    conflict = make_conflict(task)
    chip = f'<a class="chip trouble" href="/set-aside/#task-{task.pk}">set aside'
    assert chip in browser_of_ada.get("/today/").text
    assert f'id="task-{task.pk}"' in browser_of_ada.get(ADDRESS).text
    browser_of_ada.post(f"{ADDRESS}{conflict.pk}/leave/")
    assert chip not in browser_of_ada.get("/today/").text


def test_the_navigation_counts_only_when_there_are_some(browser_of_ada: Client, task: Task) -> None:
    assert "Set aside" not in browser_of_ada.get("/today/").text
    conflict = make_conflict(task)
    assert 'Set aside <span class="count">1</span>' in browser_of_ada.get("/today/").text
    browser_of_ada.post(f"{ADDRESS}{conflict.pk}/leave/")
    assert "Set aside" not in browser_of_ada.get("/today/").text


def test_a_task_twice_in_conflict_has_one_anchor(browser_of_ada: Client, task: Task) -> None:
    make_conflict(task)
    make_conflict(task)
    assert browser_of_ada.get(ADDRESS).text.count(f'id="task-{task.pk}"') == 1


def test_names_of_jira_are_never_code(browser_of_ada: Client, task: Task) -> None:
    evil = "<script>alert(1)</script>"
    Task.objects.update(title=evil)
    make_conflict(task, jira_status=evil)
    page = browser_of_ada.get(ADDRESS).text
    assert "<script>alert" not in page


@pytest.mark.parametrize("action", ["again", "leave"])
def test_an_outsider_changes_nothing(
    outsider: Client, client: Client, task: Task, browser_of_ada: Client, action: str
) -> None:
    conflict = make_conflict(task)
    assert outsider.post(f"{ADDRESS}{conflict.pk}/{action}/").status_code == 404
    assert client.post(f"{ADDRESS}{conflict.pk}/{action}/").status_code == 302
    assert browser_of_ada.get(f"{ADDRESS}{conflict.pk}/{action}/").status_code == 405
    conflict.refresh_from_db()
    assert conflict.state == ConflictState.OPEN
    assert "Retry webhook delivery" not in outsider.get(ADDRESS).text


def test_an_own_task_needs_no_link_to_be_shown(browser_of_ada: Client, task: Task, ada: User) -> None:
    conflict = make_conflict(task)
    Conflict.objects.filter(pk=conflict.pk).update(task=make_task(ada, "Mine alone"))
    page = browser_of_ada.get(ADDRESS).text
    assert "Mine alone" in page
    assert "/browse/" not in page
