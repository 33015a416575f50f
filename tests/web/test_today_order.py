"""The person's own order."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from ekachit.accounts.models import User
from ekachit.tasks.models import Status, Task
from tests.web.looking import htmx
from tests.web.making import make_task


@pytest.fixture
def tasks(ada: User) -> list[Task]:
    return [make_task(ada, f"Task {number}", position=number) for number in range(4)]


def order(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'<li class="row[^"]*" id="task-(\d+)"', page)]


def test_a_row_is_put_before_or_after_another(browser_of_ada: Client, tasks: list[Task]) -> None:
    first, second, third, fourth = (task.pk for task in tasks)
    sent = {"where": "before", "other": str(first)}
    part = browser_of_ada.post(f"/tasks/{fourth}/move/", sent, headers=htmx()).text
    assert order(part) == [fourth, first, second, third]
    assert "“Task 3” is moved." in part
    browser_of_ada.post(f"/tasks/{fourth}/move/", {"where": "after", "other": str(second)}, headers=htmx())
    assert order(browser_of_ada.get("/today/").text) == [first, second, fourth, third]


def test_a_row_goes_up_and_down_among_its_own_and_stops_at_the_ends(
    browser_of_ada: Client, tasks: list[Task]
) -> None:
    first, second, third, fourth = (task.pk for task in tasks)
    browser_of_ada.post(f"/tasks/{third}/move/", {"where": "up"})
    assert order(browser_of_ada.get("/today/").text) == [first, third, second, fourth]
    answer = browser_of_ada.post(f"/tasks/{first}/move/", {"where": "up"}, headers=htmx())
    assert "It stands there already." in answer.text
    browser_of_ada.post(f"/tasks/{third}/move/", {"where": "down"})
    assert order(browser_of_ada.get("/today/").text) == [first, second, third, fourth]


def test_what_is_done_has_no_place_in_the_order(browser_of_ada: Client, ada: User, tasks: list[Task]) -> None:
    done = make_task(ada, "Ended", status=Status.DONE)
    sent = {"where": "before", "other": str(done.pk)}
    part = browser_of_ada.post(f"/tasks/{tasks[0].pk}/move/", sent, headers=htmx()).text
    assert "done or deleted meanwhile" in part


@pytest.mark.parametrize(
    "sent", [{}, {"where": "away"}, {"where": "before"}, {"where": "after", "other": "x"}]
)
def test_no_place_is_no_move(browser_of_ada: Client, tasks: list[Task], sent: dict[str, str]) -> None:
    assert browser_of_ada.post(f"/tasks/{tasks[0].pk}/move/", sent).status_code == 400


def test_somebody_else_moves_nothing(
    browser_of_ada: Client, outsider: Client, administrator: User, tasks: list[Task]
) -> None:
    theirs = make_task(administrator, "Theirs")
    sent = {"where": "before", "other": str(tasks[0].pk)}
    assert outsider.post(f"/tasks/{tasks[3].pk}/move/", sent).status_code == 404
    assert outsider.post(f"/tasks/{theirs.pk}/move/", sent).status_code == 404
    assert browser_of_ada.get(f"/tasks/{tasks[3].pk}/move/").status_code == 405
    assert order(browser_of_ada.get("/today/").text) == [task.pk for task in tasks]
