from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.connections.models import Connection, State
from ekachit.sync.models import PassState
from tests.web.making import make_pass, make_record

HTMX = {"HX-Request": "true"}


@pytest.fixture
def address(connection: Connection) -> str:
    return f"/settings/jira/{connection.pk}/"


def test_the_card_says_how_it_is(browser_of_ada: Client, connection: Connection, address: str) -> None:
    Connection.objects.update(
        token_expires_on=date(2027, 3, 14), due_at=timezone.now() + timedelta(minutes=20)
    )
    make_pass(connection, created=3, updated=2, unchanged=40, failed=0)
    make_record(connection)
    page = browser_of_ada.get(address).text
    for part in (
        "yourteam.atlassian.net",
        "ada@yourteam.dev",
        "expires 14 Mar 2027",
        "3 created, 2 updated, 40 unchanged, 0 failed",
        "Next sync <time",
        "Payments",
        "/rest/api/3/search/jql",
        "comments, attachments, work logs",
        f'action="{address}sync/"',
        f'href="{address}disconnect/"',
    ):
        assert part in page
    assert 'hx-trigger="every 1s"' not in page


def test_while_it_runs_it_counts_by_project_and_asks_again(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    make_pass(connection, PassState.RUNNING, is_import=True, progress={"10001": [30, 48], "10002": [0, 12]})
    page = browser_of_ada.get(address).text
    assert f'hx-get="{address}progress/" hx-trigger="every 1s"' in page
    assert "30 of about 60" in page
    assert '<progress aria-label="PAY" max="48" value="30">' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    part = browser_of_ada.get(f"{address}progress/", headers=HTMX).text
    assert part.lstrip().startswith("<section")
    assert "30 of about 60" in part


def test_progress_alone_is_not_a_page(browser_of_ada: Client, address: str) -> None:
    assert browser_of_ada.get(f"{address}progress/").headers["Location"] == address


def test_a_waiting_import_can_be_stopped_and_resumed(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    Connection.objects.update(due_at=timezone.now())
    assert "Starting …" in browser_of_ada.get(address).text
    assert browser_of_ada.post(f"{address}stop/").headers["Location"] == address
    connection.refresh_from_db()
    assert connection.due_at is None
    make_pass(connection, PassState.STOPPED, is_import=True)
    page = browser_of_ada.get(address).text
    assert "Stopped. What came in stays." in page
    part = browser_of_ada.post(f"{address}resume/", headers=HTMX).text
    assert "Starting …" in part
    assert 'id="do-stop"' in part


def test_sync_now_makes_a_pass_due(browser_of_ada: Client, connection: Connection, address: str) -> None:
    assert browser_of_ada.post(f"{address}sync/").headers["Location"] == address
    connection.refresh_from_db()
    assert connection.due_at is not None
    page = browser_of_ada.post(f"{address}sync/", follow=True).text
    assert "on its way already" in page


def test_before_projects_are_picked_there_is_nothing_to_sync(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    Connection.objects.update(picked_at=None)
    for action in ("sync", "resume"):
        assert browser_of_ada.post(f"{address}{action}/").headers["Location"] == f"{address}projects/"
    connection.refresh_from_db()
    assert connection.due_at is None


def test_a_token_that_ended_leads_to_a_new_one(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    Connection.objects.update(state=State.NEEDS_TOKEN)
    make_pass(connection, PassState.FAILED, code="token_rejected")
    page = browser_of_ada.get(address).text
    assert "Jira refused the e-mail address and API token." in page
    assert f'href="{address}token/"' in page
    assert 'id="do-sync"' not in page


def test_a_failed_pass_says_why_and_what_to_do(
    browser_of_ada: Client, connection: Connection, address: str
) -> None:
    make_pass(connection, PassState.FAILED, code="timeout")
    assert "Jira did not answer in time." in browser_of_ada.get(address).text


@pytest.mark.parametrize("action", ["stop", "resume", "sync"])
def test_looking_changes_nothing(browser_of_ada: Client, address: str, action: str) -> None:
    assert browser_of_ada.get(f"{address}{action}/").status_code == 405


@pytest.mark.parametrize(
    "part", ["", "progress/", "access/", "receipts/", "projects/", "token/", "disconnect/"]
)
def test_an_outsider_sees_nothing(client: Client, outsider: Client, address: str, part: str) -> None:
    assert outsider.get(address + part, headers=HTMX).status_code == 404
    assert client.get(address + part).status_code == 302


@pytest.mark.parametrize("action", ["stop", "resume", "sync"])
def test_an_outsider_changes_nothing(
    client: Client, outsider: Client, connection: Connection, address: str, action: str
) -> None:
    assert outsider.post(f"{address}{action}/").status_code == 404
    assert client.post(f"{address}{action}/").status_code == 302
    before = connection.due_at
    connection.refresh_from_db()
    assert (connection.due_at, connection.stop_requested) == (before, False)
