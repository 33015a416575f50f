"""What an answer holds for a page that keeps its rows: what is other, and the order of all."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, Project
from ekachit.estimates.recall import forget_all
from ekachit.sync.models import EntryState, Link, OutboxEntry
from ekachit.sync.truth import Truth, truths_from
from ekachit.tasks.models import FocusSession, Status, Task
from tests.web.looking import htmx, row_of
from tests.web.making import make_issue, make_task

PAGES = {"/today/": "/today/rows/", "/board/": "/board/columns/"}


@pytest.fixture(autouse=True)
def _nothing_learned() -> None:
    """The ids of people come again from test to test."""
    forget_all()


def shown(page: str = "") -> str:
    """What the script sends of a page: its day, and what each row says that goes on by itself."""
    alive = re.findall(r'id="task-(\d+)"[^>]* data-life="(\w+)"', page)
    return " ".join([timezone.localdate().isoformat(), *(f"{key}.{life}" for key, life in alive)])


def orders(answer: str) -> dict[str, list[int]]:
    found = re.findall(r'<ul data-status="(\w+)" data-order="([\d ]*)">', answer)
    return {status: [int(key) for key in keys.split()] for status, keys in found}


def anew(answer: str) -> set[int]:
    return {int(key) for key in re.findall(r'<li class="row[^"]*" id="task-(\d+)"', answer)}


def act(client: Client, address: str, page: str = "/today/", **sent: str) -> str:
    return client.post(address, {"shown": shown(), **sent}, headers=htmx(page)).text


@pytest.mark.parametrize("page", PAGES)
def test_an_answer_has_the_row_acted_upon_and_the_order_of_all(
    browser_of_ada: Client, ada: User, page: str
) -> None:
    first, second, third = (make_task(ada, f"Task {number}", position=number).pk for number in range(3))
    part = act(browser_of_ada, f"/tasks/{second}/status/", page, status="in_progress")
    assert orders(part) == {"todo": [first, third], "in_progress": [second], "done": []}
    assert anew(part) == {second}
    assert 'id="told"' in part
    assert 'id="today"' not in part
    assert 'id="board"' not in part


@pytest.mark.parametrize("page", PAGES)
def test_the_row_that_a_start_takes_the_timer_from_comes_too(
    browser_of_ada: Client, ada: User, page: str
) -> None:
    first, second, third = (make_task(ada, f"Task {number}", position=number) for number in range(3))
    now = timezone.now()
    FocusSession.objects.create(user=ada, task=first, started_at=now - timedelta(minutes=9), last_sign_at=now)
    part = act(browser_of_ada, f"/tasks/{second.pk}/start/", page)
    assert anew(part) == {first.pk, second.pk}
    assert "/focus/pause/" in row_of(part, second.pk)
    assert f"/tasks/{first.pk}/start/" in row_of(part, first.pk)
    assert third.pk in orders(part)["todo"]


@pytest.mark.parametrize("sent", [None, "", "2001-01-01 1.a", "nonsense"])
def test_a_page_that_does_not_say_what_it_shows_is_drawn_whole(
    browser_of_ada: Client, ada: User, sent: str | None
) -> None:
    task, other = make_task(ada), make_task(ada, "Another")
    data = {"status": "done"} | ({} if sent is None else {"shown": sent})
    part = browser_of_ada.post(f"/tasks/{task.pk}/status/", data, headers=htmx()).text
    assert 'id="today" hx-swap-oob="true"' in part
    assert anew(part) == {task.pk, other.pk}


@pytest.mark.parametrize(("page", "rows"), PAGES.items())
def test_while_a_change_is_on_its_way_only_what_became_of_it_is_answered(
    browser_of_ada: Client, connection: Connection, page: str, rows: str
) -> None:
    Project.objects.filter(connection=connection).update(two_way=True)
    issue, other = make_issue(connection, "PAY-1"), make_issue(connection, "PAY-2")
    Link.objects.update(base={"status": "todo"})
    act(browser_of_ada, f"/tasks/{issue.pk}/status/", page, status="in_progress")
    drawn = browser_of_ada.get(page).text
    assert f'hx-get="{rows}" hx-trigger="every 1s" hx-swap="none"' in drawn
    asked = {"shown": shown(drawn)}
    part = browser_of_ada.get(rows, asked, headers=htmx(page)).text
    assert anew(part) == set()
    assert f'hx-get="{rows}"' in part
    OutboxEntry.objects.update(state=EntryState.APPLIED, ended_at=timezone.now())
    part = browser_of_ada.get(rows, asked, headers=htmx(page)).text
    assert anew(part) == {issue.pk}
    assert "waiting for Jira" not in part
    assert f'hx-get="{rows}"' not in part
    assert other.pk in orders(part)["todo"]


@pytest.mark.parametrize(("page", "rows"), PAGES.items())
def test_what_is_settled_while_a_page_is_drawn_is_looked_at_again(
    browser_of_ada: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch, page: str, rows: str
) -> None:
    Project.objects.filter(connection=connection).update(two_way=True)
    issue = make_issue(connection, "PAY-1", jira_status="To Do")
    Link.objects.update(base={"status": "todo"})
    act(browser_of_ada, f"/tasks/{issue.pk}/status/", page, status="in_progress")

    def settled_meanwhile(*given: Any, now: datetime) -> dict[int, Truth]:
        OutboxEntry.objects.update(state=EntryState.APPLIED, ended_at=now)
        Link.objects.update(jira_status="In Review")
        return truths_from(*given, now=now)

    with monkeypatch.context() as patch:
        patch.setattr("ekachit.web.task_row.truths_from", settled_meanwhile)
        drawn = browser_of_ada.get(page).text
    assert "To Do" in row_of(drawn, issue.pk)
    part = browser_of_ada.get(rows, {"shown": shown(drawn)}, headers=htmx(page)).text
    assert "In Review" in row_of(part, issue.pk)


def test_the_line_of_the_plan_is_that_of_the_page(browser_of_ada: Client, ada: User) -> None:
    running, done = make_task(ada, estimate_hours=2.0), make_task(ada, estimate_hours=9.0)
    make_task(ada, estimate_hours=3.0)
    make_task(ada)
    now = timezone.now()
    FocusSession.objects.create(user=ada, task=running, started_at=now - timedelta(hours=1), last_sign_at=now)
    part = act(browser_of_ada, f"/tasks/{done.pk}/status/", status="done")
    line = part.partition('<span id="planned" hx-swap-oob="true">')[2].partition("</span>")[0]
    assert "4h planned" in line
    assert line in browser_of_ada.get("/today/").text


def test_when_nothing_is_open_any_more_it_is_said(browser_of_ada: Client, ada: User) -> None:
    task = make_task(ada)
    assert "All done" in act(browser_of_ada, f"/tasks/{task.pk}/status/", status="done")
    assert "All done" not in act(browser_of_ada, f"/tasks/{task.pk}/status/", status="todo")


def test_a_page_that_is_asked_for_its_bar_keeps_its_filter(browser_of_ada: Client, ada: User) -> None:
    task = make_task(ada, "Alpha")
    now = timezone.now()
    FocusSession.objects.create(user=ada, task=task, started_at=now, last_sign_at=now)
    for asked in ({"stamp": "x"}, {"stamp": "x", "shown": shown()}):
        part = browser_of_ada.get("/focus/", asked, headers=htmx("/today/?q=beta")).text
        assert " hidden" in row_of(part, task.pk).partition(">")[0]


def test_what_was_finished_yesterday_is_asked_about_and_leaves_the_page_alone(
    browser_of_ada: Client, ada: User
) -> None:
    make_task(ada, "Open")
    make_task(ada, "Late work", status=Status.DONE, done_at=timezone.now() - timedelta(hours=25))
    page = browser_of_ada.get("/today/").text
    assert "<strong>Late work</strong> is done. How long did it take?" in page
    assert "Done today <span>0</span>" in page
    stamp = page.partition('data-stamp="')[2].partition('"')[0]
    assert browser_of_ada.get("/focus/", {"stamp": stamp}, headers=htmx()).status_code == 204


def test_somebody_else_who_names_a_row_gets_none_of_it(
    outsider: Client, browser_of_ada: Client, administrator: User, ada: User
) -> None:
    secret, theirs = make_task(ada, "A secret plan"), make_task(administrator, "Theirs")
    sent = {"shown": f"{shown()} {secret.pk}.r x.y {'9' * 5000}.z", "status": "done"}
    for page in PAGES:
        part = outsider.post(f"/tasks/{theirs.pk}/status/", sent, headers=htmx(page)).text
        assert anew(part) == {theirs.pk}
        assert "A secret plan" not in part
        assert str(secret.pk) not in " ".join(str(keys) for keys in orders(part).values())


@pytest.mark.parametrize("page", PAGES)
def test_an_answer_costs_the_same_with_10_tasks_and_with_200(
    browser_of_ada: Client, ada: User, connection: Connection, page: str
) -> None:
    acted = make_task(ada, "Acted upon", estimate_hours=2.0, position=-1)
    costs, lengths = [], []
    for amount in (10, 190):
        Task.objects.bulk_create(
            Task(user=ada, title=f"Task {number}", estimate_hours=2.0) for number in range(amount)
        )
        act(browser_of_ada, f"/tasks/{acted.pk}/start/", page)
        act(browser_of_ada, "/focus/pause/", page)
        with CaptureQueriesContext(database) as seen:
            part = act(browser_of_ada, f"/tasks/{acted.pk}/start/", page)
        costs.append(len(seen))
        keys = " ".join(re.findall(r'data-order="([\d ]*)"', part))
        lengths.append(len(part) - len(keys))
    assert costs[0] == costs[1]
    assert abs(lengths[0] - lengths[1]) < 200
