from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from ekachit.sync.models import PassState, Presence
from ekachit.tasks.models import Status
from tests.web.making import make_checklist, make_connection, make_issue, make_pass, make_projects, make_task

QUERY_BUDGET = 8


def test_a_row_shows_the_issue_and_the_way_to_it(browser_of_ada: Client, connection: Connection) -> None:
    task = make_issue(
        connection,
        "PAY-482",
        status=Status.IN_PROGRESS,
        priority_name="Highest",
        priority_rank=1,
        points=8,
        estimate_hours=16.0,
        jira_status="In Review",
        checklist_more=5,
    )
    make_checklist(task, done=3, total=7)
    page = browser_of_ada.get("/today/").text
    link = 'href="https://yourteam.atlassian.net/browse/PAY-482" target="_blank" rel="noopener noreferrer"'
    for part in (link, "PAY-482", "In Review", "Priority Highest.", "☑ 3/12", f'href="/tasks/{task.pk}/"'):
        assert part in page
    assert re.search(r'<span title="about 2 days">16h</span> <small>[\d.]+h–[\d.]+h</small>', page)
    assert "16h planned" in page


def test_groups_have_their_counts_and_done_ones_are_those_of_today(browser_of_ada: Client, ada: User) -> None:
    make_task(ada, "Begun", status=Status.IN_PROGRESS)
    make_task(ada, "Waiting")
    make_task(ada, "Waiting too")
    make_task(ada, "Ended", status=Status.DONE)
    make_task(ada, "Ended long ago", status=Status.DONE, done_at=timezone.now() - timedelta(days=2))
    page = browser_of_ada.get("/today/").text
    assert "In progress <span>1</span>" in page
    assert "To do <span>2</span>" in page
    assert "Done today <span>1</span>" in page
    assert "Ended long ago" not in page


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(2.0, "2h"), (6.0, "6h"), (11.5, "11.5h"), (0.25, "15m"), (4 / 3, "1h 20m"), (400.0, "400h")],
)
def test_estimates_read_as_people_write_them(
    browser_of_ada: Client, ada: User, hours: float, shown: str
) -> None:
    make_task(ada, points=1, estimate_hours=hours)
    assert f">{shown}</span>" in browser_of_ada.get("/today/").text


def test_no_points_no_priority_and_an_absent_issue_are_said_in_words(
    browser_of_ada: Client, connection: Connection
) -> None:
    make_issue(connection, "OPS-81", presence=Presence.GONE)
    page = browser_of_ada.get("/today/").text
    assert "no points" in page
    assert "no longer yours in Jira" in page
    assert "Priority " not in page
    assert "add an estimate" in page


def test_what_jira_says_is_never_code(browser_of_ada: Client, connection: Connection) -> None:
    evil = '"><script>alert(1)</script>'
    task = make_issue(connection, 'A-1"onx="', evil, jira_status=evil, priority_name=evil, priority_rank=None)
    make_checklist(task, 0, 1)
    task.checklist.update(title=evil, label=evil)
    page = browser_of_ada.get("/today/").text
    lines = browser_of_ada.get(f"/tasks/{task.pk}/checklist/", headers={"HX-Request": "true"}).text
    whole = browser_of_ada.get(f"/tasks/{task.pk}/").text
    for text, count in ((page, 6), (lines, 2), (whole, 8)):
        assert "<script>alert" not in text
        assert text.count("&lt;script&gt;alert") == count
        assert '"onx="' not in text


def test_the_first_visit_leads_on_to_connecting(browser_of_ada: Client) -> None:
    page = browser_of_ada.get("/today/").text
    assert "Bring in your Jira issues" in page
    assert 'href="/settings/jira/connect/"' in page


def test_a_connection_without_tasks_leads_on_to_it(browser_of_ada: Client, connection: Connection) -> None:
    make_pass(connection)
    assert "Are the right projects picked?" in browser_of_ada.get("/today/").text


def test_while_an_import_runs_the_page_asks_for_its_rows_again(
    browser_of_ada: Client, connection: Connection
) -> None:
    running = make_pass(connection, PassState.RUNNING, is_import=True, progress={"10001": [1, 48]})
    assert 'hx-get="/today/rows/?whole=1"' in browser_of_ada.get("/today/").text
    part = browser_of_ada.get("/today/rows/", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'id="jira-line" hx-swap-oob="true"' in part
    assert "Importing from Jira" in part
    running.state, running.ended_at = PassState.COMPLETE, timezone.now()
    running.save()
    Connection.objects.filter(pk=connection.pk).update(lease_until=None)
    part = browser_of_ada.get("/today/rows/", headers={"HX-Request": "true"}).text
    assert 'hx-get="/today/rows/' not in part


def test_the_rows_alone_are_not_a_page(browser_of_ada: Client) -> None:
    assert browser_of_ada.get("/today/rows/").headers["Location"] == "/today/"
    assert browser_of_ada.post("/today/rows/").status_code == 405


def test_somebody_else_sees_none_of_it(outsider: Client, connection: Connection) -> None:
    make_issue(connection, "PAY-482", "A secret plan")
    assert "A secret plan" not in outsider.get("/today/").text


def test_500_rows_cost_as_many_queries_as_5(browser_of_ada: Client, ada: User) -> None:
    first, second = (
        make_connection(ada),
        make_connection(ada, site="other.atlassian.net", state="disconnected"),
    )
    make_projects(first)
    make_pass(first, is_import=True, progress={"10001": [48, 48]})
    counts: list[int] = []
    shown = 0
    for amount in (5, 495):
        shown += amount
        for number in range(amount):
            made = make_issue(
                second if number % 2 else first, f"P{amount}-{number}", estimate_hours=2.0, points=1
            )
            if number % 5 == 0:
                make_checklist(made, 1, 2)
        browser_of_ada.get("/today/")  # keeps the ranges of tasks that were never shown before
        browser_of_ada.get("/today/")  # what is new is written down once; from then on it is as always
        with CaptureQueriesContext(database) as seen:
            page = browser_of_ada.get("/today/")
        assert page.text.count('<li class="row') == shown
        counts.append(len(seen))
    assert counts[0] == counts[1] <= QUERY_BUDGET
