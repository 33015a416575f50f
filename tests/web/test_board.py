"""The board: three columns with the same truth as Today."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, Project
from ekachit.sync.models import Link
from ekachit.tasks.models import Status, Task
from tests.web.looking import htmx, row_of
from tests.web.making import make_conflict, make_issue, make_task


def column(page: str, status: Status) -> str:
    return page.partition(f'data-column="{status.value}"')[2].partition("</section>")[0]


def test_each_card_is_in_its_column(browser_of_ada: Client, ada: User) -> None:
    make_task(ada, "Waiting")
    make_task(ada, "Begun", status=Status.IN_PROGRESS)
    make_task(ada, "Ended", status=Status.DONE)
    days = [timezone.now() - timedelta(days=days) for days in (6, 8)]
    make_task(ada, "Ended this week", status=Status.DONE, done_at=days[0])
    make_task(ada, "Ended last week", status=Status.DONE, done_at=days[1])
    page = browser_of_ada.get("/board/").text
    assert "Waiting" in column(page, Status.TODO)
    assert "Begun" in column(page, Status.IN_PROGRESS)
    assert "Ended this week" in column(page, Status.DONE)
    assert "Ended last week" not in page
    assert 'data-keys="g b" aria-current="page"' in page


def test_a_card_says_what_a_row_says(browser_of_ada: Client, connection: Connection) -> None:
    Project.objects.filter(connection=connection).update(two_way=True)
    issue = make_issue(connection, "PAY-482", jira_status="In Review", estimate_hours=6.0, points=3)
    aside = make_issue(connection, "PAY-483")
    make_conflict(aside)
    Link.objects.update(base={"status": "todo"})
    sent = {"status": "in_progress"}
    part = browser_of_ada.post(f"/tasks/{issue.pk}/status/", sent, headers=htmx("/board/")).text
    assert 'id="board" class="board" hx-swap-oob="true"' in part
    card = row_of(column(part, Status.IN_PROGRESS), issue.pk)
    for said in ("waiting for Jira", "In Review", "PAY-482", "6h"):
        assert said in card
    assert "set aside" in row_of(part, aside.pk)


def test_the_columns_alone_are_for_a_page_that_waits(browser_of_ada: Client, ada: User) -> None:
    make_task(ada, "Waiting")
    assert "<html" not in browser_of_ada.get("/board/columns/", headers=htmx("/board/")).text
    assert "<html" in browser_of_ada.get("/board/columns/").text
    assert browser_of_ada.post("/board/").status_code == 405


def test_the_filter_of_the_address_holds_here_too(browser_of_ada: Client, connection: Connection) -> None:
    pay, ops = make_issue(connection, "PAY-1", "One"), make_issue(connection, "OPS-1", "Two")
    page = browser_of_ada.get("/board/?project=PAY").text
    assert "hidden" not in row_of(page, pay.pk).partition(">")[0]
    assert "hidden" in row_of(page, ops.pk).partition(">")[0]


def test_somebody_else_sees_none_of_it(outsider: Client, client: Client, ada: User) -> None:
    make_task(ada, "A secret plan")
    assert "A secret plan" not in outsider.get("/board/").text
    assert client.get("/board/").status_code == 302


def test_the_board_costs_as_many_queries_with_50_cards_as_with_5(
    browser_of_ada: Client, ada: User, django_assert_max_num_queries: object
) -> None:
    Task.objects.bulk_create([Task(user=ada, title=f"Task {number}") for number in range(50)])
    browser_of_ada.get("/board/")  # the first look writes down what was said of each task
    with django_assert_max_num_queries(12):  # type: ignore[operator] # pytest-django's fixture
        browser_of_ada.get("/board/")
